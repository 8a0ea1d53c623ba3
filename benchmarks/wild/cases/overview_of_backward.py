import math
import random


class Neuron:
    """y = w x + b, and the mean of the squares as its loss."""

    def __init__(self, w=0.0, b=0.0):
        self.w = w
        self.b = b

    def forward(self, x):
        return [self.w * v + self.b for v in x]

    def loss(self, x, y):
        return sum((p - t) ** 2 for p, t in zip(self.forward(x), y)) / len(y)

    def backward(self, x, y):
        """dloss/dw and dloss/db"""
        n = len(y)
        steps = []
        for v, p, t in zip(x, self.forward(x), y):
            dloss_dyhat = 2 * (p - t) / n
            dyhat_db, dyhat_dw = 1.0, v
            steps.append((dloss_dyhat * dyhat_db, dloss_dyhat * dyhat_dw))
        return sum(s[0] for s in steps), sum(s[1] for s in steps)


class Explainer:
    """Trains a neuron and keeps what is shown beside each box."""

    def __init__(self, x, y, learning_rate=0.05):
        self.x, self.y, self.lr = x, y, learning_rate
        self.neuron = Neuron(0.5, 0.0)
        self.history = []

    def step(self):
        dw, db = self.neuron.backward(self.x, self.y)
        self.history.append({"loss": self.neuron.loss(self.x, self.y), "dw": dw, "db": db})
        self.neuron.w -= self.lr * dw
        self.neuron.b -= self.lr * db


if __name__ == "__main__":
    random.seed(3)
    x = [random.uniform(0, 2) for _ in range(20)]
    y = [math.sin(v) for v in x]
    explainer = Explainer(x, y)
    for epoch in range(50):
        explainer.step()
    print(explainer.history[0]["loss"], explainer.history[-1]["loss"])
