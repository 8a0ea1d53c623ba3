import numpy as np


class BatchNorm1d:
    def __init__(self, num_features, eps=1e-8, momentum=0.9):
        self.eps, self.momentum = eps, momentum
        self.gamma, self.beta = np.ones((1, num_features)), np.zeros((1, num_features))
        self.running_mean, self.running_var = np.zeros((1, num_features)), np.ones((1, num_features))
        self.training = True

    def forward(self, x):
        if self.training:
            mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        self.inv_std = 1 / np.sqrt(var + self.eps)
        self.norm = (x - mean) * self.inv_std
        return self.gamma * self.norm + self.beta

    def backward(self, dout):
        self.dgamma = np.sum(dout * self.norm, axis=0, keepdims=True)
        self.dbeta = np.sum(dout, axis=0, keepdims=True)
        dnorm = dout * self.gamma
        if not self.training:
            return dnorm * self.inv_std
        return self.inv_std * (
            dnorm
            - dnorm.mean(axis=0, keepdims=True)
            - self.norm * np.mean(dnorm * self.norm, axis=0, keepdims=True)
        )


class BatchNorm2d(BatchNorm1d):
    """(N, C, H, W), by rows of channels"""

    def forward(self, x):
        self.shape = x.shape
        rows = x.transpose(0, 2, 3, 1).reshape(-1, x.shape[1])
        return self.back_to_maps(super().forward(rows))

    def backward(self, dout):
        rows = dout.transpose(0, 2, 3, 1).reshape(-1, dout.shape[1])
        return self.back_to_maps(super().backward(rows))

    def back_to_maps(self, rows):
        N, C, H, W = self.shape
        return rows.reshape(N, H, W, C).transpose(0, 3, 1, 2)


if __name__ == "__main__":
    np.random.seed(0)
    bn = BatchNorm2d(3)
    x, target = 2 + np.random.randn(4, 3, 5, 5), np.random.randn(4, 3, 5, 5)
    for _ in range(20):
        diff = bn.forward(x) - target
        bn.backward(diff / diff.size)
        bn.gamma -= 0.5 * bn.dgamma
        bn.beta -= 0.5 * bn.dbeta
    print(np.mean(diff**2))
