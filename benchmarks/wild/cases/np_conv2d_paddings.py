"""2-D convolution in NumPy and its gradients; images are NHWC, filters HWIO, the stride is one."""

import numpy as np


def calc_size(h, kh, pad):
    """The output's height, for a padding by name or for a number of rows in all."""
    if pad == "SAME":
        return h
    return h - kh + 1 if pad == "VALID" else h + pad - kh + 1


def calc_pad(pad, in_siz, out_siz, ksize):
    if pad == "SAME":
        return out_siz - 1 + ksize - in_siz
    return 0 if pad == "VALID" else pad


def extract_sliding_windows(x, ksize, pad):
    """All windows: (N, H', W', kh, kw, C)."""
    n, h, w, c = x.shape
    pads = (pad, pad) if isinstance(pad, str) else pad
    h2, w2 = calc_size(h, ksize[0], pads[0]), calc_size(w, ksize[1], pads[1])
    ph, pw = calc_pad(pads[0], h, h2, ksize[0]), calc_pad(pads[1], w, w2, ksize[1])
    x = np.pad(x, ((0, 0), (ph // 2, ph - ph // 2), (pw // 2, pw - pw // 2), (0, 0)))
    y = np.zeros((n, h2, w2, ksize[0], ksize[1], c))
    for i in range(h2):
        for j in range(w2):
            y[:, i, j] = x[:, i : i + ksize[0], j : j + ksize[1]]
    return y


def conv2d(x, w, pad="VALID"):
    xs = extract_sliding_windows(x, w.shape[:2], pad)
    return np.einsum("nhwijc,ijco->nhwo", xs, w)


def conv2d_gradw(x, dy, ksize, pad="VALID"):
    xs = extract_sliding_windows(x, ksize, pad)
    return np.einsum("nhwijc,nhwo->ijco", xs, dy)


def conv2d_gradx(w, dy, xsize, pad="VALID"):
    """Full convolution of dy with the filters turned round."""
    ksize = w.shape[:2]
    dys = dy.shape[1:3]
    pad2h = xsize[0] - 1 + ksize[0] - dys[0]
    pad2w = xsize[1] - 1 + ksize[1] - dys[0]
    w2 = w[::-1, ::-1].transpose(0, 1, 3, 2)
    return conv2d(dy, w2, pad=(pad2h, pad2w))


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 6, 6, 3)), rng.normal(size=(3, 3, 3, 4))
    y = conv2d(x, w)
    dy = np.ones_like(y)
    print(y.shape, conv2d_gradw(x, dy, (3, 3)).shape, conv2d_gradx(w, dy, (6, 6)).shape)
