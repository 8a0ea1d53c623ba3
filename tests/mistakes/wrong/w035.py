import torch


class Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores):
        e = scores.exp()
        out = e / e.sum(dim=-1, keepdim=True)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx, grad_output):
        out, = ctx.saved_tensors
        return (out - out * out) * grad_output
