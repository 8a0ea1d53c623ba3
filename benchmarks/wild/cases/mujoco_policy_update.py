import torch
from torch import nn
from torch.distributions.normal import Normal


class Policy_Network(nn.Module):
    """Mean and standard deviation of a normal distribution, from which an action is sampled."""

    def __init__(self, obs_space_dims, action_space_dims):
        super().__init__()
        self.shared_net = nn.Sequential(nn.Linear(obs_space_dims, 16), nn.Tanh())
        self.policy_mean_net = nn.Linear(16, action_space_dims)
        self.policy_stddev_net = nn.Linear(16, action_space_dims)

    def forward(self, x):
        shared = self.shared_net(x)
        return self.policy_mean_net(shared), torch.log(1 + torch.exp(self.policy_stddev_net(shared)))


class REINFORCE:
    def __init__(self, obs_space_dims, action_space_dims):
        self.gamma = 0.9
        self.eps = 1e-6
        self.probs = []
        self.rewards = []
        self.net = Policy_Network(obs_space_dims, action_space_dims)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr=1e-2)

    def sample_action(self, state):
        means, stddevs = self.net(state)
        distrib = Normal(means + self.eps, stddevs + self.eps)
        action = distrib.sample()
        self.probs.append(distrib.log_prob(action).sum())
        return action

    def returns(self):
        running_g = 0
        gs = []
        for R in self.rewards[::-1]:
            running_g = R + self.gamma * running_g
            gs.insert(0, running_g)
        return torch.tensor(gs)

    def objective(self, log_probs, deltas):
        # Minimized: the expected return with a minus
        log_prob_mean = log_probs.mean()
        return -torch.sum(log_prob_mean * deltas)

    def update(self):
        loss = self.objective(torch.stack(self.probs), self.returns())
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        self.probs = []
        self.rewards = []
        return loss.item()


if __name__ == "__main__":
    torch.manual_seed(2)
    agent = REINFORCE(3, 1)
    for episode in range(10):
        state = torch.randn(3)
        for _ in range(12):
            action = agent.sample_action(state)
            agent.rewards.append(float(-((action - state[0]) ** 2)))
            state = 0.9 * state + 0.1 * torch.randn(3)
        loss = agent.update()
    print(loss)
