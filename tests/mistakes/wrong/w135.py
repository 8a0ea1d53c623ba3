import torch
import torch.nn.functional as F


class CrossEntropyLoss(torch.autograd.Function):

    @staticmethod
    def forward(ctx, logits, label):
        # logits: [N, n_classes], label: [N]
        logp = F.log_softmax(logits, dim=1)
        loss = -logp[torch.arange(logits.shape[0]), label].mean()
        ctx.save_for_backward(logp, label)
        return loss

    @staticmethod
    def backward(ctx, grad_output):
        logp, label = ctx.saved_tensors
        onehot = F.one_hot(label, logp.shape[1])
        grad = torch.exp(logp) - onehot
        return grad_output * grad, None
