import numpy as np


def ReLU(x):
    return np.maximum(0, x)


def MSE(Y, y):
    return (Y - y) ** 2


def series(rng, n=12):
    x = rng.uniform(0, 5, n + 3)
    x = np.stack([x[i : i + 3] for i in range(n)])
    return x, 0.4 * x[:, 0] + 0.2 * x[:, 1] + 0.3 * x[:, 2]


def train(x, y, w1, w2, v=0.005, epochs=10_000):
    epoch = 0
    while epoch < epochs:
        s1 = np.dot(w1, x.T)
        y1 = ReLU(s1)

        s2 = np.dot(w2, y1)
        y2 = ReLU(s2)

        Ei = np.sum(MSE(y2, y)) / (2 * len(y2))
        if Ei < 0.0005:
            break

        delta_w2 = np.dot(y2 - y, y1.T)
        delta_w1 = np.dot(np.dot(w2.reshape(-1, 1), (y2 - y).reshape(1, -1)), x)

        w2 = w2 - v * delta_w2
        w1 = w1 - v * delta_w1
        epoch += 1
    return w1, w2, Ei


def prediction(xt, w1, w2):
    s1 = np.dot(w1, xt.T)
    y1 = ReLU(s1)
    s2 = np.dot(w2, y1)
    return ReLU(s2)


if __name__ == "__main__":
    rng = np.random.default_rng(4)
    x, y = series(rng)
    w1 = rng.uniform(0, 1, (4, 3))
    w2 = rng.uniform(0, 1, (4,))
    w1, w2, E = train(x, y, w1, w2, v=0.0005, epochs=2000)
    xt, yt = series(rng, 3)
    print(E)
    print(f"- A {yt}")
    print(f"- P {prediction(xt, w1, w2)}")
