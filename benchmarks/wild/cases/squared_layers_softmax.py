import numpy as np

epsilon = 10**-3


class Layer:
    def forward(self, x: np.ndarray, predict: bool = True) -> np.ndarray:
        raise NotImplementedError

    def backward(self, grad_input: np.ndarray) -> np.ndarray:
        raise NotImplementedError


class LinearLayer(Layer):
    def __init__(self, input_dim: int, output_dim: int):
        self.weights = np.random.normal(0.0, 0.1, size=(input_dim, output_dim))
        self.biases = np.zeros((1, output_dim))

    def forward(self, x: np.ndarray, predict: bool = True) -> np.ndarray:
        self.x = x
        return self.x @ self.weights + self.biases

    def backward(self, grad_input: np.ndarray) -> np.ndarray:
        self.grad_weights = self.x.T @ grad_input
        self.grad_biases = np.sum(grad_input, axis=0, keepdims=True)
        return grad_input @ self.weights.T

    def apply_gradients(self, learning_rate: float) -> None:
        self.weights -= learning_rate * self.grad_weights
        self.biases -= learning_rate * self.grad_biases


class SoftmaxLayer(Layer):
    def forward(self, x: np.ndarray, predict: bool = True) -> np.ndarray:
        e = np.exp(x)
        self.next_x = e / np.sum(e, axis=1, keepdims=True)
        return self.next_x

    def backward(self, grad_input: np.ndarray) -> np.ndarray:
        return grad_input * (self.next_x * (1 - self.next_x))


class CrossEntropyLoss(Layer):
    def __init__(self, y: np.ndarray):
        self.y = np.clip(y, epsilon, 1.0 - epsilon)

    def forward(self, x: np.ndarray, predict: bool = True) -> np.ndarray:
        self.p = np.clip(x, epsilon, 1.0 - epsilon)
        return -(self.y * np.log(self.p) + (1 - self.y) * np.log(1 - self.p))

    def backward(self, grad_input: np.ndarray) -> np.ndarray:
        return grad_input * (self.p - self.y) / (self.p - self.p**2)


def train(layers, x, y, epochs=20, learning_rate=0.1):
    for _ in range(epochs):
        out = x
        for layer in layers:
            out = layer.forward(out, predict=False)
        error = CrossEntropyLoss(y)
        loss = error.forward(out)
        grad = error.backward(np.ones_like(out) / len(x))
        for layer in reversed(layers):
            grad = layer.backward(grad)
            if hasattr(layer, "apply_gradients"):
                layer.apply_gradients(learning_rate)
    return loss.mean()


if __name__ == "__main__":
    x = np.random.normal(size=(60, 4))
    y = np.eye(3)[np.argmax(x[:, :3], axis=1)]
    print(train([LinearLayer(4, 3), SoftmaxLayer()], x, y))
