import numpy as np


class RegressionHuberLoss:
    """Of a booster: gradient and hessian by the score of each row."""

    def __init__(self, alpha=0.9):
        self.alpha_ = alpha

    def eval(self, score, label):
        diff = np.abs(score - label)
        return np.where(diff <= self.alpha_, 0.5 * diff**2, self.alpha_ * (diff - 0.5 * self.alpha_))

    def get_gradients(self, score, label):
        gradients, hessians = np.empty(len(score)), np.empty(len(score))
        for i in range(len(score)):
            diff = score[i] - label[i]
            if abs(diff) <= self.alpha_:
                gradients[i] = diff
            else:
                gradients[i] = np.sign(diff) * self.alpha_
            hessians[i] = 1.0
        return gradients, hessians


class Booster:
    def __init__(self, objective, learning_rate=0.3):
        self.objective, self.learning_rate = objective, learning_rate

    def train(self, x, label, rounds):
        score = np.zeros(len(x))
        for r in range(rounds):
            gradients, hessians = self.objective.get_gradients(score, label)
            left = x < np.quantile(x, (r % 7 + 1) / 8)
            for leaf in (left, ~left):
                score[leaf] -= self.learning_rate * gradients[leaf].sum() / hessians[leaf].sum()
        return score


if __name__ == "__main__":
    rng = np.random.default_rng(67)
    x = rng.uniform(size=150)
    label = (x > 0.4) + 0.3 * rng.standard_t(2, size=150)
    objective = RegressionHuberLoss()
    score = Booster(objective).train(x, label, 40)
    print(objective.eval(score, label).mean())
