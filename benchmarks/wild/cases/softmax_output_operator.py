import numpy as np


class FullyConnected:
    def __init__(self, n_in, n_out):
        self.weight = np.random.uniform(-0.3, 0.3, (n_out, n_in))
        self.bias = np.zeros(n_out)

    def forward(self, data):
        self.data = data
        return data @ self.weight.T + self.bias

    def backward(self, out_grad):
        self.weight_grad = out_grad.T @ self.data
        self.bias_grad = out_grad.sum(axis=0)
        return out_grad @ self.weight


class SoftmaxOutput:
    """
    Computes the gradient of cross entropy loss with respect to softmax output.

    - softmax(x)_i = exp(x_i) / sum_j exp(x_j)
    - CE(label, output) = - sum_i label_i log(output_i)
    - gradient = output - label
    """

    def __init__(self, grad_scale=1.0):
        self.grad_scale = grad_scale

    def forward(self, data):
        e = np.exp(data - data.max(axis=1, keepdims=True))
        self.output = e / e.sum(axis=1, keepdims=True)
        return self.output

    def cross_entropy(self, data, label):
        return -self.grad_scale * np.sum(label * np.log(self.forward(data)))

    def backward(self, label):
        return self.grad_scale * (self.output - label)


if __name__ == "__main__":
    np.random.seed(0)
    data = np.random.randn(50, 5)
    label = np.eye(3)[np.argmax(data[:, :3], axis=1)]
    fc, out = FullyConnected(5, 3), SoftmaxOutput(grad_scale=1 / 50)
    for epoch in range(50):
        out.forward(fc.forward(data))
        fc.backward(out.backward(label))
        fc.weight -= fc.weight_grad
        fc.bias -= fc.bias_grad
    print(out.cross_entropy(fc.forward(data), label))
