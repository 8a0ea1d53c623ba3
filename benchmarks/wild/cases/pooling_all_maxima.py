import numpy as np


class MaxPool1D:
    def __init__(self, ds):
        self.ds = ds

    def forward(self, x):
        n, length = x.shape
        self.x = x
        self.z = x.reshape(n, length // self.ds, self.ds).max(axis=2)
        return self.z

    def backward(self, gz):
        gx = np.zeros_like(self.x)
        for n in range(gz.shape[0]):
            for i in range(gz.shape[1]):
                for k in range(i * self.ds, (i + 1) * self.ds):
                    if self.x[n, k] == self.z[n, i]:
                        gx[n, k] += gz[n, i]
        return gx
