"Makes the site from the notebooks: `python docs/build.py` writes `_docs/`; warnings and dead links are errors"
import json, os, re, shutil, sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

docs = Path(__file__).resolve().parent
sys.path.insert(0, str(docs))   # nbdev imports pages.py by name

def contents(nbs):
    "The list of all pages, in the order of their numbers"
    entries = '\n'.join(f'{f.stem[:2]} · {f.stem[3:]} <{f.stem[3:]}>' for f in nbs)
    return dict(cell_type='markdown', id='contents', metadata={}, source=f'```{{toctree}}\n:hidden:\n\n{entries}\n```')

def arrange(src, nbs):
    "nbdev's links drop the number of a notebook, so its page does too; the first page gets the list of all"
    for f in nbs: (src/f.name).rename(src/f.name[3:])
    nb = json.loads((src/'index.ipynb').read_text(encoding='utf-8'))
    nb['cells'].append(contents(nbs))
    (src/'index.ipynb').write_text(json.dumps(nb), encoding='utf-8')

class Refs(HTMLParser):
    "What a page points to, and the names that others can point to"
    def __init__(self, s): super().__init__(); self.refs,self.ids = set(),{''}; self.feed(s)
    def handle_starttag(self, tag, attrs):
        for k,v in attrs:
            if k in ('href', 'src'): self.refs.add(v)
            if k == 'id': self.ids.add(v)

def dead_links(out):
    pages = {f: Refs(f.read_text(encoding='utf-8')) for f in out.glob('*.html')}
    for f,page in pages.items():
        for ref in sorted(page.refs):
            if re.match(r'[a-z]+:', ref): continue
            path,name = urldefrag(re.sub(r'\?[^#]*', '', ref))
            to = out/unquote(path) if path else f
            found = unquote(name) in pages[to].ids if to in pages else to.exists()
            if not found: yield f'{f.name}: dead link {ref}'

def main():
    from nbdev.config import get_config
    from nbdev.serve import proc_nbs
    from sphinx.cmd.build import build_main
    os.chdir(docs.parent)
    cfg = get_config()
    nbs,out = sorted(cfg.nbs_path.glob('[0-9]*.ipynb')),cfg.doc_path
    src = proc_nbs(force=True)
    arrange(src, nbs)
    html = src/'.html'
    failed = build_main(['-q', '-W', '--keep-going', '-c', str(docs), '-d', str(src/'.doctrees'), str(src), str(html)])
    shutil.rmtree(out, ignore_errors=True)
    html.rename(out)
    (out/'notebooks').mkdir()
    for f in [*nbs, cfg.nbs_path/'index.ipynb']: shutil.copy(f, out/'notebooks')
    for f in out.glob('*.html'):   # nbdev links to the published site: stay on this copy of it
        f.write_text(f.read_text(encoding='utf-8').replace(f'href="{cfg.doc_url}/', 'href="'), encoding='utf-8')
    dead = list(dead_links(out))
    print(*dead, f'{len(nbs) + 1} notebooks -> {out}', sep='\n')
    sys.exit(bool(failed or dead))

if __name__ == '__main__': main()
