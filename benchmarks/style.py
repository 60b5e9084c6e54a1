"""Seconds of one evaluation of the style-transfer loss and its gradient under L-BFGS at 288 pixels: `stylize`'s, and two plain
loops around the same VGG16-BN (its weights do not matter for the time, so they are random): one that runs the whole network
on photo, painting and picture each time, and one that keeps the features of photo and painting. Then how many megapixels a
second the shipped networks repaint, and, asked for, time and memory of a picture for print.

    python benchmarks/style.py [--rounds 7] [--side 288]
    python benchmarks/style.py --print 3508 [--net squeezenet1_1]

The loops take turns, since the speed of a machine drifts: medians, and the median of the ratios within a round."""
import argparse, re, statistics, time
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision.models import vgg16_bn

from enhance_nb.enhance import pick_device
from enhance_nb.style import StyleTransferLoss, Whole, descend, stylize

style_layers, content_layers = ['5', '12', '22', '32', '42'], ['32']
device = pick_device()
mean, std = (torch.tensor(v, device=device).view(1, 3, 1, 1) for v in ((.485, .456, .406), (.229, .224, .225)))

def ours(net, photo, painting):
    cost = Whole(StyleTransferLoss(painting[0], net, content_layers, style_layers).to(device), photo)
    def run(n): descend(photo, cost, n)
    return run

def plain(net, photo, painting, cached): # as one writes it down first
    kept = {}
    for n in style_layers: net[int(n)].register_forward_hook(lambda m, xs, out, n=n: kept.update({n: out}))
    def features(x):
        net((x - mean)/std)
        return [kept[n] for n in content_layers], [kept[n] for n in style_layers]
    def gram(f):
        f = f.flatten(2)
        return f @ f.mT/f[0].numel()
    @torch.no_grad()
    def targets(): return features(photo)[0], [gram(f) for f in features(painting)[1]]
    before = targets()
    def run(n):
        x, done = photo.clone().requires_grad_(), 0
        opt = torch.optim.LBFGS([x], max_iter=n, history_size=20, tolerance_grad=0, tolerance_change=0)
        def closure():
            opt.zero_grad()
            content, style = before if cached else targets()
            now = features(x)
            loss = sum(F.mse_loss(f, t) for f, t in zip(now[0], content))*1e6
            loss = loss + sum(F.mse_loss(gram(f), t) for f, t in zip(now[1], style))*1e6
            loss.backward()
            return loss
        opt.step(closure)
    return run

def network():
    torch.manual_seed(0)
    return vgg16_bn().features.eval().requires_grad_(False).to(device)

def evaluations(side, rounds, n=6):
    torch.manual_seed(1)
    photo, painting = torch.rand(2, 1, 3, side*2//3, side).to(device)
    loops = dict(ours=ours(network(), photo, painting), naive=plain(network(), photo, painting, False),
                 caching=plain(network(), photo, painting, True))
    times = {k: [] for k in loops}
    for i in range(rounds + 1):
        for k, run in loops.items():
            begin = time.perf_counter()
            run(n)
            if i: times[k].append((time.perf_counter() - begin)/n)
    for k, ts in times.items(): print(f'{k:10} {statistics.median(ts):.3f} s an evaluation')
    for k in ('naive', 'caching'):
        print(f'ours / {k}: {statistics.median(a/b for a, b in zip(times["ours"], times[k])):.2f}')

def megapixels(rounds):
    from enhance_nb.enhance import enhance_image, load_model
    x = torch.rand(3, 1024, 1024)
    for name in ('style-wave', 'style-starry-night'):
        model, ts = load_model(name), []
        for _ in range(max(rounds//2, 2)):
            begin = time.perf_counter()
            enhance_image(x, model, 512)
            ts.append(time.perf_counter() - begin)
        print(f'{name}: {x[0].numel()/1e6/statistics.median(ts):.2f} megapixels a second, in tiles of 512')

def for_print(longest, net): # A4 at 300 dpi is 3508 x 2480
    torch.manual_seed(1)
    photo = F.interpolate(torch.rand(1, 3, 40, 56), (longest*5//7, longest), mode='bicubic').clamp(0, 1)[0]
    painting = F.interpolate(torch.rand(1, 3, 60, 80), (longest*3//4, longest), mode='bicubic').clamp(0, 1)[0]
    seen = []
    def watch(n, x, parts): seen.append((time.perf_counter() - begin, tuple(x.shape[-2:]), n))
    begin = time.perf_counter()
    stylize(photo, painting, net, steps=100, watch=watch)
    for size in dict.fromkeys(s for _, s, _ in seen):
        print(f'{size[1]}x{size[0]}: {max(n for _, s, n in seen if s == size)} evaluations, done after '
              f'{max(t for t, s, _ in seen if s == size):.0f} s')
    peak = torch.cuda.max_memory_allocated()/1e9 if device.type == 'cuda' else \
        int(re.search(r'VmHWM:\s+(\d+)', Path('/proc/self/status').read_text())[1])/1e6
    print(f'{net}, {photo.shape[2]}x{photo.shape[1]}: {peak:.1f} GB at most')

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--rounds', type=int, default=7)
    p.add_argument('--side', type=int, default=288)
    p.add_argument('--print', type=int, metavar='N', help='longest side of a picture for print, in pixels')
    p.add_argument('--net', default='judge-small')
    a = p.parse_args()
    print(f'torch {torch.__version__}, {device}, {torch.get_num_threads()} threads')
    if a.print: for_print(a.print, a.net)
    else:
        evaluations(a.side, a.rounds)
        megapixels(a.rounds)
