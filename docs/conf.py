"Sphinx settings of the site; build.py runs them"
import re, tomllib
from pathlib import Path
from urllib.parse import urlsplit
from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util.logging import getLogger

logger = getLogger(__name__)

root = Path(__file__).parent.parent
_cfg = tomllib.loads((root/'pyproject.toml').read_text(encoding='utf-8'))

project = _cfg['project']['name']
copyright = author = _cfg['tool']['nbdev']['copyright']
extensions = ['myst_nb', 'sphinxext.opengraph', 'notfound.extension']
ogp_site_url = _cfg['project']['urls']['Documentation'] + '/'
ogp_image,ogp_social_cards = '_static/card.jpg',{'enable': False}
ogp_image_alt = 'The name enhance_nb, and a cat: one half of its face blurred, the other enlarged by a network'
notfound_urls_prefix = urlsplit(ogp_site_url).path
notfound_context = dict(title='Page not found', body='<h1>Page not found</h1>\n<p>There is nothing at this address. The lessons stand on the left; the search knows the rest.</p>')
nb_execution_mode = 'off'
nb_merge_streams = True
nb_ipywidgets_js = {}
myst_enable_extensions = ['amsmath', 'dollarmath', 'html_image']
html_math_renderer = 'mathml'

html_theme = 'sphinx_book_theme'
html_title = project
html_logo = html_favicon = 'static/logo.svg'
html_static_path = ['static']
html_css_files = ['site.css']
html_copy_source = html_show_sourcelink = html_use_index = False
html_theme_options = dict(repository_url=_cfg['project']['urls']['Repository'], use_repository_button=True,
    use_download_button=False, home_page_in_toc=True, show_toc_level=2, navbar_persistent=[], logo=dict(text=project, alt_text=f'{project}, the first page'))
html_context = dict(default_mode='auto')

_accent = re.compile(r'''\\(?:hat|tilde|bar|vec|dot|widehat|widetilde|overline) \s*
                         (?:\{(?:[^{}]|\{[^{}]*\})*\} | \\[a-zA-Z]+ | \w)''', re.X)

def mathml(self, node):
    "Formulas as MathML, which browsers draw themselves: no script, no network"
    block = isinstance(node, nodes.math_block)
    tex = _accent.sub(r'{\g<0>{}}', node.astext())   # else the index of an accented letter stands below it
    try: out = tex2mathml(tex, as_block=block).replace('>‖<', ' stretchy="false">‖<')   # else the bars of a norm differ
    except MathError as e: out = logger.warning('formula %s: %s', tex, e, location=node) or ''
    self.body.append(f'<div class="formula">{out}</div>' if block else out)
    raise nodes.SkipNode

def setup(app): app.add_html_math_renderer('mathml', (mathml, None), (mathml, None))
