import random


class Vol:
    def __init__(self, w):
        self.w = list(w)
        self.dw = [0.0] * len(self.w)


class FullyConnLayer:
    def __init__(self, num_inputs, num_neurons):
        self.num_inputs = num_inputs
        self.filters = [Vol(random.gauss(0, 0.5) for _ in range(num_inputs)) for _ in range(num_neurons)]
        self.biases = Vol([0.1] * num_neurons)

    def forward(self, V):
        self.in_act = V
        out = []
        for i, f in enumerate(self.filters):
            a = self.biases.w[i]
            for d in range(self.num_inputs):
                a += V.w[d] * f.w[d]
            out.append(a)
        self.out_act = Vol(out)
        return self.out_act

    def backward(self):
        V = self.in_act
        V.dw = [0.0] * self.num_inputs  # gradient of the data starts anew
        for i, f in enumerate(self.filters):
            chain_grad = self.out_act.dw[i]
            for d in range(self.num_inputs):
                V.dw[d] += f.w[d] * chain_grad
                f.dw[d] += V.w[d] * chain_grad
            self.biases.dw[i] += chain_grad


class RegressionLayer:
    def forward(self, V):
        self.in_act = V
        return V

    def backward(self, y):
        x = self.in_act
        x.dw = [0.0] * len(x.w)
        loss = 0.0
        for i in range(len(x.w)):
            dy = x.w[i] - y[i]
            x.dw[i] = dy
            loss += 0.5 * dy * dy
        return loss


class SGDTrainer:
    def __init__(self, layers, learning_rate=0.05, batch_size=4):
        self.layers = layers
        self.learning_rate, self.batch_size, self.k = learning_rate, batch_size, 0

    def step(self, x, y):
        """Forward and backward for one example; returns its cost."""
        fc, loss = self.layers
        loss.forward(fc.forward(Vol(x)))
        cost = loss.backward(y)
        fc.backward()
        return cost

    def train(self, x, y):
        cost = self.step(x, y)
        self.k += 1
        if self.k % self.batch_size == 0:
            for p in [*self.layers[0].filters, self.layers[0].biases]:
                for j in range(len(p.w)):
                    p.w[j] -= self.learning_rate * p.dw[j] / self.batch_size
                    p.dw[j] = 0.0
        return cost


if __name__ == "__main__":
    random.seed(0)
    trainer = SGDTrainer([FullyConnLayer(2, 1), RegressionLayer()])
    for _ in range(400):
        p = [random.gauss(0, 1), random.gauss(0, 1)]
        trainer.train(p, [2 * p[0] - p[1]])
