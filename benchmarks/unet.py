"""Time and memory of a training step and of an inference: our `DynamicUnet`, segmentation_models_pytorch's `Unet` and fastai's
`DynamicUnet`, each around a ResNet34 without pretrained weights, 12 classes, batches of 8 x 3 x 128 x 128, Adam, channels_last.

    pip install segmentation-models-pytorch fastai
    python benchmarks/unet.py [--rounds 9] [--side 128]
    python benchmarks/unet.py --camvid 600 --side 96     # ours and smp's after as many steps: mean IoU on CamVid's val part

The nets take the same batch in turn, since the speed of a machine drifts: medians, and the median of the ratios to smp's
step of the same round. Peak memory is that of three steps in a process of its own, above what is in use before the net is
built, on a GPU by PyTorch's own count (the median of five processes). A library that is not installed is left out."""
import argparse, importlib, re, statistics, subprocess, sys, time
from pathlib import Path

import torch
import torch.nn.functional as F
from torchvision.models import resnet34

from enhance_nb.enhance import pick_device
from enhance_nb.layers import Normalize
from enhance_nb.unet import DynamicUnet


def ours(k): return DynamicUnet(k)

libraries = dict(smp='segmentation_models_pytorch', fastai='fastai.vision.models.unet')

def smp(k): return importlib.import_module(libraries['smp']).Unet('resnet34', encoder_weights=None, classes=k)

def fastai(k):
    body = torch.nn.Sequential(*list(resnet34().children())[:-2])
    return importlib.import_module(libraries['fastai']).DynamicUnet(body, k, (a.side, a.side))

nets = dict(ours=ours, smp=smp, fastai=fastai)
device = pick_device()

def built(name, k=12, seed=0):
    torch.manual_seed(seed)
    try: return nets[name](k).to(device, memory_format=torch.channels_last)
    except ModuleNotFoundError as e: print(f'{name}: left out, {e.name} is not installed')

def batch():
    x = torch.rand(8, 3, a.side, a.side).to(device, memory_format=torch.channels_last)
    return x, torch.randint(12, (8, a.side, a.side)).to(device)

def stepper(net, x, y):
    opt = torch.optim.Adam(net.parameters(), 1e-3)
    def step():
        F.cross_entropy(net(x), y).backward()
        opt.step()
        opt.zero_grad()
    return step

def looker(net, x):
    def look():
        with torch.inference_mode(): net(x)
    return look

def timed(f):
    begin = time.perf_counter()
    f()
    if device.type == 'cuda': torch.cuda.synchronize()
    return time.perf_counter() - begin

def in_use(kind): # by this process, MB (Linux): VmRSS now, VmHWM at most so far
    return int(re.search(rf'{kind}:\s+(\d+)', Path('/proc/self/status').read_text())[1])/1e3

def memory(name): # of a net and three of its steps, above what the imports need
    if name in libraries: importlib.import_module(libraries[name])
    before, step = in_use('VmRSS'), stepper(built(name).train(), *batch())
    for _ in range(3): step()
    return torch.cuda.max_memory_allocated()/1e6 if device.type == 'cuda' else in_use('VmHWM') - before

def kept(net, x, y): # what a step keeps for its way back, parameters aside, MB: unlike memory, the same every time
    own, sizes = {p.untyped_storage().data_ptr() for p in net.parameters()}, {}
    def note(t):
        if (at := t.untyped_storage().data_ptr()) not in own: sizes[at] = t.untyped_storage().nbytes()
        return t
    with torch.autograd.graph.saved_tensors_hooks(note, lambda t: t): loss = F.cross_entropy(net.train()(x), y)
    del loss
    return sum(sizes.values())/1e6

def camvid(steps, seeds=3):
    from enhance_nb.data import Pairs, load_set
    from enhance_nb.unet import evaluate_masks, unet_learner
    valid, train = (Pairs(**load_set('camvid', split), cache=True) for split in ('val', 'train'))
    size = a.side, a.side*4//3
    for seed in range(seeds):
        for name in ('ours', 'smp'):
            if (net := built(name, len(valid.classes), seed)) is None: continue
            if name != 'ours': net = torch.nn.Sequential(Normalize(), net)                # ours normalises inside
            learn = unet_learner(train, net, None, size, precision='bf16', seed=seed)
            learn.quiet = True
            learn.fit_one_cycle(steps/len(learn.dls.train))
            sc = evaluate_masks(learn.model, valid, size)
            print(f'{name:8} seed {seed}, {len(learn.steps)} steps in {sum(r["seconds"] for r in learn.history):.0f} s: '
                  f'mean IoU {sc.iou.nanmean():.4f}, accuracy {sc.accuracy:.4f}', flush=True)


p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('--rounds', type=int, default=9)
p.add_argument('--side', type=int, default=128, help='of the pictures, in pixels; a multiple of 32 (CamVid: of 96)')
p.add_argument('--camvid', type=int, metavar='STEPS', help='train ours and smp\'s on CamVid instead')
p.add_argument('--memory', choices=nets, help=argparse.SUPPRESS)
a = p.parse_args()

if a.camvid:
    if a.side % 96: p.error(f'--side: a multiple of 96 for CamVid, since both nets must take it and 4/3 of it, got {a.side}')
    camvid(a.camvid)
elif a.memory: print(f'{memory(a.memory):.0f}')
else:
    x, y = batch()
    run = {name: net for name in nets if (net := built(name)) is not None}
    steps, looks = {n: stepper(net, x, y) for n, net in run.items()}, {n: looker(net, x) for n, net in run.items()}
    seconds = {kind: {n: [] for n in run} for kind in ('step', 'inference')}
    for i in range(a.rounds + 1):
        for kind, fs in dict(step=steps, inference=looks).items():
            for n, f in fs.items():
                run[n].train(kind == 'step')
                t = timed(f)
                if i: seconds[kind][n].append(t)                                          # the first round warms up
    print(f'{device}, {torch.get_num_threads()} threads, torch {torch.__version__}, {a.rounds} rounds, 8 x 3 x {a.side} x {a.side}')
    for n, net in run.items():
        line = [f'{n:8}{sum(q.numel() for q in net.parameters())/1e6:6.1f} million parameters']
        for kind, s in seconds.items():
            line.append(f'{kind} {statistics.median(s[n]):.3f} s')
            if 'smp' in s: line[-1] += f' ({statistics.median(t/u for t, u in zip(s[n], s["smp"])):.2f} of smp)'
        words = [sys.executable, __file__, '--memory', n, '--side', str(a.side)]
        mb = [subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()[-1] for _ in range(5)]
        print(*line, f'peak memory {statistics.median(map(int, mb)):.0f} MB, of which {kept(net, x, y):.0f} for the way back',
              sep='   ')
