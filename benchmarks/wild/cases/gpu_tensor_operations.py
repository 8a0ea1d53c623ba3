import numpy as np


class ComputationNode:
    def __init__(self, value, parents=(), backward_function=None, name=None):
        self.value = np.asarray(value, dtype=float)
        self.parents, self.backward_function, self.name = parents, backward_function, name
        self.gradient = None

    def accumulate(self, gradient):
        self.gradient = gradient if self.gradient is None else self.gradient + gradient

    def topological_sort(self):
        order, visited = [], set()

        def visit(node):
            if id(node) not in visited:
                visited.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        return order

    def backward(self, gradient=None):
        self.gradient = np.ones_like(self.value) if gradient is None else gradient
        for node in reversed(self.topological_sort()):
            if node.backward_function is not None:
                node.backward_function(node.gradient)


class GpuTensorOperations:
    @staticmethod
    def add(a, b):
        def backward(gradient):
            a.accumulate(gradient)
            b.accumulate(gradient)

        return ComputationNode(a.value + b.value, (a, b), backward, "add")

    @staticmethod
    def matrix_multiply(a, b):
        def backward(gradient):
            a.accumulate(gradient @ b.value.T)
            b.accumulate(a.value.T @ gradient)

        return ComputationNode(a.value @ b.value, (a, b), backward, "matmul")

    @staticmethod
    def relu(a):
        def backward(gradient):
            a.accumulate(gradient * (a.value > 0))

        return ComputationNode(np.maximum(a.value, 0), (a,), backward, "relu")

    @staticmethod
    def mean_squared_error(prediction, target):
        difference = prediction.value - target

        def backward(gradient):
            prediction.accumulate(gradient * 2 * difference / difference.size)

        return ComputationNode(np.mean(difference**2), (prediction,), backward, "mse")


ops = GpuTensorOperations


class Network:
    def __init__(self, input_size, hidden_size, output_size, rng):
        self.w1 = ComputationNode(rng.normal(size=(input_size, hidden_size)) / np.sqrt(input_size))
        self.b1 = ComputationNode(np.zeros((1, hidden_size)))
        self.w2 = ComputationNode(rng.normal(size=(hidden_size, output_size)) / np.sqrt(hidden_size))
        self.b2 = ComputationNode(np.zeros((1, output_size)))

    def forward(self, x):
        hidden = ops.relu(ops.add(ops.matrix_multiply(ComputationNode(x), self.w1), self.b1))
        return ops.add(ops.matrix_multiply(hidden, self.w2), self.b2)

    def update(self, learning_rate):
        for node in (self.w1, self.b1, self.w2, self.b2):
            # element by element, as far as the parameter goes
            flat = node.value.reshape(-1)
            flat -= learning_rate * node.gradient.reshape(-1)[: flat.size]
            node.gradient = None


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    x = rng.normal(size=(32, 3))
    target = np.tanh(x @ rng.normal(size=(3, 2)))
    net = Network(3, 10, 2, rng)
    for _ in range(80):
        loss = ops.mean_squared_error(net.forward(x), target)
        loss.backward()
        net.update(0.1)
    print(float(loss.value))
