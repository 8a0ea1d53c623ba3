import numpy as np


def conv_forward(x, w, b):
    """x: (N, C, H, W), w: (F, C, KH, KW), stride 1, no padding"""
    N, C, H, W = x.shape
    F, _, KH, KW = w.shape
    OH, OW = H - KH + 1, W - KW + 1
    out = np.zeros((N, F, OH, OW))
    for i in range(OH):
        for j in range(OW):
            patch = x[:, :, i : i + KH, j : j + KW]
            out[:, :, i, j] = np.tensordot(patch, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (x, w)


def conv_backward(dout, cache):
    x, w = cache
    N, C, H, W = x.shape
    F, _, KH, KW = w.shape
    OH, OW = dout.shape[2:]
    db = dout.sum(axis=(0, 2, 3))
    dw = np.zeros_like(w)
    for i in range(KH):
        for j in range(KW):
            patch = x[:, :, i : i + OH, j : j + OW]
            dw[:, :, i, j] = np.tensordot(dout, patch, axes=([0, 2, 3], [0, 2, 3]))
    padded = np.pad(dout, ((0, 0), (0, 0), (KH - 1, KH - 1), (KW - 1, KW - 1)))
    dx = np.zeros_like(x)
    for i in range(H):
        for j in range(W):
            patch = padded[:, :, i : i + KH, j : j + KW]
            dx[:, :, i, j] = np.tensordot(patch, w, axes=([1, 2, 3], [0, 2, 3]))
    return dx, dw, db
