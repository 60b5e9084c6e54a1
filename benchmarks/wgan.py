"""Seconds of one cycle of a WGAN with clamped weights, five steps of the critic and one of the generator: `Wgan`'s, and those of
plain loops around the same networks and data: one as one writes it down first, which detaches the invented pictures but has
their graph built, and computes gradients of the critic's weights while the generator learns; and one that switches off the
gradients of the network that stands still, as the 2018 lecture does. Both leave memory as it comes.

    python benchmarks/wgan.py [--size 64] [--nf 64] [--bs 64] [--rounds 7] [--cycles 2]
    python benchmarks/wgan.py --penalty                        # both with the gradient penalty and Adam instead

The loops take turns, since the speed of a machine drifts: medians, and the median of the ratios within a round. First it is
checked that all do the same: two cycles from the same weights, with the same noise."""
import argparse, statistics, time

import torch

from enhance_nb.data import DataLoaders, Labelled
from enhance_nb.enhance import pick_device
from enhance_nb.wgan import DcCritic, DcGenerator, Wgan

def networks():
    torch.manual_seed(0)
    return DcGenerator(a.size, 100, a.nf, 1).to(device), DcCritic(a.size, a.nf, 1, None if a.penalty else 'batch').to(device)

def loaders(): return DataLoaders(Labelled(images, [0]*len(images)), bs=a.bs)

class Ours:
    def __init__(self):
        self.learn = Wgan(*networks(), loaders(), 'penalty' if a.penalty else 'clamp', 1e-4, 5, quiet=True)
    def __call__(self, batches): self.learn.fit(batches/len(self.learn.dls.train))

class Plain:
    def __init__(self, noise=None, still=False):
        self.still = still
        (self.g, self.d), self.dl, self.noise = networks(), loaders().train, noise or (lambda: torch.randn(a.bs, 100, device=device))
        kind = (lambda ps: torch.optim.Adam(ps, 1e-4, (0., .9))) if a.penalty else (lambda ps: torch.optim.RMSprop(ps, 1e-4))
        self.opt_g, self.opt_d = kind(self.g.parameters()), kind(self.d.parameters())

    def moves(self, net):
        if self.still:
            for n in (self.g, self.d): n.requires_grad_(n is net)

    def critic_step(self, real):
        self.moves(self.d)
        if not a.penalty:
            for p in self.d.parameters(): p.data.clamp_(-.01, .01)
        fake = self.g(self.noise()).detach()
        loss = self.d(fake).mean() - self.d(real).mean()
        if a.penalty:
            eps = torch.rand(len(real), 1, 1, 1, device=device)
            x = (eps*real + (1 - eps)*fake).requires_grad_()
            slope = torch.autograd.grad(self.d(x).sum(), x, create_graph=True)[0]
            loss = loss + 10*((slope.flatten(1).norm(dim=1) - 1)**2).mean()
        self.opt_d.zero_grad()
        loss.backward()
        self.opt_d.step()
        return loss.item()

    def __call__(self, batches):
        losses = []
        for i, (real, _) in enumerate(self.dl):
            if i == batches: break
            losses.append(self.critic_step(real.to(device)))
            if i % 5 == 4:
                self.moves(self.g)
                loss = -self.d(self.g(self.noise())).mean()
                self.opt_g.zero_grad()
                loss.backward()
                self.opt_g.step()
        return losses

def alike():
    "Two cycles with the same noise: how far are the critic's losses apart?"
    ours, seen = Ours(), []
    ours.learn.noise = lambda n, noise=ours.learn.noise: seen.append(noise(n)) or seen[-1]
    ours(10)
    for still in (False, True):
        losses = Plain(iter(seen).__next__, still)(10)
        apart = max(abs(s['loss'] - l) for s, l in zip(ours.learn.steps, losses, strict=True))
        assert apart < .02*max(map(abs, losses)), (apart, losses)        # rounding, and RMSProp's large first steps
    return apart

if __name__ == '__main__':
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in dict(size=64, nf=64, bs=64, rounds=7, cycles=2).items():
        p.add_argument(f'--{name}', type=int, default=default)
    p.add_argument('--penalty', action='store_true')
    a = p.parse_args()
    device = pick_device()
    images = torch.randint(256, (a.bs*5*max(a.cycles, 2), 3, a.size, a.size), dtype=torch.uint8,
                           generator=torch.Generator().manual_seed(0))
    print(f'torch {torch.__version__}, {device}, {torch.get_num_threads()} threads, {a.size} px, nf {a.nf}, batches of {a.bs}')
    torch.backends.cudnn.allow_tf32 = False                                         # exact while they are compared
    if not a.penalty: print(f'losses of two cycles apart: {alike():.1e}')           # of the penalty the points would differ
    torch.backends.cudnn.allow_tf32 = True
    loops = dict(ours=Ours(), plain=Plain(), lecture=Plain(still=True))
    times = {k: [] for k in loops}
    for i in range(a.rounds + 1):
        for k, run in loops.items():
            begin = time.perf_counter()
            run(5*a.cycles)
            if device.type == 'cuda': torch.cuda.synchronize()
            if i: times[k].append((time.perf_counter() - begin)/a.cycles)
    for k, ts in times.items(): print(f'{k:8} {statistics.median(ts):.3f} s a cycle')
    for k in ('plain', 'lecture'):
        print(f'ours / {k}: {statistics.median(o/p for o, p in zip(times["ours"], times[k])):.2f}')
