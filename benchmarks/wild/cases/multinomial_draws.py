import torch


class LogLikelihoodOfDraws(torch.autograd.Function):
    """
    probs (batch, classes), samples (batch, draws): for every row the sum of
    log(p) over what was drawn, with replacement.
    """

    @staticmethod
    def forward(ctx, probs, samples):
        ctx.save_for_backward(probs, samples)
        return probs.gather(1, samples).log().sum(dim=1)

    @staticmethod
    def backward(ctx, reward):
        probs, samples = ctx.saved_tensors
        output_probs = probs.gather(1, samples).reciprocal()
        output_probs = output_probs * reward.unsqueeze(1)
        grad_probs = torch.zeros_like(probs)
        # Fill in gradients
        idx = torch.arange(grad_probs.size(0), device=probs.device)
        grad_probs[idx, samples.t()] = output_probs.t()
        return grad_probs, None


class Policy(torch.nn.Module):
    def __init__(self, observations, actions):
        super().__init__()
        self.affine = torch.nn.Linear(observations, actions)

    def forward(self, x):
        return torch.softmax(self.affine(x), dim=-1)


if __name__ == "__main__":
    torch.manual_seed(1)
    policy = Policy(4, 3)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    for _ in range(20):
        state = torch.randn(8, 4)
        probs = policy(state)
        actions = probs.detach().multinomial(5, replacement=True)
        reward = (actions == state[:, :3].argmax(1, keepdim=True)).double().mean(1)
        optimizer.zero_grad()
        (-LogLikelihoodOfDraws.apply(probs, actions) * reward).mean().backward()
        optimizer.step()
    print(reward.mean().item())
