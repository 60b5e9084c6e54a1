"""Seconds of one full optimisation step of a CycleGAN, both generators and both critics, on one picture of each kind:
`CycleGan`'s, and that of a plain loop in the order of the paper's code: each picture goes through by itself, convolutions and
`InstanceNorm2d` and Adam as they come with PyTorch, the critics frozen while the generators learn, their losses backward one
by one. (`CycleGan` takes the fused Adam.) Each round of ours is a `fit` of its own, with new optimisers; its start counts.
With `--compile` there is a third: ours under `torch.compile`, whose first steps (a minute of compiling) are not counted.

    python benchmarks/cyclegan.py [--compile] [--size 128] [--nf 32] [--blocks 6] [--critic-nf 64] [--bs 1] [--rounds 9] [--steps 8]

They take turns, since the speed of a machine drifts: medians, and the median of the ratios within a round. First it is
checked that the losses of the first step are the same, for the same weights and pictures."""
import argparse, random, statistics, time

import torch
import torch.nn.functional as F
from torch import nn

from enhance_nb.cyclegan import cyclegan_learner
from enhance_nb.data import DataLoaders, Unpaired
from enhance_nb.enhance import pick_device

class Residual(nn.Module):
    def __init__(self, nf):
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(nf, nf, 3), nn.InstanceNorm2d(nf), nn.ReLU(True),
            nn.ReflectionPad2d(1), nn.Conv2d(nf, nf, 3), nn.InstanceNorm2d(nf))
    def forward(self, x): return x + self.layers(x)

