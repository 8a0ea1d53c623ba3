import torch
import torch.nn.functional as F
from torch import nn


class CNN(nn.Module):
    def __init__(self, features=8, n_outputs=4):
        super().__init__()
        self.c1 = nn.Linear(features, 16)
        self.c2 = nn.Linear(16, n_outputs)

    def forward(self, x):
        h = F.leaky_relu(self.c1(x), negative_slope=0.01)
        return F.log_softmax(self.c2(h), dim=1)


def loss_coteaching(y_1, y_2, t, forget_rate):
    """Each of two networks learns from what the other finds easy."""
    loss_1 = F.cross_entropy(y_1, t, reduction="none")
    loss_2 = F.cross_entropy(y_2, t, reduction="none")
    num_remember = int((1 - forget_rate) * len(t))

    ind_1_update = torch.argsort(loss_1.detach())[:num_remember]
    ind_2_update = torch.argsort(loss_2.detach())[:num_remember]

    loss_1_update = F.cross_entropy(y_1[ind_2_update], t[ind_2_update])
    loss_2_update = F.cross_entropy(y_2[ind_1_update], t[ind_1_update])
    return loss_1_update, loss_2_update


def classification_loss(scores, t):
    """The loss of a network whose last layer gave these scores."""
    return F.cross_entropy(F.log_softmax(scores, dim=1), t)


def train(x, t, epochs=3):
    models = CNN(), CNN()
    optimizers = [torch.optim.Adam(model.parameters(), lr=0.01) for model in models]
    for epoch in range(epochs):
        losses = loss_coteaching(models[0](x), models[1](x), t, 0.1 * epoch)
        for optimizer, loss in zip(optimizers, losses):
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return [loss.item() for loss in losses]


if __name__ == "__main__":
    torch.manual_seed(3)
    print(train(torch.randn(30, 8), torch.randint(4, (30,))))
