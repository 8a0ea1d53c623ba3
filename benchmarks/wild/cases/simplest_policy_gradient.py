import numpy as np


class Categorical:
    def __init__(self, logits):
        self.log_probs = logits - np.log(np.sum(np.exp(logits), axis=1, keepdims=True))

    def log_prob(self, act):
        return self.log_probs[np.arange(len(act)), act]

    def sample(self, rng):
        probs = np.exp(self.log_probs)
        return np.array([rng.choice(len(p), p=p / p.sum()) for p in probs])


class Policy:
    """A net with one hidden layer that gives the logits of the actions."""

    def __init__(self, obs_dim, n_acts, hidden=8, seed=0):
        rng = np.random.default_rng(seed)
        self.W1, self.b1 = rng.normal(0, 0.5, (obs_dim, hidden)), np.zeros(hidden)
        self.W2, self.b2 = rng.normal(0, 0.5, (hidden, n_acts)), np.zeros(n_acts)

    def logits_net(self, obs):
        self.h = np.tanh(obs @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def get_policy(self, obs):
        return Categorical(self.logits_net(obs))

    # make loss function whose gradient, for the right data, is policy gradient
    def compute_loss(self, obs, act, weights):
        logp = self.get_policy(obs).log_prob(act)
        return -(logp * weights).mean()

    def compute_gradient(self, obs, act, weights):
        pi = self.get_policy(obs)
        dlogits = -np.exp(pi.log_probs)
        dlogits[np.arange(len(act)), act] += 1
        dlogits *= -weights[:, None] / len(act)
        dh = dlogits @ self.W2.T * (1 - self.h**2)
        return obs.T @ dh, dh.sum(axis=0), self.h.T @ dlogits, dlogits.sum(axis=0)


def train_one_epoch(policy, rng, lr=0.5):
    """A bandit with a context: the action that has the sign of the first observation is rewarded."""
    obs = rng.normal(size=(64, 2))
    act = policy.get_policy(obs).sample(rng)
    rewards = (act == (obs[:, 0] > 0)).astype(float)
    weights = rewards - rewards.mean()
    for param, grad in zip(
        (policy.W1, policy.b1, policy.W2, policy.b2), policy.compute_gradient(obs, act, weights)
    ):
        param -= lr * grad
    return rewards.mean()


if __name__ == "__main__":
    policy, rng = Policy(2, 2), np.random.default_rng(1)
    returns = [train_one_epoch(policy, rng) for _ in range(40)]
    print(returns[0], returns[-1])