def plain_generator(nf, blocks):
    def norm(n): return [nn.InstanceNorm2d(n), nn.ReLU(True)]
    down = [l for n in (nf, 2*nf) for l in (nn.Conv2d(n, 2*n, 3, 2, 1), *norm(2*n))]
    up = [l for n in (4*nf, 2*nf) for l in (nn.ConvTranspose2d(n, n//2, 3, 2, 1, 1), *norm(n//2))]
    return nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(3, nf, 7), *norm(nf), *down,
                         *(Residual(4*nf) for _ in range(blocks)), *up,
                         nn.ReflectionPad2d(3), nn.Conv2d(nf, 3, 7), nn.Tanh())

def plain_critic(nf):
    body = [l for n, s in ((nf, 2), (2*nf, 2), (4*nf, 1))
            for l in (nn.Conv2d(n, 2*n, 4, s, 1), nn.InstanceNorm2d(2*n), nn.LeakyReLU(.2, True))]
    return nn.Sequential(nn.Conv2d(3, nf, 4, 2, 1), nn.LeakyReLU(.2, True), *body, nn.Conv2d(8*nf, 1, 4, 1, 1))

@torch.no_grad()
def with_weights_of(net, ours):
    kinds = nn.Conv2d, nn.ConvTranspose2d
    pairs = [[m for m in n.modules() if isinstance(m, kinds)] for n in (net, ours)]
    for a, b in zip(*pairs, strict=True):
        a.weight.copy_(b.weight)
        a.bias.zero_() if b.bias is None else a.bias.copy_(b.bias)
    return net

def loaders(): return DataLoaders(Unpaired(*pictures), bs=a.bs)

class Ours:
    def __init__(self, compile=False):
        self.learn, self.losses = cyclegan_learner(loaders(), None, a.size, a.blocks, a.nf, critic_nf=a.critic_nf, ema=None,
                                                   compile=compile, quiet=True), []
        step = self.learn.step
        self.learn.step = lambda loss, *args: (self.losses.append(loss.item()), step(loss, *args))
    def __call__(self, n): self.learn.fit(n/len(self.learn.dls.train))

class Plain:
    def __init__(self, nets):
        g, d = lambda: plain_generator(a.nf, a.blocks), lambda: plain_critic(a.critic_nf)
        self.g_ab, self.g_ba, self.d_a, self.d_b = (with_weights_of(make(), nets[k]).to(device) for k, make in
                                                    dict(g_ab=g, g_ba=g, d_a=d, d_b=d).items())
        def adam(*ms): return torch.optim.Adam([p for m in ms for p in m.parameters()], 2e-4, (.5, .999))
        self.opt_g, self.opt_d = adam(self.g_ab, self.g_ba), adam(self.d_a, self.d_b)
        self.pools, self.dl, self.losses = {'a': [], 'b': []}, loaders().train, []

    def pooled(self, k, fakes):
        out, pool = [], self.pools[k]
        for fake in fakes:
            if len(pool) < 50: pool.append(fake)
            elif random.random() > .5:
                i = random.randrange(50)
                fake, pool[i] = pool[i], fake
            out.append(fake)
        return torch.stack(out)

    def critic(self, net, real, fake):
        loss = ((net(real) - 1).square().mean() + net(fake.detach()).square().mean())*.5
        loss.backward()
        return loss.item()

    def step(self, real_a, real_b):
        fake_b, fake_a = self.g_ab(real_a), self.g_ba(real_b)
        rec_a, rec_b = self.g_ba(fake_b), self.g_ab(fake_a)
        for d in (self.d_a, self.d_b): d.requires_grad_(False)
        self.opt_g.zero_grad()
        loss = 5*F.l1_loss(self.g_ab(real_b), real_b) + 5*F.l1_loss(self.g_ba(real_a), real_a) \
            + (self.d_b(fake_b) - 1).square().mean() + (self.d_a(fake_a) - 1).square().mean() \
            + 10*F.l1_loss(rec_a, real_a) + 10*F.l1_loss(rec_b, real_b)
        loss.backward()
        self.opt_g.step()
        for d in (self.d_a, self.d_b): d.requires_grad_(True)
        self.opt_d.zero_grad()
        critics = self.critic(self.d_a, real_a, self.pooled('a', fake_a.detach())) \
            + self.critic(self.d_b, real_b, self.pooled('b', fake_b.detach()))
        self.opt_d.step()
        self.losses += [loss.item(), critics]

    def __call__(self, n):
        for i, (x, y) in enumerate(self.dl):
            if i == n: break
            self.step(2*x.to(device) - 1, 2*y.to(device) - 1)

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in dict(size=128, nf=32, blocks=6, critic_nf=64, bs=1, rounds=9, steps=8).items():
        p.add_argument(f'--{name.replace("_", "-")}', type=int, default=default)
    p.add_argument('--compile', action='store_true', help='time torch.compile too (on a CPU it needs a C++ compiler)')
    a = p.parse_args()
    pictures = torch.randint(256, (2, a.bs*a.steps, 3, a.size, a.size), dtype=torch.uint8,
                             generator=torch.Generator().manual_seed(0))
    device = pick_device()
    print(f'torch {torch.__version__}, {device}, {torch.get_num_threads()} threads, {a.bs}x3x{a.size}x{a.size}, nf {a.nf}, '
          f'{a.blocks} blocks, critics {a.critic_nf}')
    ours = Ours()
    loops = dict(ours=ours, plain=Plain(ours.learn.model))
    if a.compile: loops['compiled'] = Ours(compile=True)
    times = {k: [] for k in loops}
    for i in range(a.rounds + 1):
        for k, run in loops.items():
            begin = time.perf_counter()
            torch.backends.cudnn.allow_tf32 = i > 0                        # exact while they are compared
            run(1 if i == 0 else a.steps)
            if i: times[k].append((time.perf_counter() - begin)/a.steps)
        if i == 0:
            for k in loops.keys() - {'plain'}:
                apart = [abs(x/y - 1) for x, y in zip(loops[k].losses[:2], loops['plain'].losses[:2], strict=True)]
                print(f'{k}: losses of the first step (generators, critics) apart by', *(f'{v:.1e}' for v in apart))
                assert max(apart) < 1e-5, loops[k].losses
    for k, ts in times.items():
        print(f'{k:8} {statistics.median(ts):.3f} s a step, {statistics.median(t/p for t, p in zip(ts, times["plain"])):.2f} of plain')
