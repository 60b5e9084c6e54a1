"Write README.md from nbs/index.ipynb: `python docs/readme.py`"
import json, re, sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
hidden = re.compile(r'^#\|\s*(hide|echo:\s*false|include:\s*false)\s*$', re.M)
text = lambda s: ''.join(s).strip('\n')
fence = lambda lang,s: f'```{lang}\n{s}\n```'

def relink(s):
    "Links and pictures as seen from the root of the repository"
    s = re.sub(r'(\]\(|src="|href=")(?=images/|\w+\.ipynb)', r'\1nbs/', s)
    return re.sub(r'(\]\(|src="|href=")\.\./', r'\1', s)

def outputs(cell):
    for o in cell['outputs']:
        s = text(o.get('text') or o.get('data', {}).get('text/plain', ''))
        if s and not any(k.startswith('image/') for k in o.get('data', {})): yield fence('text', s)

def block(cell):
    s = text(cell['source'])
    if cell['cell_type'] == 'markdown': return [relink(s)]
    if cell['cell_type'] != 'code' or hidden.search(s): return []
    s = text(re.sub(r'^#\|.*\n?', '', s, flags=re.M))
    return [fence('python', s), *outputs(cell)] if s else []

def main():
    nb = json.loads((root/'nbs/index.ipynb').read_text(encoding='utf-8'))
    parts = ['<!-- Generated from nbs/index.ipynb by docs/readme.py -->', *[b for c in nb['cells'] for b in block(c)]]
    s = '\n\n'.join(parts) + '\n'
    (root/'README.md').write_text(s, encoding='utf-8', newline='\n')
    links = re.findall(r'(?:\]\(|src="|href=")(?![a-z]+:|#)([^)"#\s]+)', s)
    if lost := [p for p in links if not (root/p).exists()]: sys.exit(f'README.md: there is no {", ".join(lost)}')

if __name__ == '__main__': main()
