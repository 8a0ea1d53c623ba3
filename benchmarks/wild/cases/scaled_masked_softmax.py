import torch
from torch import nn


def dispatch_scaled_masked_softmax_forward(input, mask, scale):
    return torch.softmax((input * scale).masked_fill(mask, -10000.0), dim=-1)


def dispatch_scaled_masked_softmax_backward(grad_input, grad, softmax_results, scale):
    """Writes into grad_input."""
    products = grad * softmax_results
    total = products.sum(dim=-1, keepdim=True)
    torch.sub(products, softmax_results * total, out=grad_input)
    grad_input.mul_(scale)


class ScaledMaskedSoftmax(torch.autograd.Function):
    """Scale the scores, mask them, apply softmax."""

    @staticmethod
    def forward(ctx, inputs, mask, scale):
        softmax_results = dispatch_scaled_masked_softmax_forward(inputs, mask, scale)
        ctx.save_for_backward(softmax_results)
        ctx.scale = scale
        return softmax_results

    @staticmethod
    def backward(ctx, output_grads):
        (softmax_results,) = ctx.saved_tensors
        dispatch_scaled_masked_softmax_backward(output_grads, output_grads, softmax_results, ctx.scale)
        return output_grads, None, None


class CoreAttention(nn.Module):
    def forward(self, q, k, v):
        sq, sk = q.shape[-2], k.shape[-2]
        mask = torch.ones(sq, sk, dtype=torch.bool).triu(1)
        probs = ScaledMaskedSoftmax.apply(q @ k.mT, mask, q.shape[-1] ** -0.5)
        return probs @ v


if __name__ == "__main__":
    torch.manual_seed(0)
    q, k, v = torch.randn(3, 2, 5, 4, requires_grad=True).unbind()
    out = CoreAttention()(q, k, v)
    print(out.shape, torch.autograd.grad(out.sum(), [q])[0].norm())
