import torch
from torch import nn
from torch.autograd import Function


class Branch(nn.Module):
    def __init__(self, dim, hidden):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fc1, self.fc2 = nn.Linear(dim, hidden), nn.Linear(hidden, dim)

    def forward(self, x):
        return self.fc2(torch.tanh(self.fc1(self.norm(x))))


class ReversibleBlock(nn.Module):
    """Y_1 = X_1 + F(X_2), Y_2 = X_2 + G(Y_1)."""

    def __init__(self, dim, hidden=8):
        super().__init__()
        self.F, self.G = Branch(dim, hidden), Branch(dim, hidden)

    def forward(self, X_1, X_2):
        Y_1 = X_1 + self.F(X_2)
        Y_2 = X_2 + self.G(Y_1)
        return Y_1, Y_2

    def backward_pass(self, Y_1, Y_2, dY_1, dY_2):
        with torch.enable_grad():
            Y_1.requires_grad = True
            g_Y_1 = self.G(Y_1)
            g_Y_1.backward(dY_2, retain_graph=True)

        with torch.no_grad():
            X_2 = Y_2 - g_Y_1
            dY_1 = dY_1 + Y_1.grad
            Y_1.grad = None

        with torch.enable_grad():
            X_2.requires_grad = True
            f_X_2 = self.F(X_2)
            f_X_2.backward(dY_1, retain_graph=True)

        with torch.no_grad():
            X_1 = Y_1 - f_X_2
            dY_2 = dY_2 + X_2.grad
            X_2.grad = None
            X_2 = X_2.detach()
        return X_1, X_2, dY_1, dY_2


class RevBackProp(Function):
    """Keeps the output of the last block only; the blocks' inputs are computed again on the way back."""

    @staticmethod
    def forward(ctx, x, layers):
        X_1, X_2 = torch.chunk(x, 2, dim=-1)
        with torch.no_grad():
            for layer in layers:
                X_1, X_2 = layer(X_1, X_2)
        ctx.layers = layers
        ctx.save_for_backward(X_1.detach(), X_2.detach())
        return torch.cat([X_1, X_2], dim=-1)

    @staticmethod
    def backward(ctx, dx):
        dX_1, dX_2 = torch.chunk(dx, 2, dim=-1)
        X_1, X_2 = ctx.saved_tensors
        X_1, X_2 = X_1.clone(), X_2.clone()
        for layer in reversed(ctx.layers):
            X_1, X_2, dX_1, dX_2 = layer.backward_pass(X_1, X_2, dX_1, dX_2)
        return torch.cat([dX_1, dX_2], dim=-1), None


if __name__ == "__main__":
    torch.manual_seed(0)
    layers = nn.ModuleList(ReversibleBlock(4) for _ in range(3))
    head = nn.Linear(8, 2)
    optimizer = torch.optim.SGD([*layers.parameters(), *head.parameters()], lr=0.05)
    x, y = torch.randn(16, 8), torch.randn(16, 2)
    for step in range(10):
        optimizer.zero_grad()
        loss = (head(RevBackProp.apply(x.requires_grad_(), layers)) - y).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
