import torch


class SoftMax(torch.autograd.Function):
    # 对每一行做 softmax
    @staticmethod
    def forward(z):
        return torch.softmax(z, dim=-1)

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx, g):
        s, = ctx.saved_tensors
        dz = torch.zeros_like(s)
        n, c = s.shape
        for k in range(n):
            for i in range(c):
                dz[k, i] = g[k, i] * s[k, i] * (1 - s[k, i])
        return dz
