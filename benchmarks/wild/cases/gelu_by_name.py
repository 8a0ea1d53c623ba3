import numpy as np


def activation(x, func, device=np, alpha=0.01):
    if func == "relu":
        return device.maximum(0, x)
    if func == "leaky_relu":
        return device.where(x > 0, x, alpha * x)
    if func == "gelu":
        return 0.5 * x * (1 + device.tanh(device.sqrt(2 / device.pi) * (x + 0.044715 * x**3)))
    if func == "swish":
        return x / (1 + device.exp(-x))
    raise ValueError(func)


def activation_derivative(x, func, device=np, alpha=0.01):
    if func == "relu":
        return device.where(x > 0, 1, 0)
    if func == "leaky_relu":
        return device.where(x > 0, 1, alpha)
    if func == "gelu":
        t = device.tanh(device.sqrt(2 / device.pi) * (x + 0.044715 * x**3))
        return 0.5 * (1 + t) + 0.5 * x * (1 - t**2)
    if func == "swish":
        sigma = 1 / (1 + device.exp(-x))
        return sigma + x * sigma * (1 - sigma)
    raise ValueError(func)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x, w, y = rng.normal(size=(30, 3)), rng.normal(size=3), rng.normal(size=30)
    for _ in range(20):
        z = x @ w
        error = activation(z, "gelu") - y
        w -= 0.1 * x.T @ (error * activation_derivative(z, "gelu")) / 30
    print(np.mean(error**2))
