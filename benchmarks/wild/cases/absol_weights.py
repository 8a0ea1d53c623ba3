import torch
import torch.nn as nn
import torch.nn.functional as F


class absol(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.abs()

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_input = torch.sign(input)
        grad_input = grad_input + 1
        grad_input = ((grad_input + 1e-6) / 2).round()
        grad_input = (2 * grad_input) - 1
        return grad_output * grad_input


class SoftQConv(nn.Conv2d):
    """A convolution with weights that are drawn towards -1 and 1 by their distances to both."""

    def __init__(self, in_channels, out_channels, kernel_size, wgt_temp=2.0, **kwargs):
        super().__init__(in_channels, out_channels, kernel_size, bias=False, **kwargs)
        self.wgt_temp = wgt_temp

    def quantize(self, x):
        x = (x - x.mean()) / x.std()
        low, high = absol.apply(x + 1), absol.apply(x - 1)
        scores = torch.stack([torch.exp(-low), torch.exp(-high)])
        p = torch.softmax(self.wgt_temp * scores, dim=0)
        return p[1] - p[0]

    def forward(self, x):
        return F.conv2d(x, self.quantize(self.weight), None, self.stride, self.padding)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(4, 2, 6, 6)
    target = F.conv2d(x, torch.randn(3, 2, 3, 3).sign(), padding=1)
    conv = SoftQConv(2, 3, 3, padding=1)
    optimizer = torch.optim.SGD(conv.parameters(), lr=0.01)
    for _ in range(20):
        loss = F.mse_loss(conv(x), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
