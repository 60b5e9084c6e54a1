"Opens every page of `_docs/` in headless Chromium as a reader would, and enlarges a photo there: `python docs/check.py`"
import gzip, os, shutil, subprocess, sys, tempfile, threading, tomllib
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import sync_playwright
from skimage import data
from enhance_nb.files import Photo

root = Path(__file__).resolve().parent.parent
cfg = tomllib.loads((root/'pyproject.toml').read_text(encoding='utf-8'))
site,home = root/cfg['tool']['nbdev']['doc_path'],urlsplit(cfg['project']['urls']['Documentation']).path + '/'
lessons = [f.stem[3:] for f in sorted((root/'nbs').glob('[0-9]*.ipynb'))]

class Published(SimpleHTTPRequestHandler):
    "The site under its published path, packed, with its own page for what is missing"
    def translate_path(self, path): return super().translate_path('/' + urlsplit(path).path.removeprefix(home))
    def log_message(self, *args): pass
    def do_GET(self):
        f = Path(self.translate_path(self.path))
        if f.is_dir(): f = f/'index.html'
        found = f.is_file() and self.path.startswith(home)
        body = gzip.compress((f if found else site/'404.html').read_bytes(), 6)
        self.send_response(200 if found else 404)
        self.send_header('Content-Type', self.guess_type(f) if found else 'text/html')
        self.send_header('Content-Encoding', 'gzip')
        self.send_header('Content-Length', len(body))
        self.end_headers()
        with suppress(ConnectionError): self.wfile.write(body)        # the reader may have gone on

looks = '''() => {
    const pictures = [...document.querySelectorAll('img')], bare = a => !a || /[/]|[.](jpe?g|png)$/.test(a)
    const shown = o => o && o.getBoundingClientRect().height > 0
    return {blind: pictures.filter(i => bare(i.alt)).map(i => i.src), broken: pictures.filter(i => !i.naturalWidth).map(i => i.src),
        heading: shown(document.querySelector('article h1')), theme: document.documentElement.dataset.theme, wide: document.documentElement.scrollWidth,
        back: getComputedStyle(document.body).backgroundColor, card: document.querySelector('meta[property="og:image"]')?.content,
        colab: [...document.querySelectorAll('.links a[href*="/blob/main/nbs/"]')].map(a => a.href.split('?src=').at(-1)),
        next: document.querySelector('.prev-next-area .right-next')?.getAttribute('href'),
        prev: document.querySelector('.prev-next-area .left-prev')?.getAttribute('href')}}'''

