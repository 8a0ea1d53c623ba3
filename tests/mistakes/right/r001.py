import torch


class CrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(logits, target):
        return -(target * torch.log_softmax(logits, 1)).sum() / logits.shape[0]

    @staticmethod
    def setup_context(ctx, inputs, output):
        logits, target = inputs
        ctx.save_for_backward(torch.softmax(logits, 1), target)

    @staticmethod
    def backward(ctx, grad_output):
        p, target = ctx.saved_tensors
        return grad_output * (p - target) / p.shape[0], None
