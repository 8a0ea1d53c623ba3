"""多层感知机 / the network: linear layers with an activation between them"""
from activations import Activation
from linear import Linear
from losses import CrossEntropyLoss
from torch import nn


class MLP(nn.Module):
    def __init__(self, input_size, output_size, hidden_size=32, n_layers=2, act_type="relu"):
        super().__init__()
        sizes = [input_size] + [hidden_size] * (n_layers - 1) + [output_size]
        layers = []
        for i in range(n_layers):
            layers.append(Linear(sizes[i], sizes[i + 1]))
            if i < n_layers - 1:
                layers.append(Activation(act_type))
        self.net = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.net:
            x = layer(x)
        return x


def loss_of(model, x, label):
    return CrossEntropyLoss.apply(model(x), label)
