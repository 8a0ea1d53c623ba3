import numpy as np


class Sequential:
    def __init__(self, *modules):
        self.modules = modules

    def forward(self, input):
        for m in self.modules:
            input = m.forward(input)
        self.output = input
        return input

    def backward(self, input, grad_output):
        inputs = [input] + [m.output for m in self.modules[:-1]]
        for m, x in zip(reversed(self.modules), reversed(inputs)):
            grad_output = m.backward(x, grad_output)
        return grad_output


class Square:
    def forward(self, input):
        self.output = input**2
        return self.output

    def backward(self, input, grad_output):
        return 2 * input * grad_output


class Mean:
    """Over the last axis, (C, HW) -> (C,)"""

    def forward(self, input):
        self.output = input.mean(axis=1)
        return self.output

    def backward(self, input, grad_output):
        return np.repeat(grad_output[:, None], input.shape[1], axis=1) / input.shape[1]


class Sqrt:
    def __init__(self, eps=1e-5):
        self.eps = eps

    def forward(self, input):
        self.output = np.sqrt(input + self.eps)
        return self.output

    def backward(self, input, grad_output):
        return grad_output / (2 * self.output)


class StyleINLossModule:
    """Compares mean and standard deviation of each map with those of the style."""

    def __init__(self, strength, target):
        self.strength = strength
        self.mean_net = Mean()
        self.std_net = Sequential(Square(), Mean(), Sqrt())
        self.target_mean, self.target_std = self.statistics(target.reshape(len(target), -1))

    def statistics(self, view):
        mean = self.mean_net.forward(view)
        return mean, self.std_net.forward(view - mean[:, None])

    def forward(self, input):
        C = input.shape[0]
        view = input.reshape(C, -1)
        self.mean, self.std = self.statistics(view)
        loss = np.mean((self.mean - self.target_mean) ** 2) + np.mean((self.std - self.target_std) ** 2)
        return self.strength * loss

    def backward(self, input):
        C = input.shape[0]
        view = input.reshape(C, -1)
        mean_grad = 2 * (self.mean - self.target_mean) / C
        std_grad = 2 * (self.std - self.target_std) / C
        std_grad_centered = self.std_net.backward(view, std_grad)
        # through the subtraction of the mean
        std_grad_input = std_grad_centered - std_grad_centered.mean(axis=1, keepdims=True)
        grad = std_grad_input + self.mean_net.backward(view, mean_grad)
        return self.strength * grad.reshape(input.shape)


if __name__ == "__main__":
    rng = np.random.default_rng(4)
    module = StyleINLossModule(2.0, 1 + 0.5 * rng.normal(size=(3, 4, 4)))
    image = rng.normal(size=(3, 5, 5))
    for step in range(20):
        loss = module.forward(image)
        image -= 0.5 * module.backward(image)
    print(loss)
