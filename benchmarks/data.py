"""Images a second of a `Pairs` loader beside torchvision's plain `ImageFolder`, with the same decoding and transforms.

    python benchmarks/data.py [FOLDER] [--workers 2] [--crop 96] [--bs 16] [--rounds 5]

FOLDER holds pictures (default: the BSDS500 training photos, through `fetch`). Rounds of both are run in turn, since the speed of
a machine drifts; the median of the ratios is printed. A third row keeps decoded pictures in memory, within this process."""
import argparse, os, statistics, tempfile, time
from pathlib import Path

import torch
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from enhance_nb.data import DataLoaders, Dihedral, Pairs, Shrink, fetch
from enhance_nb.files import image_files

torch.set_num_threads(1)


class PlainPair:
    "What anyone would write: crop and turn the image, shrink a copy"
    def __init__(self, crop):
        self.both = v2.Compose([v2.ToImage(), v2.RandomCrop(crop), Dihedral()])
        self.shrink, self.float = Shrink(2), v2.ToDtype(torch.float32, scale=True)

    def __call__(self, im):
        y = self.both(im)
        return self.float(self.shrink(y)), self.float(y)


def rate(dl, n):
    "Images a second over one epoch, without the start of the workers"
    it = iter(dl)
    next(it)
    start = time.perf_counter()
    for _ in it: pass
    return (n - dl.batch_size)/(time.perf_counter() - start)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('folder', nargs='?', help='pictures; default: BSDS500, training part')
    for name, default in dict(workers=2, crop=96, bs=16, rounds=5, repeats=4).items():
        p.add_argument(f'--{name}', type=int, default=default)
    a = p.parse_args()
    files = image_files(a.folder or fetch('bsds500')/'train')
    kw = dict(tfms=[v2.RandomCrop(a.crop), Dihedral()], x_tfms=Shrink(2))
    with tempfile.TemporaryDirectory() as d:
        Path(d, 'all').mkdir()
        for r in range(a.repeats):                                     # ImageFolder wants folders of classes
            for f in files: os.symlink(f.resolve(), Path(d, 'all', f'{r}_{f.name}'))
        n = len(files)*a.repeats
        plain = DataLoader(ImageFolder(d, PlainPair(a.crop)), a.bs, shuffle=True, num_workers=a.workers, drop_last=True)
        ours = DataLoaders(Pairs(files*a.repeats, **kw), bs=a.bs, num_workers=a.workers).train
        rows = {'ImageFolder': [], 'Pairs': []}
        for _ in range(a.rounds):
            for name, dl in (('ImageFolder', plain), ('Pairs', ours)): rows[name].append(rate(dl, n))
    cached = DataLoaders(Pairs(files*a.repeats, cache=True, **kw), bs=a.bs).train
    rate(cached, n)                                                    # the first epoch decodes
    rows['Pairs, cache, no workers'] = [rate(cached, n) for _ in range(a.rounds)]
    print(f'{len(files)} files x {a.repeats}, crop {a.crop}, batch {a.bs}, {a.workers} workers, torch {torch.__version__}')
    for name, r in rows.items(): print(f'{name:26}{statistics.median(r):9.0f} images a second (from {min(r):.0f} to {max(r):.0f})')
    print(f'Pairs / ImageFolder: {statistics.median(b/a for a, b in zip(rows["ImageFolder"], rows["Pairs"])):.3f}')


if __name__ == '__main__': main()
