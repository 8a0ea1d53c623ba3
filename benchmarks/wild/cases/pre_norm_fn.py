import torch
from torch import nn


class PreNormFn(torch.autograd.Function):
    """x / rms(x) times fn, in n_splits pieces. With fuse_grad_acc, x has its gradient already."""

    @staticmethod
    def forward(ctx, x, fn, norm_eps, fuse_grad_acc, n_splits):
        inv = torch.rsqrt(x.pow(2).mean(dim=-1, keepdim=True) + norm_eps)
        out = sum(xs @ fs.T for xs, fs in zip(x.chunk(n_splits, dim=-1), fn.chunk(n_splits, dim=-1)))
        ctx.save_for_backward(x, fn, inv, out)
        ctx.fuse_grad_acc = fuse_grad_acc
        return out * inv

    @staticmethod
    def backward(ctx, grad):
        x, fn, inv, out = ctx.saved_tensors
        scaled = grad * inv
        fn_grad = scaled.T @ x
        inv_grad = (grad * out).sum(dim=-1, keepdim=True)
        x_grad = scaled @ fn - inv_grad * inv**3 * x / x.shape[-1]
        if ctx.fuse_grad_acc:
            return None, fn_grad, None, None, None, None
        return x_grad, fn_grad, None, None, None, None


class HyperConnection(nn.Module):
    def __init__(self, width, streams):
        super().__init__()
        self.fn = nn.Parameter(torch.randn(streams, width) / width**0.5)

    def forward(self, x):
        return torch.sigmoid(PreNormFn.apply(x, self.fn, 1e-6, False, 2))


if __name__ == "__main__":
    torch.manual_seed(0)
    layer = HyperConnection(8, 4)
    x = torch.randn(5, 8, requires_grad=True)
    layer(x).sum().backward()
    print(x.grad.norm(), layer.fn.grad.norm())
