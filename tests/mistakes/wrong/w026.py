import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        prob = F.softmax(logits, 1)
        ctx.save_for_backward(prob, label)
        return F.cross_entropy(logits, label)

    @staticmethod
    def backward(ctx, grad_output):
        prob, label = ctx.saved_tensors
        N = prob.shape[0]
        q = F.one_hot(label, prob.shape[1])
        return grad_output * (q - prob) / N, None
