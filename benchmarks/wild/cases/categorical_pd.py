import torch
from torch import nn


class CategoricalPd:
    """A categorical distribution, given by its logits."""

    def __init__(self, logits):
        self.logits = logits

    def mode(self):
        return self.logits.argmax(dim=-1)

    def neglogp(self, x):
        return torch.logsumexp(self.logits, dim=-1) - self.logits.gather(-1, x.unsqueeze(-1)).squeeze(-1)

    def kl(self, other):
        a0 = self.logits - self.logits.max(dim=-1, keepdim=True).values
        a1 = other.logits - other.logits.max(dim=-1, keepdim=True).values
        ea0, ea1 = a0.exp(), a1.exp()
        z0, z1 = ea0.sum(dim=-1, keepdim=True), ea1.sum(dim=-1, keepdim=True)
        p0 = ea0 / z0
        return (p0 * (a0 - z0.log() - a1 + z1.log())).sum(dim=-1)

    def entropy(self):
        a0 = self.logits - self.logits.max(dim=-1, keepdim=True).values
        ea0 = a0.exp()
        z0 = ea0.sum(dim=-1, keepdim=True)
        p0 = ea0 / z0
        return (p0 * (z0.log() - a0)).sum(dim=-1)

    def sample(self):
        u = torch.rand_like(self.logits)
        return (self.logits - torch.log(-torch.log(u))).argmax(dim=-1)


def a2c_loss(logits, actions, advantages, ent_coef=0.01):
    pd = CategoricalPd(logits)
    pg_loss = (advantages * pd.neglogp(actions)).mean()
    return pg_loss - ent_coef * pd.entropy().mean()


if __name__ == "__main__":
    torch.manual_seed(0)
    policy = nn.Linear(3, 4)
    optimizer = torch.optim.RMSprop(policy.parameters(), lr=0.02)
    for update in range(60):
        obs = torch.randn(64, 3)
        with torch.no_grad():
            actions = CategoricalPd(policy(obs)).sample()
            rewards = (actions == (obs[:, 0] > 0).long() * 2).float()
        loss = a2c_loss(policy(obs), actions, rewards - rewards.mean())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(rewards.mean().item(), CategoricalPd(policy(obs)).entropy().mean().item())
