import torch
from torch import nn


def maxout(tensor):
    if not tensor.size(1) % 2 == 0:
        raise ValueError("MaxOut: tensor.size(1) must be divisible by n_splits")
    return torch.max(*tensor.split(tensor.size(1) // 2, 1))


def rmxout(tensor):
    if not tensor.size(1) % 2 == 0:
        raise ValueError("RmxOut: tensor.size(1) must be divisible by n_splits")
    return torch.max(*torch.relu(tensor).split(tensor.size(1) // 2, 1))


def swish(tensor):
    return tensor * torch.sigmoid(tensor)


def mish(tensor):
    return tensor * tensor.exp().add(1).log().tanh()


class Activations(nn.Module):
    def __init__(self, activation="relu"):
        super().__init__()
        self.activation = activation.lower()
        self.function = {
            "relu": torch.relu,
            "maxo": maxout,
            "rmxo": rmxout,
            "swish": swish,
            "mish": mish,
        }[self.activation]

    def forward(self, tensor):
        return self.function(tensor)

    def __repr__(self):
        return self.activation


if __name__ == "__main__":
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 8), Activations("mish"), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    x = torch.randn(32, 4)
    y = x[:, :1] * x[:, 1:2]
    for _ in range(30):
        optimizer.zero_grad()
        loss = (net(x) - y).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
