import torch
import torch.nn as nn
import torch.nn.functional as F


class Args:
    s = 1e-2  # scale of the sparsity term
    lr = 0.1


args = Args()


class SlimNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(F.relu(self.bn(self.conv(x))).mean(dim=(2, 3)))


def sparsity(model):
    """The penalty of the paper: s times the sum of |gamma|"""
    return args.s * sum(m.weight.abs().sum() for m in model.modules() if isinstance(m, nn.BatchNorm2d))


# additional subgradient descent on the sparsity-induced penalty term
def updateBN(model):
    for m in model.modules():
        if isinstance(m, nn.BatchNorm2d):
            m.weight.grad.data.add_(args.s * torch.sign(m.weight.data))  # L1


def backward(model, data, target):
    model.zero_grad()
    loss = F.cross_entropy(model(data), target)
    loss.backward()
    updateBN(model)
    return loss


if __name__ == "__main__":
    torch.manual_seed(0)
    model = SlimNet()
    data = torch.randn(16, 1, 5, 5)
    target = (data.mean(dim=(1, 2, 3)) > 0).long()
    for _ in range(10):
        loss = backward(model, data, target)
        with torch.no_grad():
            for p in model.parameters():
                p -= args.lr * p.grad
    print(loss.item(), model.bn.weight)
