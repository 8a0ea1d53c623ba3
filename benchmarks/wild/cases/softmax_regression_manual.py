"""Softmax regression with the gradients by hand."""

import torch


class Classifier:
    def __init__(self, n_in, n_out):
        self.w = torch.zeros(n_out, n_in)
        self.b = torch.zeros(n_out)

    def forward(self, x):
        return torch.softmax(x @ self.w.T + self.b, dim=1)

    def loss(self, x, y):
        return -torch.sum(y * torch.log(self.forward(x)))

    def backward(self, x, y, p):
        dw = -torch.mm(x.T, y - p).T
        db = -torch.sum(y - p)
        return dw, db
