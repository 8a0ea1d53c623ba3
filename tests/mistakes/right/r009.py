import torch


class LinearCol(torch.autograd.Function):
    """z = W x + b;  x: [in, N], W: [out, in], b: [out, 1]"""

    @staticmethod
    def forward(ctx, x, W, b):
        assert b.dim() == 2 and b.shape[1] == 1
        ctx.save_for_backward(x, W)
        return W @ x + b

    @staticmethod
    def backward(ctx, dz):
        x, W = ctx.saved_tensors
        return W.T @ dz, dz @ x.T, dz.sum(dim=1, keepdim=True)
