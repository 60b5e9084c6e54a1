"""PSNR against seconds a megapixel (of the result) at x2: bicubic, the packaged model, and EDSR-baseline's architecture.

    python benchmarks/superres.py [--photos FOLDER] [--side 512] [--rounds 5] [--compile]

PSNR (luma, border 2) is of the photos in FOLDER, by default those of scikit-image. EDSR-baseline (1707.02921, 1.4 million
parameters) is built here without its trained weights, so it is timed only; the PSNR beside it is the paper's, on Set5.
Both are timed whole and in tiles, and compared each at its fastest.
All take the same picture in turn, since the speed of a machine drifts; the median is printed."""
import argparse, statistics, time

import torch
import torch.nn.functional as F

from enhance_nb.data import fetch
from enhance_nb.enhance import load_model, tiles
from enhance_nb.files import image_files
from enhance_nb.superres import SrResnet, evaluate_sr


photos = 'astronaut.png', 'chelsea.png', 'coffee.png', 'motorcycle_left.png', 'rocket.jpg'

def bicubic(x): return F.interpolate(x, scale_factor=2, mode='bicubic', antialias=True)

def prepared(net): return net.eval().requires_grad_(False).to(memory_format=torch.channels_last)

def tiled(net, batch, tile=128):
    "`net` on tiles with their surroundings, `batch` at a time (then padded to one size); only the time counts here"
    def run(x):
        cuts = [x[..., rows, cols] for _, (rows, cols) in tiles(*x.shape[-2:], tile, net.radius)]
        if batch > 1:
            side = max(max(c.shape[-2:]) for c in cuts)
            cuts = torch.cat([F.pad(c, (0, side - c.shape[-1], 0, side - c.shape[-2])) for c in cuts]).split(batch)
        return [net(c.contiguous(memory_format=torch.channels_last)) for c in cuts]
    return run


p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--photos', help='folder of photos that no model was trained on (default: those of scikit-image)')
p.add_argument('--side', type=int, default=512, help='of the picture that is enlarged, in pixels')
p.add_argument('--rounds', type=int, default=5)
p.add_argument('--compile', action='store_true', help='time torch.compile too (it needs a C++ compiler)')
a = p.parse_args()

ours, edsr = prepared(load_model('superres-x2', 'cpu')), prepared(SrResnet(2, 64, 16, res_scale=1.))
runs = {'bicubic': bicubic}
for name, net in {'superres-x2': ours, 'EDSR-baseline': edsr}.items():
    runs |= {name: net, **{f'{name}, tiles of {tile}': tiled(net, 1, tile) for tile in (128, 256)}}
contiguous = prepared(load_model('superres-x2', 'cpu')).to(memory_format=torch.contiguous_format)
runs |= {'superres-x2, contiguous': contiguous, 'superres-x2, tiles of 128 by eight': tiled(ours, 8)}
if a.compile: runs['superres-x2, torch.compile'] = torch.compile(prepared(load_model('superres-x2', 'cpu')))

x, megapixels = torch.rand(1, 3, a.side, a.side), (2*a.side)**2/1e6
seconds = {name: [] for name in runs}
with torch.inference_mode():
    for i in range(a.rounds + 1):
        for name, f in runs.items():
            fast = x if 'contiguous' in name else x.contiguous(memory_format=torch.channels_last)
            begin = time.perf_counter()
            f(fast)
            if i: seconds[name].append((time.perf_counter() - begin)/megapixels)       # the first round warms up
median = {name: statistics.median(s) for name, s in seconds.items()}
scores = evaluate_sr(ours, a.photos or [fetch('photos')/f for f in photos])
psnr = {'bicubic': f'{scores.mean("bicubic_psnr"):.2f}', 'superres-x2': f'{scores.mean("psnr"):.2f}',
        'EDSR-baseline': '37.99 on Set5 (paper; not trained here)'}

def count(net): return f'{sum(q.numel() for q in net.parameters()):,}' if isinstance(net, torch.nn.Module) else ''
print(f'{torch.get_num_threads()} threads, torch {torch.__version__}, {a.side}x{a.side} pixels enlarged by 2, '
      f'PSNR over {len(scores)} photos')
for name, s in median.items():
    print(f'{name:36}{s:8.3f} s a megapixel   {count(runs[name]):>10} parameters   {psnr.get(name, "")}')
def fastest(name): return min(median[n] for n in (name, f'{name}, tiles of 128', f'{name}, tiles of 256'))
print(f'each at its fastest, superres-x2 takes 1/{fastest("EDSR-baseline")/fastest("superres-x2"):.1f} of the time of '
      f'EDSR-baseline; both whole, 1/{median["EDSR-baseline"]/median["superres-x2"]:.1f}')
