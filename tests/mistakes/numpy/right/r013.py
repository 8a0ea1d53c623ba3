import numpy as np


def conv_forward(x, w, b):
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    out = np.zeros((N, F, H - HH + 1, W - WW + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            out[:, :, i, j] = np.einsum("nchw,fchw->nf", x[:, :, i : i + HH, j : j + WW], w) + b
    return out, (x, w, b)


def conv_backward(dout, cache):
    x, w, b = cache
    HH, WW = w.shape[2:]
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            patch = x[:, :, i : i + HH, j : j + WW]
            dw += np.einsum("nf,nchw->fchw", dout[:, :, i, j], patch)
            dx[:, :, i : i + HH, j : j + WW] += np.einsum("nf,fchw->nchw", dout[:, :, i, j], w)
    return dx, dw, dout.sum(axis=(0, 2, 3))
