import math
import random


def sigma(z):
    return 1 / (1 + math.exp(-z))


class Chain:
    """One input, one hidden node, one output; C = (a - y)^2."""

    def __init__(self, w1=0.8, w2=0.8):
        self.w1 = w1
        self.w2 = w2

    def feed(self, x):
        self.a0 = x
        self.z1 = self.w1 * self.a0
        self.a1 = sigma(self.z1)
        self.z2 = self.w2 * self.a1
        self.a2 = sigma(self.z2)
        return self.a2

    def cost(self, x, y):
        return (self.feed(x) - y) ** 2

    def derivatives(self, x, y):
        """dC/dw1 and dC/dw2"""
        self.feed(x)
        dC_da2 = 2 * (self.a2 - y)
        da2_dz2 = sigma(self.z2) * (1 - sigma(self.z2))
        dC_dw2 = dC_da2 * da2_dz2 * self.a1

        dz2_da1 = self.w2
        da1_dz1 = sigma(self.z1) * (1 - sigma(self.z1))
        dC_dw1 = dC_da2 * da2_dz2 * dz2_da1 * da1_dz1 * self.a0
        return dC_dw1, dC_dw2

    def learn(self, data, rate=0.5, rounds=200):
        for _ in range(rounds):
            x, y = random.choice(data)
            dw1, dw2 = self.derivatives(x, y)
            self.w1 -= rate * dw1
            self.w2 -= rate * dw2


if __name__ == "__main__":
    random.seed(0)
    chain = Chain()
    data = [(x / 2, 0.3 if x < 0 else 0.7) for x in range(-4, 5)]
    chain.learn(data)
    print(sum(chain.cost(x, y) for x, y in data))
