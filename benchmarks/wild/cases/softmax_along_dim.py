import numpy as np


def softmax_forward(x, dim=-1):
    exponents = np.exp(x)
    out = exponents / exponents.sum(axis=dim, keepdims=True)
    return out, (out, dim)


def softmax_backward(dout, cache):
    out, dim = cache
    dot = (dout * out).sum(axis=dim, keepdims=True)
    return out * (dout - dot)


if __name__ == "__main__":
    out, cache = softmax_forward(np.random.randn(3, 4))
    print(softmax_backward(np.random.randn(3, 4), cache).sum(axis=-1))
