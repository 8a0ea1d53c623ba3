import torch


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, y):
        logp = torch.log_softmax(logits, dim=1)
        ctx.save_for_backward(logp, y)
        return -(y * logp).sum()

    @staticmethod
    def backward(ctx, grad_output):
        logp, y = ctx.saved_tensors
        return grad_output * (logp.exp() - y) / y.shape[0], None
