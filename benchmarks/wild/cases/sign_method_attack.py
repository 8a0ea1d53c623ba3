import torch
from torch import nn


class Attack:
    def __init__(self, net, criterion):
        self.net = net
        self.criterion = criterion

    def cost(self, x, y, targeted=False):
        h_adv = self.net(x)
        if targeted:
            return self.criterion(h_adv, y)
        return -self.criterion(h_adv, y)

    def fgsm(self, x, y, targeted=False, eps=0.03, x_val_min=-1, x_val_max=1):
        x_adv = x.detach().clone().requires_grad_(True)
        cost = self.cost(x_adv, y, targeted)

        self.net.zero_grad()
        cost.backward()

        x_adv.grad.sign_()
        x_adv = x_adv - eps * x_adv.grad
        x_adv = torch.clamp(x_adv, x_val_min, x_val_max)
        return x_adv.detach(), self.net(x_adv)


class ToyNet(nn.Module):
    def __init__(self, x_dim=12, y_dim=3):
        super().__init__()
        self.mlp = nn.Sequential(nn.Linear(x_dim, 16), nn.ReLU(True), nn.Linear(16, y_dim))

    def forward(self, X):
        return self.mlp(X.view(X.size(0), -1))


if __name__ == "__main__":
    torch.manual_seed(1)
    images, labels = torch.rand(30, 12) * 2 - 1, torch.randint(0, 3, (30,))
    net, criterion = ToyNet(), nn.CrossEntropyLoss()
    optim = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(40):
        optim.zero_grad()
        criterion(net(images), labels).backward()
        optim.step()
    x_adv, h_adv = Attack(net, criterion).fgsm(images, labels)
    before = (net(images).argmax(1) == labels).float().mean()
    after = (h_adv.argmax(1) == labels).float().mean()
    print(before.item(), after.item())
