"""A layer of the transposed convolution; images are rows of C * H * W numbers."""

import numpy as np


def conv2d(X, W, C, Hin, Win, Hf, Wf, stride):
    """W: (F, C * Hf * Wf). Returns (N, F * Hout * Wout)."""
    N, F = len(X), len(W)
    Hout, Wout = (Hin - Hf) // stride + 1, (Win - Wf) // stride + 1
    x, out = X.reshape(N, C, Hin, Win), np.empty((N, F, Hout, Wout))
    for h in range(Hout):
        for w in range(Wout):
            piece = x[:, :, h * stride : h * stride + Hf, w * stride : w * stride + Wf]
            out[:, :, h, w] = piece.reshape(N, -1) @ W.T
    return out.reshape(N, -1)


def conv2d_backward_data(W, dout, C, Hin, Win, Hf, Wf, stride):
    N, F = len(dout), len(W)
    Hout, Wout = (Hin - Hf) // stride + 1, (Win - Wf) // stride + 1
    dout, dx = dout.reshape(N, F, Hout, Wout), np.zeros((N, C, Hin, Win))
    for h in range(Hout):
        for w in range(Wout):
            piece = (dout[:, :, h, w] @ W).reshape(N, C, Hf, Wf)
            dx[:, :, h * stride : h * stride + Hf, w * stride : w * stride + Wf] += piece
    return dx.reshape(N, -1)


def conv2d_backward_filter(X, dout, C, Hin, Win, F, Hf, Wf, stride):
    N = len(X)
    Hout, Wout = (Hin - Hf) // stride + 1, (Win - Wf) // stride + 1
    x, dout, dW = X.reshape(N, C, Hin, Win), dout.reshape(N, F, Hout, Wout), np.zeros((F, C * Hf * Wf))
    for h in range(Hout):
        for w in range(Wout):
            piece = x[:, :, h * stride : h * stride + Hf, w * stride : w * stride + Wf]
            dW += dout[:, :, h, w].T @ piece.reshape(N, -1)
    return dW


def forward(X, W, b, C, Hin, Win, Hf, Wf, stride):
    """X: (N, C * Hin * Win), W: (C, F * Hf * Wf), b: (F, 1)."""
    F = len(b)
    Hout, Wout = stride * (Hin - 1) + Hf, stride * (Win - 1) + Wf
    out = conv2d_backward_data(W, X, F, Hout, Wout, Hf, Wf, stride)
    return out + np.repeat(b[:, 0], Hout * Wout)


def backward(dout, X, W, b, C, Hin, Win, Hf, Wf, stride):
    F = len(b)
    Hout, Wout = stride * (Hin - 1) + Hf, stride * (Win - 1) + Wf
    dW = conv2d_backward_filter(dout, X, F, Hout, Wout, C, Hf, Wf, stride)
    dX = conv2d(dout, W, F, Hout, Wout, Hf, Wf, stride)
    db = dout.reshape(len(X), F, -1).sum(axis=(0, 2))[:, None]
    return dX, dW, db


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X, W, b = rng.normal(size=(2, 3 * 2 * 2)), rng.normal(size=(3, 2 * 3 * 3)), np.zeros((2, 1))
    out = forward(X, W, b, 3, 2, 2, 3, 3, 2)
    print(out.shape, [grad.shape for grad in backward(out, X, W, b, 3, 2, 2, 3, 3, 2)])
