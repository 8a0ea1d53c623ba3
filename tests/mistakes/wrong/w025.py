import torch


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        ctx.label = label
        ctx.prob = torch.softmax(logits, dim=1)
        return torch.nn.functional.cross_entropy(logits, label)

    @staticmethod
    def backward(ctx, grad_output):
        dlogits = ctx.prob
        dlogits[range(len(ctx.label)), ctx.label] -= 1
        return dlogits * grad_output, None
