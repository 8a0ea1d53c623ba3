import torch
from torch import nn
from torch.autograd import Function


class SigmoidCrossEntropyWithLogits(Function):
    @staticmethod
    def forward(ctx, x, label, pos_weight, normalize, ignore_index):
        keep = label != ignore_index
        term1 = x.clamp(min=0)
        term2 = x * label
        term3 = torch.log1p(torch.exp(-x.abs()))
        if pos_weight is None:
            out = term1 - term2 + term3
        else:
            log_weight = 1 + (pos_weight - 1) * label
            out = (1 - label) * x + log_weight * (term3 + (-x).clamp(min=0))
        out = torch.where(keep, out, torch.zeros_like(out))
        norm = keep.sum().clamp(min=1) if normalize else 1
        ctx.save_for_backward(x, label, pos_weight, keep)
        ctx.norm = norm
        return out / norm

    @staticmethod
    def backward(ctx, dout):
        x, label, pos_weight, keep = ctx.saved_tensors
        sigmoid_x = torch.sigmoid(x)
        if pos_weight is None:
            diff = sigmoid_x - label
        else:
            diff = sigmoid_x * pos_weight - label
        dx = torch.where(keep, dout * diff, torch.zeros_like(x)) / ctx.norm
        return dx, None, None, None, None


class BCEWithLogits(nn.Module):
    def __init__(self, pos_weight=None, normalize=False, ignore_index=-100):
        super().__init__()
        self.pos_weight, self.normalize, self.ignore_index = pos_weight, normalize, ignore_index

    def forward(self, x, label):
        return SigmoidCrossEntropyWithLogits.apply(
            x, label, self.pos_weight, self.normalize, self.ignore_index
        )


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(64, 4)
    label = (x[:, :2] + 0.3 * torch.randn(64, 2) > 1).float()
    model, criterion = nn.Linear(4, 2), BCEWithLogits(torch.tensor([3.0, 3.0]))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for _ in range(60):
        loss = criterion(model(x), label).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
