import torch


def correlate(x, w):
    """x (N, C, H, W), w (F, C, KH, KW), no padding, stride one."""
    KH, KW = w.shape[2:]
    windows = x.unfold(2, KH, 1).unfold(3, KW, 1)
    return torch.einsum("nchwkl,fckl->nfhw", windows, w)


def flip_filter(w):
    """Turns the spatial dims of a filter for the transposed convolution."""
    dims = [d for d in (2, 3) if w.shape[d] != 1]
    if len(dims) <= 1:
        return w
    return torch.flip(w, dims)


class Conv2d(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, padding):
        ph, pw = padding
        x_padded = torch.nn.functional.pad(x, (pw, pw, ph, ph))
        ctx.save_for_backward(x_padded, w)
        ctx.padding = padding
        return correlate(x_padded, w)

    @staticmethod
    def backward(ctx, grad_output):
        x_padded, w = ctx.saved_tensors
        ph, pw = ctx.padding
        KH, KW = w.shape[2:]

        # by the input: full convolution with the turned filter, channels swapped
        full = torch.nn.functional.pad(grad_output, (KW - 1, KW - 1, KH - 1, KH - 1))
        grad_x = correlate(full, flip_filter(w).transpose(0, 1))
        H, W = grad_x.shape[2:]
        grad_x = grad_x[:, :, ph : H - ph, pw : W - pw]

        # by the filter: correlation of input and gradient
        grad_w = correlate(x_padded.transpose(0, 1), grad_output.transpose(0, 1)).transpose(0, 1)
        return grad_x, grad_w, None


class SequenceNet(torch.nn.Module):
    """Two convolutions along the time of signals (N, C, 1, T)."""

    def __init__(self, channels, hidden):
        super().__init__()
        self.w1 = torch.nn.Parameter(0.3 * torch.randn(hidden, channels, 1, 3))
        self.w2 = torch.nn.Parameter(0.3 * torch.randn(1, hidden, 1, 3))

    def forward(self, x):
        h = torch.tanh(Conv2d.apply(x, self.w1, (0, 1)))
        return Conv2d.apply(h, self.w2, (0, 1))


if __name__ == "__main__":
    torch.manual_seed(1)
    net = SequenceNet(2, 4)
    x = torch.randn(3, 2, 1, 9)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(20):
        optimizer.zero_grad()
        loss = (net(x) - x[:, :1].cumsum(dim=3)).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