class Reader:
    "A browser that notes whatever goes wrong"
    def __init__(self, browser, url): self.browser,self.url,self.faults,self.pages = browser,url,[],0

    def open(self, path, wait='load', **kwargs): # -> page, bytes that came
        page = self.browser.new_context(**kwargs).new_page()
        def note(s): self.faults.append(f'{path}: {s}')
        page.on('console', lambda m: m.type=='error' and not path.startswith('gone') and note(f'console: {m.text}'))
        page.on('pageerror', lambda e: note(f'script: {e}'))
        page.on('request', lambda r: r.url.startswith((self.url, 'blob:', 'data:')) or note(f'asks {r.url}'))
        came,net = [],page.context.new_cdp_session(page)
        net.on('Network.loadingFinished', lambda e: came.append(e['encodedDataLength']))
        net.send('Network.enable')
        page.goto(self.url + path, wait_until=wait)
        return page,came

    def look(self, path, **want):
        "A page in the dark on a wide screen, then in the light on a phone"
        page,came = self.open(path, 'networkidle', viewport=dict(width=1280, height=900), color_scheme='dark')
        dark = page.evaluate(looks)
        page.set_viewport_size(dict(width=390, height=844))
        page.emulate_media(color_scheme='light')
        page.wait_for_function('document.documentElement.dataset.theme == "light"')
        light = page.evaluate(looks)
        page.context.close()
        def check(ok, what): ok or self.faults.append(f'{path}: {what}')
        check(sum(came)<2e6, f'{sum(came)/1e6:.1f} MB')
        check(not dark['blind'], f'pictures without a text: {dark["blind"]}')
        check(not dark['broken'], f'pictures that do not show: {dark["broken"]}')
        check(dark['heading'] and light['heading'], 'no heading')
        check(dark['theme']=='dark' and dark['back']!=light['back'], 'the dark is not dark')
        check(light['wide']<=390, f'{light["wide"]} pixels wide on a phone')
        check(all((root/'nbs'/Path(u).name).is_file() for u in dark['colab']), f'Colab has no {dark["colab"]}')
        check((site/urlsplit(dark['card'] or 'none').path.removeprefix(home)).is_file(), 'no card')
        for k,v in want.items(): check(dark[k]==v, f'{k}: expected {v}, got {dark[k]}')
        self.pages += 1

    def search(self, words, lesson):
        page,_ = self.open(f'search.html?q={words}')
        try: page.wait_for_selector(f'#search-results a[href^="{lesson}.html"]', timeout=20_000)
        except Exception as e: self.faults.append(f'search for {words}: {lesson} is not found ({type(e).__name__})')
        page.context.close()

    def lost(self):
        page,_ = self.open('gone/far/away.html')
        if 'not found' not in page.inner_text('article h1') or not page.evaluate('document.styleSheets.length > 3'): self.faults.append('404: bare')
        page.context.close()

    def enlarge(self, tmp):
        "A photo by the page and by the command: within two steps of 255, and both say what they are"
        photo = Path(tmp)/'photo.png'
        Photo(data.astronaut()[:301,60:457]).save(photo)
        page,came = self.open('try.html', 'networkidle', accept_downloads=True)
        before = sum(came)
        page.set_input_files('#try-input', Path(__file__))
        page.wait_for_selector('#try-said.wrong:has-text("no picture")')
        page.set_input_files('#try-input', photo)
        page.click('#try-run')
        page.wait_for_selector('#try-save:visible, #try-said.wrong', timeout=300_000)
        if page.is_visible('#try-said.wrong'): return self.faults.append(f'try.html: {page.inner_text("#try-said")}')
        with page.expect_download() as d: page.click('#try-save')
        d.value.save_as(Path(tmp)/'page.png')
        said = page.inner_text('#try-said')
        page.context.close()
        subprocess.run(['enhance', 'superres', photo, '-o', Path(tmp)/'out', '--device', 'cpu', '--quiet'], check=True)
        ours,ref = Photo.open(Path(tmp)/'page.png'),Photo.open(Path(tmp)/'out/photo.png')
        far = np.abs(ours.pixels.astype(int) - ref.pixels).max() if ours.pixels.shape==ref.pixels.shape else 'another size'
        print(f'try.html: {said}; from the command at most {far} of 255; {before/1e6:.1f} MB before the click')
        if far not in range(3): self.faults.append(f'try.html: {far} of 255 from the command')
        if [s['model'] for s in ours.steps]!=[s['model'] for s in ref.steps]: self.faults.append(f'try.html: notes {ours.steps}')
        if before>2e6: self.faults.append(f'try.html: {before/1e6:.1f} MB before the click')

def chromium(p):
    found = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None) # else Playwright's own
    quiet = ['--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
    return p.chromium.launch(executable_path=found, chromium_sandbox=False, args=quiet)

def main():
    server = ThreadingHTTPServer(('127.0.0.1', 0), partial(Published, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as p, tempfile.TemporaryDirectory() as tmp:
        reader = Reader(chromium(p), f'http://127.0.0.1:{server.server_port}{home}')
        order = ['index', 'try', *lessons, 'glossary', 'api']
        for a,b,c in zip([None, *order], order, [*order[1:], None]):
            reader.look(f'{b}.html', prev=a and f'{a}.html', next=c and f'{c}.html')
        for words,lesson in dict(PatchCritic='cyclegan', checkerboard='layers', icnr_='layers', fit_one_cycle='learner', Wasserstein='wgan').items():
            reader.search(words, lesson)
        reader.lost()
        reader.enlarge(tmp)
    print(*reader.faults, f'{reader.pages} pages, {len(reader.faults)} faults', sep='\n')
    sys.exit(bool(reader.faults))

if __name__ == '__main__': main()
