import numpy as np

REGISTRY = {}


def vjp_of(name):
    """Functions that give their value and a pullback, found by name."""

    def register(function):
        REGISTRY[name] = function
        return function

    return register


@vjp_of("add")
def _vjp_add(a, b):
    return a + b, lambda v: (v, v)


@vjp_of("multiply")
def _vjp_multiply(a, b):
    return a * b, lambda v: (v * b, v * a)


@vjp_of("square_root")
def _vjp_square_root(x):
    y = np.sqrt(x)
    return y, lambda v: (1 / (2 * y),)


@vjp_of("log")
def _vjp_log(x):
    return np.log(x), lambda v: (v / x,)


def value_with_pullback(name, *arguments):
    return REGISTRY[name](*arguments)


def distance_with_gradient(p, q):
    """The length of (p, q), element by element, and the gradients of its sum."""
    pp, back_p = value_with_pullback("multiply", p, p)
    qq, back_q = value_with_pullback("multiply", q, q)
    total, back_total = value_with_pullback("add", pp, qq)
    length, back_length = value_with_pullback("square_root", total)
    (d_total,) = back_length(np.ones_like(length))
    d_pp, d_qq = back_total(d_total)
    return length.sum(), sum(back_p(d_pp)), sum(back_q(d_qq))


if __name__ == "__main__":
    p, q = np.array([3.0, 1.0]), np.array([4.0, -1.0])
    for _ in range(5):
        d, dp, dq = distance_with_gradient(p, q)
        p, q = p - 0.1 * dp, q - 0.1 * dq
    print(d)
