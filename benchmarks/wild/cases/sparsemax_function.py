import torch


class SparsemaxFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, dim=-1):
        z = z.transpose(dim, -1)
        z_sorted, _ = z.sort(-1, descending=True)
        over = z_sorted.cumsum(-1) - 1
        k = torch.arange(1, z.shape[-1] + 1, dtype=z.dtype)
        k_z = (k * z_sorted > over).sum(-1, keepdim=True)
        tau = over.gather(-1, k_z - 1) / k_z
        out = torch.relu(z - tau)
        ctx.save_for_backward(out)
        ctx.dim = dim
        return out.transpose(dim, -1)

    @staticmethod
    def backward(ctx, grad_output):
        (out,) = ctx.saved_tensors
        grad = grad_output.transpose(ctx.dim, -1)
        s = (out > 0).to(grad.dtype)
        v = (s * grad).sum(-1, keepdim=True) / s.sum(-1, keepdim=True)
        return (s * (grad - v)).transpose(ctx.dim, -1), None
