"""How much of a folder's time is the network's, and how long one small photo takes from the first key to the last byte.

    python benchmarks/enhance.py [--photos 50] [--model superres-x2] [--device auto] [--rounds 5] [--format jpg]

The folder holds photos of one megapixel, cut from those of scikit-image. `enhance_files` decodes, enhances and encodes them;
beside it the network alone goes over the same photos, already decoded, in groups that take turns with the files, since the
speed of a machine drifts. At start-up, `enhance superres` on 256 x 256 pixels takes turns with `python -c "import torch"`."""
import argparse, statistics, subprocess, sys, tempfile, time
from pathlib import Path

import numpy as np
from PIL import Image

from enhance_nb.data import fetch
from enhance_nb.enhance import enhance_files, enhance_image, load_model
from enhance_nb.files import Photo


p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos', type=int, default=50)
p.add_argument('--model', default='superres-x2')
p.add_argument('--device', default='auto')
p.add_argument('--format', default='jpg', help='of the photos, and of the results')
p.add_argument('--rounds', type=int, default=5, help='of each process at start-up')
a = p.parse_args()

names = 'astronaut.png', 'chelsea.png', 'coffee.png', 'motorcycle_left.png', 'rocket.jpg'
sources = [Image.open(fetch('photos')/n).convert('RGB').resize((1400, 1100), Image.BICUBIC) for n in names]
rng, temporary = np.random.default_rng(0), tempfile.TemporaryDirectory()
folder = Path(temporary.name)
for i in range(a.photos):
    x, y = rng.integers(0, 246), rng.integers(0, 234)
    sources[i%5].crop((x, y, x + 1154, y + 866)).save(folder/f'{i:03}.{a.format}', quality=92)
files, model = sorted(folder.glob('*')), load_model(a.model, a.device)

photos = [Photo.open(f) for f in files[:2]]
enhance_image(photos[0], model)                                                          # warm
alone = whole = 0.
for i in range(0, a.photos, 10):
    part = files[i:i+10]
    photos = [Photo.open(f) for f in part]
    start = time.perf_counter()
    for photo in photos: enhance_image(photo, model)
    middle = time.perf_counter()
    rs = enhance_files(part, folder/'out', model, progress=False)
    whole, alone = whole + time.perf_counter() - middle, alone + middle - start
    assert all(r.status == 'done' for r in rs)
    print(f'{i+len(part):4} photos: the network {alone:.1f} s, files {whole:.1f} s', flush=True)
print(f'{a.photos/whole:.3f} files a second, {a.photos/alone:.3f} without files: {alone/whole:.3f} of the network alone')

small = folder/'small.png'
sources[0].crop((300, 300, 556, 556)).save(small)
main = 'import sys; from enhance_nb.cli import main; sys.exit(main())'
ways = {'import torch': ['-c', 'import torch'],
        'enhance superres': ['-c', main, 'superres', small, '-o', folder/'small_out.png', '--overwrite', '--quiet']}
seconds = {k: [] for k in ways}
for i in range(a.rounds + 1):
    for k, words in ways.items():
        start = time.perf_counter()
        subprocess.run([sys.executable, *map(str, words)], check=True)
        if i: seconds[k].append(time.perf_counter() - start)
torch_s, ours = (statistics.median(s) for s in seconds.values())
print(f'start-up: import torch {torch_s:.2f} s, enhance superres on 256 x 256 {ours:.2f} s: {ours/torch_s:.2f} times')
