import torch
from torch import nn
from torch.autograd import Function


class GRUFused(Function):
    """The pointwise part of a GRU cell; what the way back needs lies in one buffer of five parts."""

    @staticmethod
    def forward(ctx, input_gate, hidden_gate, hx):
        ir, ii, in_ = input_gate.chunk(3, 1)
        hr, hi, hn = hidden_gate.chunk(3, 1)
        resetgate = torch.sigmoid(ir + hr)
        inputgate = torch.sigmoid(ii + hi)
        newgate = torch.tanh(in_ + resetgate * hn)
        ctx.buffer = torch.cat([resetgate, inputgate, newgate, hx, hn], dim=1)
        return newgate + inputgate * (hx - newgate)

    @staticmethod
    def backward(ctx, grad_output):
        rg, ig, ng, hx, hn = ctx.buffer.chunk(5, 1)
        gig = grad_output * (hx - ng) * (1 - ig) * ig
        ghx = grad_output * ig
        gin = grad_output * (1 - ig) * (1 - ng * ng)
        ghn = gin * rg
        grg = gin * hn * (1 - rg) * rg
        rg.copy_(grg)
        ig.copy_(gig)
        ng.copy_(gin)
        hx.copy_(ghx)
        hn.copy_(ghn)
        size = grad_output.size(1)
        grad_input_gate = ctx.buffer[:, : 3 * size].clone()
        grad_hidden_gate = torch.cat([rg, ig, hn], dim=1)
        return grad_input_gate, grad_hidden_gate, hx.clone()


class GRUCell(nn.Module):
    def __init__(self, input_size, hidden_size):
        super().__init__()
        self.ih = nn.Linear(input_size, 3 * hidden_size)
        self.hh = nn.Linear(hidden_size, 3 * hidden_size)

    def forward(self, input, hx):
        return GRUFused.apply(self.ih(input), self.hh(hx), hx)


if __name__ == "__main__":
    torch.manual_seed(0)
    cell, lin = GRUCell(2, 4), nn.Linear(4, 1)
    optimizer = torch.optim.SGD([*cell.parameters(), *lin.parameters()], lr=0.2)
    x = torch.randn(6, 16, 2)
    target = x.sum(0)[:, :1]
    for step in range(50):
        h = torch.zeros(16, 4)
        for x_t in x:
            h = cell(x_t, h)
        loss = (lin(h) - target).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
