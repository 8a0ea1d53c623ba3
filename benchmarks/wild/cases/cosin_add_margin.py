import math

import torch
from torch.nn import functional as F


class CosinAddm(torch.autograd.Function):
    """Adds an angle m to the angle of the target class: cos(theta) becomes cos(theta + m)."""

    @staticmethod
    def forward(ctx, cos_theta, label, m):
        cos_m, sin_m = math.cos(m), math.sin(m)
        threshold = math.cos(math.pi - m)
        top = cos_theta.clone()
        flags = []
        for i in range(len(label)):
            gt = label[i]
            cos_t = cos_theta[i, gt]
            flags.append(bool(cos_t <= threshold))
            if flags[-1]:
                top[i, gt] = cos_t - math.sin(math.pi - m) * m
            else:
                sin_theta = torch.sqrt(1.0 - cos_t * cos_t)
                top[i, gt] = cos_t * cos_m - sin_theta * sin_m
        ctx.save_for_backward(cos_theta, label)
        ctx.flags, ctx.m = flags, m
        return top

    @staticmethod
    def backward(ctx, top_diff):
        cos_theta, label = ctx.saved_tensors
        cos_m, sin_m = math.cos(ctx.m), math.sin(ctx.m)
        bottom_diff = top_diff.clone()
        for i in range(len(label)):
            gt = label[i]
            if ctx.flags[i]:
                continue
            cos_t = cos_theta[i, gt]
            sin_theta = torch.sqrt(1.0 - cos_t * cos_t)
            coffe = cos_m + sin_m * cos_t / sin_theta
            bottom_diff[i, gt] = coffe * top_diff[i, gt]
        return bottom_diff, None, None


class ArcFace(torch.nn.Module):
    def __init__(self, in_features, num_classes, scale=16.0, m=0.5):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.randn(num_classes, in_features))
        self.scale, self.m = scale, m

    def forward(self, features, label):
        cos_theta = F.linear(F.normalize(features), F.normalize(self.weight))
        return self.scale * CosinAddm.apply(cos_theta, label, self.m)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(60, 6)
    label = x[:, :3].argmax(dim=1)
    net, head = torch.nn.Linear(6, 4), ArcFace(4, 3)
    optimizer = torch.optim.SGD([*net.parameters(), *head.parameters()], lr=0.05)
    for _ in range(30):
        loss = F.cross_entropy(head(net(x), label), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
