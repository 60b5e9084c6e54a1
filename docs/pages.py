"What nbdev calls for the site (see pyproject.toml): `Signature` for an exported name, `Page` for a notebook"
import ast, html, importlib, inspect, re
from pathlib import Path
from fastcore.docments import MarkdownRenderer, docstring
from fastcore.foundation import L
from fastcore.nbio import mk_cell
from nbdev.config import get_config
from nbdev.doclinks import NbdevLookup, patch_name
from nbdev.process import Processor

empty = inspect.Parameter.empty

def shown(o):
    "`o` as one would type it: no memory addresses, no long lists"
    s = getattr(o, '__name__', None) or re.sub(r' at 0x\w+', '', repr(o))
    return s if len(s) <= 60 else s[:57] + '...'

class Typed(str): __repr__ = str.__str__   # prints without quotes in a signature

def signature(name, sig):
    ps = [p for p in sig.parameters.values() if p.name != 'self']
    ps = [p if p.default is empty else p.replace(default=Typed(shown(p.default))) for p in ps]
    return name + str(sig.replace(parameters=ps))

def code(s): return f'`{s}`' if s else ''
def anno(p): return '' if p['anno'] in (empty, type(None), type) else code(inspect.formatannotation(p['anno']))

def default(p): return '' if p['default'] is empty else code(shown(p['default']))

def table(*rows):
    head,*rows = [[c.replace('|', r'\|').replace('\n', ' ') for c in r] for r in rows]
    return '\n'.join('| ' + ' | '.join(r) + ' |' for r in [head, ['---']*len(head), *rows]) if rows else ''

class Signature(MarkdownRenderer):
    "One line that unfolds to the docstring, the arguments and the methods"
    def arguments(self):
        ps = dict(getattr(self.dm, 'dm', {}))
        ret = ps.pop('return', dict(anno=empty, docment=None))
        rows = [(code(k), anno(p), default(p), p['docment'] or '') for k,p in ps.items()]
        if anno(ret) or ret['docment']: rows.append(('*returns*', anno(ret), '', ret['docment'] or ''))
        return table(('argument', 'type', 'default', 'details'), *rows)

    def methods(self):
        ms = vars(self.sym).items() if inspect.isclass(self.sym) else []
        return table(('method', 'details'), *[(code(signature(k, inspect.signature(m))), docstring(m).split('\n')[0])
                                              for k,m in ms if k[0] != '_' and inspect.isfunction(m) and m.__doc__])

    def _repr_markdown_(self):
        head = html.escape(signature(self.nm, self.sig) if self.sig else self.nm)
        src = NbdevLookup().code(self.fn)
        parts = [f'<details class="api"><summary><code>{head}</code></summary>', self.docs,
                 self.arguments(), self.methods(), f'[source]({src})' if src else '', '</details>']
        return '\n\n'.join(p for p in parts if p)

def api(modules):
    "A page of all public names of `modules`, each with a link to the cell that defines it"
    syms = importlib.import_module('enhance_nb._modidx').d['syms']
    def row(mod, name):
        url,_ = syms[mod.__name__].get(f'{mod.__name__}.{name}', ('',''))
        doc = docstring(getattr(mod, name)).split('\n\n')[0]
        if url and doc: return f'<a href="{url}"><code>{name}</code></a>',' '.join(doc.split())
    def rows(mod): return [r for name in sorted(mod.__all__, key=str.lower) if (r := row(mod, name))]
    mods = [importlib.import_module(m) for m in modules]
    parts = [f'## {m.__name__}\n\n{table(("name", "what it gives"), *rows(m))}' for m in mods]
    return '\n\n'.join(['# API', '> Every public name, with a link to the lines that define it', *parts])

def defined(cell):
    "The names that nbdev links to in an exported cell"
    defs = ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef
    for t in cell.parsed_() or []:
        if isinstance(t, defs): yield from L(patch_name(t))
        if isinstance(t, ast.ClassDef): yield from (f'{t.name}.{m.name}' for m in t.body if isinstance(m, defs))

exported = {'export', 'exporti', 'exports'}

class Page(Processor):
    "Code without directives, a place to land for each name, signatures as text, links that work on the site"
    def begin(self):
        self.cfg,cells = get_config(),self.nb.cells
        self.blob = f'{self.cfg.git_url}/blob/{self.cfg.branch}'
        whole = [n for c in cells if c.directives_.keys() & exported for n in defined(c) if '.' in n]
        short = [n.split('.')[-1] for n in whole]
        self.methods = {s: n for s,n in zip(short, whole) if short.count(s)==1 and s[0]!='_'}
        cells[0].source = re.sub(r'\A(# .*\n*(?:>.*\n?)*)', rf'\1\n\n{self.links()}\n\n', cells[0].source)
        for i,c in reversed(list(enumerate(cells))):
            names = list(defined(c)) if c.directives_.keys() & exported else []
            if not names: continue
            n = next(j for j,c2 in enumerate([*cells[i+1:], {}]) if 'has_sd' not in c2)
            cells[i+1:i+1+n] = cells[i+1:i+1+n][::-1]   # nbdev puts the last name first
            cells.insert(i, mk_cell(''.join(f'<div id="{n.lower()}"></div>' for n in names), 'markdown'))

    def links(self):
        name = Path(self.nb.path_).name
        src = f'{self.blob}/nbs/{name}'
        colab = src.replace('https://github.com', 'https://colab.research.google.com/github')
        to = {'Open in Colab': colab, 'Open in Kaggle': f'https://kaggle.com/kernels/welcome?src={src}',
              'Download': f'notebooks/{name}', 'Source on GitHub': src}
        return '<p class="links">' + ' '.join(f'<a href="{u}">{t}</a>' for t,u in to.items()) + '</p>'

    def cell(self, cell): getattr(self, cell.cell_type)(cell)
    def raw(self, cell): pass

    def markdown(self, cell):
        s = re.sub(r'(?<!\[)`(\d\d_\w+)`', self.lesson, cell.source)
        s = re.sub(r'(?<![\[`])`(\w+)`(?![`\]])', self.method, s)
        s = re.sub(r'\]\(\d\d_(\w+\.ipynb)', r'](\1', s)
        cell.source = re.sub(r'\]\(\.\./([^)]+)\)', rf']({self.blob}/\1)', s)

    def method(self, m): # nbdev only knows it with its class
        return f'<a href="#{self.methods[m[1]].lower()}"><code>{m[1]}</code></a>' if m[1] in self.methods else m[0]

    def lesson(self, m): return f'[{m[0]}]({m[1]}.ipynb)' if (self.cfg.nbs_path/f'{m[1]}.ipynb').exists() else m[0]

    def code(self, cell):
        d,src = cell.directives_,cell.source
        cell.source = re.sub(r'^\s*#\|.*\n?', '', cell.source, flags=re.M).strip()
        if cell.source.startswith('show_doc('):
            cell.cell_type,cell.source = 'markdown',''.join(cell.pop('outputs')[0]['data']['text/markdown'])
        elif not cell.source or d.get('include') == 'false': del cell['source']
        else:
            if alt := re.search(r'^#\| fig-alt: (.+)', src, re.M): cell.metadata['mystnb'] = {'image': {'alt': alt[1]}}
            tags = {'export': 'export' in d, 'remove-input': d.get('echo') == 'false', 'remove-output': d.get('output') == 'false'}
            cell.metadata['tags'] = [t for t,b in tags.items() if b]
