import torch


def pooling_size(n, kernel_size, stride, padding, ceil_mode):
    n_out = (n + 2 * padding - kernel_size + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (n_out - 1) * stride >= n + padding:
        n_out -= 1
    return n_out


class AvgPool1d(torch.autograd.Function):
    """x (N, C, L); what lies in the padding counts, what overhangs it does not."""

    @staticmethod
    def forward(ctx, x, kernel_size, stride, padding, ceil_mode, count_include_pad):
        L = x.shape[2]
        n_out = pooling_size(L, kernel_size, stride, padding, ceil_mode)
        out = x.new_zeros(*x.shape[:2], n_out)
        for i in range(n_out):
            start = i * stride - padding
            end = min(start + kernel_size, L + padding)
            lo, hi = max(start, 0), min(end, L)
            divisor = end - start if count_include_pad else hi - lo
            out[:, :, i] = x[:, :, lo:hi].sum(dim=2) / divisor
        ctx.sizes = x.shape, kernel_size, stride, padding, count_include_pad
        return out

    @staticmethod
    def backward(ctx, grad_output):
        shape, kernel_size, stride, padding, count_include_pad = ctx.sizes
        grad = grad_output.new_zeros(shape)
        for i in range(grad_output.shape[2]):
            start = i * stride - padding
            lo, hi = max(start, 0), min(start + kernel_size, shape[2])
            scale = kernel_size if count_include_pad else hi - lo
            grad[:, :, lo:hi] += grad_output[:, :, i : i + 1] / scale
        return grad, None, None, None, None, None


def avg_pool1d(x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    stride = kernel_size if stride is None else stride
    return AvgPool1d.apply(x, kernel_size, stride, padding, ceil_mode, count_include_pad)


class Smoother(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv1d(1, 3, 3, padding=1)

    def forward(self, x):
        return avg_pool1d(torch.tanh(self.conv(x)), 3, stride=2, ceil_mode=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = Smoother()
    x = torch.randn(4, 1, 8)
    print(net(x).shape)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.2)
    for _ in range(10):
        optimizer.zero_grad()
        loss = (net(x) - 0.3).pow(2).mean()
        loss.backward()
        optimizer.step()
    print(loss.item())
