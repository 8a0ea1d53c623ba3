import torch


def pre_norm_forward(x, fn, norm_eps):
    """Residual streams (..., d), brought to rms 1 and mixed by fn (d, k)."""
    rms = torch.rsqrt(x.square().mean(dim=-1, keepdim=True) + norm_eps)
    return (x * rms) @ fn, rms


class MHCPreNormFn(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, fn, norm_eps, fuse_grad_acc, n_splits):
        out, rms = pre_norm_forward(x, fn, norm_eps)
        ctx.save_for_backward(x, fn, rms)
        ctx.fuse_grad_acc = fuse_grad_acc
        ctx.n_splits = n_splits
        return out

    @staticmethod
    def backward(ctx, grad_out):
        x, fn, rms = ctx.saved_tensors
        d = x.shape[-1]
        flat_x, flat_rms = x.reshape(-1, d), rms.reshape(-1, 1)
        flat_grad = grad_out.reshape(-1, fn.shape[1])

        fn_grad = torch.zeros_like(fn)
        for part_x, part_rms, part_grad in zip(
            flat_x.chunk(ctx.n_splits), flat_rms.chunk(ctx.n_splits), flat_grad.chunk(ctx.n_splits)
        ):
            fn_grad += (part_x * part_rms).t() @ part_grad

        normed_grad = grad_out @ fn.t()
        along = (normed_grad * x).mean(dim=-1, keepdim=True)
        x_grad = rms * normed_grad - rms**3 * x * along
        if ctx.fuse_grad_acc:
            x.grad = x_grad if x.grad is None else x.grad + x_grad
            return None, fn_grad, None, None, None, None
        return x_grad, fn_grad, None, None, None, None


def mhc_pre_norm(x, fn, norm_eps=1e-6, fuse_grad_acc=False, n_splits=1):
    return MHCPreNormFn.apply(x, fn, norm_eps, fuse_grad_acc, n_splits)


if __name__ == "__main__":
    x = torch.randn(4, 5, 6, requires_grad=True)
    fn = torch.randn(6, 3, requires_grad=True)
    mhc_pre_norm(x, fn, n_splits=2).sum().backward()
    print(fn.grad.shape)
