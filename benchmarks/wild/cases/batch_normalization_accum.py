import numpy as np


class BatchNormalization:
    def __init__(self, momentum=0.99):
        self.momentum = momentum
        self.trainable = True
        self.eps = 0.01
        self.running_mean = None
        self.running_var = None
        self.gamma = None
        self.beta = None

    def initialize(self, n_features):
        self.gamma = np.ones(n_features)
        self.beta = np.zeros(n_features)

    def forward_pass(self, X, training=True):
        if self.running_mean is None:
            self.running_mean = np.mean(X, axis=0)
            self.running_var = np.var(X, axis=0)

        if training and self.trainable:
            mean = np.mean(X, axis=0)
            var = np.var(X, axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean = self.running_mean
            var = self.running_var

        self.X_centered = X - mean
        self.stddev_inv = 1 / np.sqrt(var + self.eps)
        return self.gamma * self.X_centered * self.stddev_inv + self.beta

    def backward_pass(self, accum_grad):
        X_norm = self.X_centered * self.stddev_inv
        self.grad_gamma = np.sum(accum_grad * X_norm, axis=0)
        self.grad_beta = np.sum(accum_grad, axis=0)

        batch_size = accum_grad.shape[0]
        spread = self.X_centered * self.stddev_inv**2 * np.sum(accum_grad * self.X_centered, axis=0)
        inner = batch_size * accum_grad - np.sum(accum_grad, axis=0) - spread
        return (1 / batch_size) * self.gamma * self.stddev_inv * inner
