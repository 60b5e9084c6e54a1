"""Time of a training step of the `Learner` (progress, metrics and NaN guard on) beside a bare PyTorch loop on the same net.

    python benchmarks/learner.py [--steps 60] [--rounds 9] [--width 48]

Both take the same batches from memory and run in turn, since the speed of a machine drifts; the median of the ratios is printed."""
import argparse, contextlib, io, statistics, time

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import TensorDataset

from enhance_nb.data import DataLoaders
from enhance_nb.layers import EdsrBlock, conv
from enhance_nb.learner import Learner
from enhance_nb.metrics import psnr


def net(width):
    torch.manual_seed(0)
    return nn.Sequential(conv(3, width), *(EdsrBlock(width) for _ in range(3)), conv(width, 3, act=None))


def bare(dls, width, device):
    model = net(width).to(device)
    opt = torch.optim.Adam(model.parameters(), 1e-3)
    model.train()
    start = time.perf_counter()
    for xb, yb in dls.train:
        loss = F.mse_loss(model(xb.to(device)), yb.to(device))
        opt.zero_grad()
        loss.backward()
        opt.step()
        loss.item()                                        # the curve that anyone wants to see
    return time.perf_counter() - start


class Timed(Learner):
    "Takes the time of the training part of the epoch"
    def one_epoch(self):
        self.began = time.perf_counter()
        super().one_epoch()

    def validate(self):
        self.took = time.perf_counter() - self.began
        return super().validate()


def learner(dls, width):
    learn = Timed(net(width), dls, F.mse_loss, 1e-3, metrics=psnr)
    with contextlib.redirect_stdout(io.StringIO()): learn.fit(1)
    return learn.took


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in dict(steps=60, rounds=9, width=48).items(): p.add_argument(f'--{name}', type=int, default=default)
    a = p.parse_args()
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    x = torch.rand(8*a.steps, 3, 32, 32)
    dls = DataLoaders(TensorDataset(x, x), TensorDataset(x[:8], x[:8]), bs=8)
    bare(dls, a.width, device), learner(dls, a.width)      # warm up
    pairs = [(bare(dls, a.width, device), learner(dls, a.width)) for _ in range(a.rounds)]
    ms = [statistics.median(v)/a.steps*1000 for v in zip(*pairs)]
    print(f'{a.steps} steps, {a.rounds} rounds, {device}, {torch.get_num_threads()} threads, torch {torch.__version__}')
    print(f'bare loop {ms[0]:.2f} ms a step, Learner {ms[1]:.2f} ms')
    print(f'Learner / bare: {statistics.median(l/b for b, l in pairs):.3f}')


if __name__ == '__main__': main()
