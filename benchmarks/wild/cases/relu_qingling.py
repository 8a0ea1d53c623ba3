import numpy as np


def relu_forward(x):
    """ReLU 的前向传播，任意形状。"""
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    """
    ReLU 的反向传播。

    输入：
    - dout：上游梯度，和 x 同形状
    - cache：前向传播的输入 x
    """
    x = cache
    # 对梯度中小于 0 的部分清零
    dx = np.zeros_like(x)
    dx[dout > 0] = dout[dout > 0]
    return dx


if __name__ == "__main__":
    x = np.linspace(-0.5, 0.5, num=12).reshape(3, 4)
    out, cache = relu_forward(x)
    print(out)
    print(relu_backward(np.ones_like(x), cache))
