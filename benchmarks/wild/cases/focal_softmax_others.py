"""Focal loss on top of softmax as a function of its own, averaged over the batch."""

import torch


class SoftmaxFocalLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logits, label, gamma):
        pro = torch.softmax(logits, dim=1)
        p_t = pro.gather(1, label[:, None])
        ctx.save_for_backward(pro, label)
        ctx.gamma = gamma
        return torch.mean(-((1 - p_t) ** gamma) * torch.log(p_t))

    @staticmethod
    def backward(ctx, top_diff):
        pro, label = ctx.saved_tensors
        gamma = ctx.gamma
        n = pro.shape[0]

        # j == label
        p_t = pro.gather(1, label[:, None])
        at_label = (1 - p_t) ** gamma * (gamma * p_t * torch.log(p_t) + p_t - 1)
        # j != label
        others = (1 - pro) ** (gamma - 1) * (-gamma * pro * pro * torch.log(pro) + pro * (1 - pro))
        dx = others.scatter(1, label[:, None], at_label)
        return top_diff * dx / n, None, None


class FocalLoss(torch.nn.Module):
    def __init__(self, gamma=2.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, logits, label):
        return SoftmaxFocalLoss.apply(logits, label, self.gamma)


if __name__ == "__main__":
    torch.manual_seed(0)
    logits = torch.randn(6, 4, requires_grad=True)
    loss = FocalLoss()(logits, torch.tensor([0, 1, 2, 3, 0, 1]))
    loss.backward()
    print(loss, logits.grad.sum(dim=1))
