import torch
from torch import nn
from torch.autograd import Function


class SoftmaxFocalLoss(Function):
    """-alpha (1 - p_t)^gamma log(p_t), the mean over the batch."""

    @staticmethod
    def forward(ctx, input, target, alpha, gamma):
        prob = torch.softmax(input, dim=1)
        index = torch.arange(len(target))
        p_t = prob[index, target]
        power_prob = (1 - p_t) ** gamma
        ctx.save_for_backward(prob, target, power_prob)
        ctx.alpha, ctx.gamma = alpha, gamma
        return -(alpha * power_prob * torch.log(p_t)).mean()

    @staticmethod
    def backward(ctx, grad_output):
        prob, target, power_prob = ctx.saved_tensors
        num = len(target)
        index = torch.arange(num)
        p_t = prob[index, target]
        # the sign is dismissed: it comes back with p_i (p_i - 1) and p_j p_i
        first = ctx.gamma * (power_prob / (1 - p_t)) * p_t * torch.log(p_t)
        grad_i = ctx.alpha * (first + power_prob)
        bottom_diff = prob * grad_i[:, None]
        bottom_diff[index, target] = grad_i * (p_t - 1)
        return grad_output * bottom_diff / num, None, None, None


class FocalLoss(nn.Module):
    def __init__(self, alpha=0.25, gamma=2.0):
        super().__init__()
        self.alpha, self.gamma = alpha, gamma

    def forward(self, input, target):
        return SoftmaxFocalLoss.apply(input, target, self.alpha, self.gamma)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = nn.Linear(8, 4)
    x, t = torch.randn(32, 8), torch.randint(4, (32,))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(50):
        optimizer.zero_grad()
        loss = FocalLoss()(net(x), t)
        loss.backward()
        optimizer.step()
    print(loss.item())
