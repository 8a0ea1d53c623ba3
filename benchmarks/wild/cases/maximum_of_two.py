import numpy as np

vjps = {}


def defvjp(fun, *rules):
    vjps[fun] = rules


def unbroadcast(target, g):
    while g.ndim > np.ndim(target):
        g = g.sum(axis=0)
    return g


defvjp(
    np.maximum,
    lambda g, ans, x, y: unbroadcast(x, g * (x == ans)),
    lambda g, ans, x, y: unbroadcast(y, g * (x != ans)),
)
defvjp(
    np.minimum,
    lambda g, ans, x, y: unbroadcast(x, g * (x == ans)),
    lambda g, ans, x, y: unbroadcast(y, g * (x != ans)),
)


def vjp(fun, argnum, g, *args):
    return vjps[fun][argnum](g, fun(*args), *args)


if __name__ == "__main__":
    one = np.array(1.0)
    print(vjp(np.maximum, 0, one, one, one), vjp(np.maximum, 1, one, one, one))
    rng = np.random.default_rng(0)
    x, floor = rng.normal(size=(5, 3)), np.zeros(3)
    for _ in range(10):
        y = np.maximum(x, floor)
        floor = floor - 0.1 * vjp(np.maximum, 1, y - 1.0, x, floor)
    print(floor)
