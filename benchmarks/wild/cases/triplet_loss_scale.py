import torch
from torch import nn


class TripletLossLayer(torch.autograd.Function):
    """max(0, |a - p|^2 - |a - n|^2 + margin), half of it, the mean over the batch."""

    @staticmethod
    def forward(ctx, anchor, positive, negative, margin):
        dist_ap = (anchor - positive).pow(2).sum(dim=1)
        dist_an = (anchor - negative).pow(2).sum(dim=1)
        hinge = torch.clamp(dist_ap - dist_an + margin, min=0)
        ctx.save_for_backward(anchor, positive, negative, hinge)
        return hinge.sum() / (2 * len(anchor))

    @staticmethod
    def backward(ctx, top_diff):
        anchor, positive, negative, hinge = ctx.saved_tensors
        scale = top_diff / len(anchor)
        active = (hinge > 0).to(anchor.dtype)[:, None] * scale
        return (
            active * (negative - positive),
            active * (positive - anchor),
            active * (anchor - negative),
            None,
        )


class Embedding(nn.Module):
    def __init__(self):
        super().__init__()
        self.ip1 = nn.Linear(6, 12)
        self.feat = nn.Linear(12, 2)

    def forward(self, x):
        return self.feat(torch.relu(self.ip1(x)))


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Embedding()
    centres = torch.randn(2, 6)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    for _ in range(40):
        anchor, positive = centres[0] + 0.3 * torch.randn(2, 16, 6)
        negative = centres[1] + 0.3 * torch.randn(16, 6)
        loss = TripletLossLayer.apply(net(anchor), net(positive), net(negative), 1.0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
