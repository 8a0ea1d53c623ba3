"""A probe is held to a heater; its temperature is fitted to the measured ones."""

import math


def temperature(par, x):
    """par: temperature of the heater, temperature of the probe at the start, rate."""
    return par[0] - (par[0] - par[1]) * math.exp(-par[2] * x)


def gradient(par, x):
    e = math.exp(-par[2] * x)
    return [
        1.0 + e,
        e,
        (par[0] - par[1]) * x * e,
    ]


def error(par, xs, ys):
    return sum((temperature(par, x) - y) ** 2 for x, y in zip(xs, ys))


def descend(par, xs, ys, rate=1e-4, steps=100):
    for _ in range(steps):
        down = [0.0, 0.0, 0.0]
        for x, y in zip(xs, ys):
            residual = temperature(par, x) - y
            for i, slope in enumerate(gradient(par, x)):
                down[i] += 2 * residual * slope
        par = [p - rate * d for p, d in zip(par, down)]
    return par


if __name__ == "__main__":
    xs = [0.5 * i for i in range(10)]
    ys = [temperature([95.0, 21.0, 0.4], x) for x in xs]
    print(descend([90.0, 20.0, 0.3], xs, ys))
