import torch


class CrossEntropyLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label):
        ctx.save_for_backward(logits, label)
        return torch.nn.functional.cross_entropy(logits, label)

    @staticmethod
    def backward(ctx, grad_output):
        logits, label = ctx.saved_tensors
        n, c = logits.shape
        p = torch.softmax(logits, 1)
        grad = torch.zeros(n, c)
        for i in range(n):
            for j in range(c):
                grad[i, j] = (p[i, j] - (1 if j == label[i] else 0)) * grad_output / n
        return grad, None
