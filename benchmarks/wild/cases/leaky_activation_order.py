import torch
from torch import nn


def leaky_relu(x, alpha=0.1):
    """
    Modified ReLU with a small slope where a unit is not active.
    """
    x = torch.relu(x)
    m_x = torch.relu(-x)
    x = x - alpha * m_x
    return x


def prelu(x, weight):
    pos = torch.relu(x)
    neg = weight * (x - torch.abs(x)) * 0.5
    return pos + neg


def get_from_module(name):
    return {"leaky_relu": leaky_relu, "relu": torch.relu, "tanh": torch.tanh}[name]


class FullyConnected(nn.Module):
    def __init__(self, n_inputs, n_units, activation="leaky_relu"):
        super().__init__()
        self.linear = nn.Linear(n_inputs, n_units)
        self.activation = get_from_module(activation)

    def forward(self, x):
        return self.activation(self.linear(x))


if __name__ == "__main__":
    torch.manual_seed(9)
    net = nn.Sequential(FullyConnected(3, 8), FullyConnected(8, 1, "tanh"))
    loss = (net(torch.randn(10, 3)) - 0.5).pow(2).mean()
    loss.backward()
    print(loss.item())
