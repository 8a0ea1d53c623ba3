"""损失函数 / softmax and cross entropy, averaged over the batch"""
import torch


class CrossEntropyLoss(torch.autograd.Function):

    @staticmethod
    def forward(ctx, logits, label):
        # logits: [N, n_classes], label: [N]
        N = logits.shape[0]
        exps = torch.exp(logits - torch.max(logits, dim=1, keepdim=True).values)
        y = exps / torch.sum(exps, dim=1, keepdim=True)

        one_hot = torch.zeros_like(y)
        one_hot[torch.arange(N), label] = 1

        loss = -torch.sum(one_hot * torch.log(y + 1e-9)) / N
        ctx.save_for_backward(y, one_hot)
        return loss

    @staticmethod
    def backward(ctx, grad_output):
        y, one_hot = ctx.saved_tensors
        grad_logits = grad_output * (y - one_hot)
        return grad_logits, None
