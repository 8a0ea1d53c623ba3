import math

import torch
from torch.autograd import Function


class Normal(Function):
    """Minus the log density of samples under N(means, stddevs^2), weighed by the reward on the way back."""

    @staticmethod
    def forward(ctx, output, means, stddevs):
        ctx.save_for_backward(output, means, stddevs)
        z = (output - means) / stddevs
        return 0.5 * z * z + stddevs.log() + 0.5 * math.log(2 * math.pi)

    @staticmethod
    def backward(ctx, reward):
        output, means, stddevs = ctx.saved_tensors
        grad_means = means - output  # == -(output - means)
        stddevs_sq = stddevs * stddevs
        stddevs_cb = stddevs_sq * stddevs
        grad_stddevs = (grad_means * grad_means) / stddevs_cb
        grad_stddevs = (stddevs - grad_stddevs) * reward
        grad_means = grad_means / stddevs_sq
        return None, grad_means * reward, grad_stddevs


normal = Normal.apply


def reinforce(steps=200, batch=32, lr=0.02):
    """A bandit whose reward is highest at 0.7."""
    means, log_stddevs = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([means, log_stddevs], lr=lr)
    for _ in range(steps):
        stddevs = log_stddevs.exp()
        actions = (means + stddevs * torch.randn(batch)).detach()
        rewards = -((actions - 0.7) ** 2)
        advantages = rewards - rewards.mean()
        loss = (advantages * normal(actions, means.expand(batch), stddevs.expand(batch))).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return means.item(), log_stddevs.exp().item()


if __name__ == "__main__":
    torch.manual_seed(0)
    print(reinforce())
