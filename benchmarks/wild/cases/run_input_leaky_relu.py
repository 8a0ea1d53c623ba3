import random

ALPHA = 0.01


def leaky_relu(total, alpha=ALPHA):
    return 0.0 if total < 0 else alpha * total


def leaky_relu_derivative(output, alpha=ALPHA):
    return alpha if output > 0 else 0.0


class Layer:
    def __init__(self, n_in, n_out):
        self.weights = [[random.uniform(-0.2, 0.2) for _ in range(n_in)] for _ in range(n_out)]
        self.biases = [random.uniform(-0.2, 0.2) for _ in range(n_out)]

    def run_input(self, inputs):
        self.inputs = inputs
        self.outputs = []
        for weights, bias in zip(self.weights, self.biases):
            total = bias + sum(w * x for w, x in zip(weights, inputs))
            self.outputs.append(leaky_relu(total))
        return self.outputs

    def calculate_deltas(self, errors):
        """Of errors of the outputs; what comes back are the errors of the inputs."""
        self.deltas = [leaky_relu_derivative(o) * e for o, e in zip(self.outputs, errors)]
        return [
            sum(delta * weights[k] for delta, weights in zip(self.deltas, self.weights))
            for k in range(len(self.inputs))
        ]

    def adjust_weights(self, learning_rate=0.3):
        for weights, delta in zip(self.weights, self.deltas):
            for k, x in enumerate(self.inputs):
                weights[k] -= learning_rate * delta * x
        self.biases = [b - learning_rate * d for b, d in zip(self.biases, self.deltas)]
