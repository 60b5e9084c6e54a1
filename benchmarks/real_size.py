"""Runs a lesson at its real size on a machine that is only lent for minutes: every training writes checkpoints, and when the time is
up the run ends. Called again with the same folder, trainings that were done are loaded, the one that was cut off goes on to the same
result, and the rest follows. (A model that a lesson keeps is written again when its training is loaded. What is in `weights/` in between
is half trained.)

    python benchmarks/real_size.py 07_superres --size full --minutes 8 --work /tmp/real --out out
    python benchmarks/real_size.py                             # what each lesson has done so far, by its checkpoints in --work

In `--out`, or in place if it is left out, comes the executed notebook, once all of it has run, then clean it by `nbdev-clean`. Cells marked
`slow`, `cuda` or `notest` are left out unless `--flags` names them. Weights that ship are written by the lessons themselves,
which `ENHANCE_RELEASE` allows.
Exit status: 0 all done, 3 time is up, 1 a cell failed."""
import argparse, json, os, re, sys, time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

nbs = Path(__file__).resolve().parent.parent/'nbs'

prelude = '''
import inspect as _inspect, itertools as _itertools, json as _json, multiprocessing as _mp, time as _time
from pathlib import Path as _Path
from enhance_nb import data as _data, learner as _learner
class OutOfTime(Exception): "The run goes on where it is cut off"
class _Kept(_learner.Checkpoint):
    "Keeps what took its time; the tests of a lesson are quickly done again, and look at what happens"
    def before_fit(self, learn):
        super().before_fit(learn)
        self.start = _time.time()
    def after_batch(self, learn):
        super().after_batch(learn)
        if _time.time() < {deadline} or not learn.acc.sync_gradients: return
        if self.worth(): self.save(learn)
        raise OutOfTime(f'training {{self.folder.name}}: step {{learn.i}} of {{learn.n}}')
    def after_epoch(self, learn):
        if self.worth(): super().after_epoch(learn)
    def worth(self): return self.files() or _time.time() - self.start > 10
    def after_fit(self, learn):
        if not self.files(): return
        f = self.folder/'table.json'
        done = _json.loads(f.read_text())['seconds'] if f.exists() else 0
        row = {{k: v for k,v in learn.history[-1].items() if isinstance(v, (int, float))}} if learn.history else {{}}
        f.write_text(_json.dumps(dict(step=learn.i, of=learn.n, seconds=done + _time.time() - self.start, device=str(learn.acc.device), last=row)))
def _watched(fit, numbers=_itertools.count()):
    def f(self, phases, cbs=()):
        steps = sum(getattr(p, 'epochs', p) for p in _learner.listify(phases))*len(self.dls.train)
        if {compile} and steps > 2000 and getattr(self, 'clamp', True): self.compile = True # no gradient penalty
        number,cbs = next(numbers),_learner.listify(cbs)
        for cb in [*self.cbs, *cbs]: # the lesson's own give way to ours, which outlast it
            if isinstance(cb, _learner.Checkpoint): cb.folder.mkdir(parents=True, exist_ok=True)
        self.cbs,cbs = ([cb for cb in l if not isinstance(cb, _learner.Checkpoint)] for l in (self.cbs, cbs))
        fit(self, phases, [*cbs, _Kept(_Path({work!r})/f'{{number:03}}', minutes=2., keep=1)])
        for cb in [*self.cbs, *cbs]:
            if isinstance(cb, _learner.SaveModel): cb.after_epoch(self)
    return f
_learner.Learner.fit = _watched(_learner.Learner.fit)
def _fed(init, enough=100): # by processes, where many pictures are made for each epoch
    def f(*args, **kw):
        call = _inspect.signature(init).bind(*args, **kw)
        given = call.arguments
        if len(given['train']) >= enough and all(getattr(given.get(k), 'whole', None) is None for k in ('train', 'valid')):
            given['num_workers'] = given.get('num_workers') or {workers}*(_mp.get_start_method() == 'fork') # others pickle, which local functions refuse
        init(*call.args, **call.kwargs)
    return f
_data.DataLoaders.__init__ = _fed(_data.DataLoaders.__init__)
'''

def run(name, size, work, out, until, flags, workers, compile):
    nb = nbformat.read(nbs/f'{name}.ipynb', 4)
    os.environ.update(ENHANCE_RUN=size, ENHANCE_RELEASE='1')
    left_out = {'slow', 'cuda', 'notest'} - set(flags)
    client = NotebookClient(nb, timeout=None, kernel_name='python3', resources={'metadata': {'path': str(nbs)}})
    nb.cells.insert(0, nbformat.v4.new_code_cell(prelude.format(deadline=until, work=str(work/name), workers=workers, compile=compile)))
    with client.setup_kernel():
        for i,c in enumerate(nb.cells):
            if c.cell_type!='code' or left_out & set(re.findall(r'^#\|\s*(\w+)', c.source, re.M)): continue
            try: client.execute_cell(c, i)
            except CellExecutionError as e:
                print(f'{name}, cell {i - 1}: {e.evalue if e.ename=="OutOfTime" else e}')
                return 3 if e.ename=='OutOfTime' else 1
    nb.cells.pop(0)
    nbformat.write(nb, out/f'{name}.ipynb')
    return 0

def table(work):
    for f in sorted(work.glob('*/*/table.json')):
        t = json.loads(f.read_text())
        last = ', '.join(f'{k} {v:.4g}' for k,v in t['last'].items() if k not in ('epoch', 'seconds'))
        print(f'{f.parent.parent.name} {f.parent.name}: step {t["step"]} of {t["of"]}, {t["seconds"]/60:.1f} min, {t["device"]}; {last}')

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('name', nargs='?', help='of a notebook, e.g. 07_superres'); p.add_argument('--size', default='full', choices=('quick', 'small', 'full'))
    p.add_argument('--minutes', type=float, default=8., help='to train for; what follows a training takes longer'); p.add_argument('--work', type=Path, default=Path('real-size'))
    p.add_argument('--out', type=Path, default=nbs); p.add_argument('--flags', nargs='*', default=[])
    p.add_argument('--workers', type=int, default=min(max((os.cpu_count() or 1) - 2, 0), 6), help='processes that load')
    p.add_argument('--compile', action='store_true', help='torch.compile trainings of more than 2000 steps')
    a = p.parse_args()
    a.work,a.out = a.work.resolve(),a.out.resolve()
    a.out.mkdir(parents=True, exist_ok=True)
    status = run(a.name, a.size, a.work, a.out, time.time() + 60*a.minutes, a.flags, a.workers, a.compile) if a.name else 0
    table(a.work)
    return status

if __name__ == '__main__': sys.exit(main())
