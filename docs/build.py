"Makes the site from the notebooks: `python docs/build.py` writes `_docs/`; warnings and dead links are errors"
import json, logging, os, re, shutil, subprocess, sys, tarfile, tempfile
from base64 import b64encode
from hashlib import sha512
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

docs = Path(__file__).resolve().parent
sys.path.insert(0, str(docs))   # nbdev imports pages.py by name

def contents(nbs):
    "The list of all pages, the lessons in the order of their numbers"
    def tree(caption, *entries): return f'```{{toctree}}\n:hidden:\n:caption: {caption}\n\n' + '\n'.join(entries) + '\n```'
    src = '\n\n'.join([tree('Your photos', 'Try it <try>'), tree('Lessons', *[f'{f.stem[:2]} · {f.stem[3:]} <{f.stem[3:]}>' for f in nbs]),
                       tree('Reference', 'Glossary <glossary>', 'API <api>')])
    return dict(cell_type='markdown', id='contents', metadata={}, source=src)

def arrange(src, nbs):
    "nbdev's links drop the number of a notebook, so its page does too; the first page gets the list of all"
    from pages import api
    for f in nbs: (src/f.name).rename(src/f.name[3:])
    for f in docs.glob('*.md'): shutil.copy(f, src)
    modules = [f'enhance_nb.{f.stem[3:]}' for f in nbs if (docs.parent/f'enhance_nb/{f.stem[3:]}.py').exists()]
    (src/'api.md').write_text(api(modules), encoding='utf-8')
    nb = json.loads((src/'index.ipynb').read_text(encoding='utf-8'))
    nb['cells'].append(contents(nbs))
    (src/'index.ipynb').write_text(json.dumps(nb), encoding='utf-8')

runtime = 'onnxruntime-web@1.30.0'
checksum = 'q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=='

def try_it(to, name='superres-x2'):
    "What the page `try` loads on a click: ONNX Runtime Web, from npm; the network; how to use it; a photo to begin with"
    from enhance_nb import __version__
    from enhance_nb.enhance import export_onnx, load_model
    from enhance_nb.files import Photo
    from skimage import data
    with tempfile.TemporaryDirectory() as tmp:
        subprocess.run([shutil.which('npm') or 'npm', 'pack', runtime, '--silent'], cwd=tmp, check=True, stdout=subprocess.DEVNULL)
        file = next(Path(tmp).glob('*.tgz'))
        if b64encode(sha512(file.read_bytes()).digest()).decode()!=checksum: sys.exit(f'{runtime}: another checksum than expected')
        with tarfile.open(file) as tar:
            for f in ('ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm'):
                (to/f).write_bytes(tar.extractfile(f'package/dist/{f}').read())
    model,photo = load_model(name, 'cpu'),Photo(data.chelsea())
    logging.disable(logging.WARNING)
    export_onnx(model, to/'model.onnx', overwrite=True)
    xmp = photo.mark(dict(software=f'enhance_nb {__version__}, in the browser', model=name)).xmp.decode()
    (to/'model.json').write_text(json.dumps(dict(scale=model.scale, tile=192, overlap=model.radius, mark=xmp)), encoding='utf-8')
    photo.save(to/'sample.png')

def as_markdown(nb):
    "A notebook as text: what is said, the code, what it printed"
    def fenced(s, kind): return f'```{kind}\n{s.strip()}\n```' if s.strip() else ''
    def printed(text='', data={}, **_): return ''.join(text or ('' if 'image/jpeg' in data else data.get('text/plain', '')))
    parts = []
    for c in nb['cells']:
        src = ''.join(c['source'])
        if c['cell_type'] == 'markdown': parts.append(src)
        elif not src.startswith('#| hide'):
            parts.append(fenced(re.sub(r'^#\|.*\n?', '', src, flags=re.M), 'python'))
            parts += [fenced(printed(**o), 'text') for o in c['outputs']]
    return '\n\n'.join(filter(None, parts)) + '\n'

class Refs(HTMLParser):
    "What a page points to, and the names that others can point to"
    def __init__(self, s): super().__init__(); self.refs,self.ids = set(),{''}; self.feed(s)
    def handle_starttag(self, tag, attrs):
        for k,v in attrs:
            if k in ('href', 'src'): self.refs.add(v)
            if k == 'id': self.ids.add(v)

def dead_links(out, home):
    pages = {f: Refs(f.read_text(encoding='utf-8')) for f in out.glob('*.html')}
    for f,page in pages.items():
        for ref in sorted(page.refs):
            if re.match(r'[a-z]+:', ref): continue
            path,name = urldefrag(re.sub(r'\?[^#]*', '', ref).removeprefix(home))
            to = out/(unquote(path) or 'index.html') if path or ref.startswith(home) else f
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
    try_it(out/'_static/try')
    (out/'notebooks').mkdir()
    for f in cfg.nbs_path.glob('*.ipynb'):
        shutil.copy(f, out/'notebooks')
        name = re.sub(r'^\d\d_', '', f.stem)
        (out/f'{name}.html.md').write_text(as_markdown(json.loads(f.read_text(encoding='utf-8'))), encoding='utf-8')
    for f in out.glob('*.html'):   # nbdev links to the published site: stay on this copy of it
        f.write_text(f.read_text(encoding='utf-8').replace(f'href="{cfg.doc_url}/', 'href="'), encoding='utf-8')
    dead = list(dead_links(out, urlsplit(cfg.doc_url).path + '/'))
    for f in cfg.lib_path.glob('*.py'):   # a module says where its page is
        named = re.findall(rf'Docs: {cfg.doc_url}/([^"\s]+)', f.read_text(encoding='utf-8'))
        dead += [f'{f.name}: dead link {n}' for n in named if not (out/n).exists()]
    print(*dead, f'{len(nbs) + 1} notebooks -> {out}', sep='\n')
    sys.exit(bool(failed or dead))

if __name__ == '__main__': main()
