import torch
import torch.nn.functional as F


class SoftmaxCrossEntropy(torch.autograd.Function):
    @staticmethod
    def forward(logits, label):
        return F.cross_entropy(logits, label)

    @staticmethod
    def setup_context(ctx, inputs, output):
        logits, label = inputs
        ctx.save_for_backward(logits, label)

    @staticmethod
    def backward(ctx, _):
        logits, label = ctx.saved_tensors
        y = torch.softmax(logits, dim=1)
        y[torch.arange(label.numel()), label] -= 1.0
        return y / label.numel(), None
