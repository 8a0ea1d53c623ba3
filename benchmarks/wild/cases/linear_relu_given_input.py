"""手写神经网络：每一层的 backward 都要再给一次输入 X。"""

import numpy as np


class LinearLayer:
    def __init__(self, input_D, output_D):
        # W, b 初始值不能全为 0
        self._W = np.random.normal(0, 0.1, (input_D, output_D))
        self._b = np.random.normal(0, 0.1, (1, output_D))
        self._grad_W = np.zeros((input_D, output_D))
        self._grad_b = np.zeros((1, output_D))

    def forward(self, X):
        return np.matmul(X, self._W) + self._b

    def backward(self, X, grad):
        """grad: 反向传播过来的梯度；返回传往上一层的梯度"""
        self._grad_W = np.matmul(X.T, grad)
        self._grad_b = np.matmul(np.ones((1, X.shape[0])), grad)
        return np.matmul(grad, self._W.T)

    def update(self, learn_rate):
        self._W = self._W - self._grad_W * learn_rate
        self._b = self._b - self._grad_b * learn_rate


class Relu:
    def forward(self, X):
        return np.where(X < 0, 0, X)

    def backward(self, X, grad):
        return np.where(X > 0, X, 0) * grad


class MSE:
    def forward(self, y, y_true):
        return np.mean((y - y_true) ** 2)

    def backward(self, y, y_true):
        return 2 * (y - y_true) / y.size


class Network:
    def __init__(self, hidden=20):
        self.linear1, self.relu, self.linear2 = LinearLayer(1, hidden), Relu(), LinearLayer(hidden, 1)
        self.loss = MSE()

    def fit(self, X, y_true, learn_rate=0.05, epochs=200):
        for _ in range(epochs):
            o0 = X
            a1 = self.linear1.forward(o0)
            o1 = self.relu.forward(a1)
            y = self.linear2.forward(o1)

            grad = self.loss.backward(y, y_true)
            grad = self.linear2.backward(o1, grad)
            grad = self.relu.backward(a1, grad)
            self.linear1.backward(o0, grad)

            self.linear1.update(learn_rate)
            self.linear2.update(learn_rate)
        return self.loss.forward(y, y_true)


if __name__ == "__main__":
    np.random.seed(0)
    X = np.linspace(-1, 1, 50).reshape(-1, 1)
    print(Network().fit(X, X**2))
