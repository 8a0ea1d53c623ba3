import math


class D:
    """A number and its tangent."""

    def __init__(self, p, t=0.0):
        self.p, self.t = float(p), float(t)

    def __add__(self, other):
        other = lift(other)
        return D(self.p + other.p, self.t + other.t)

    __radd__ = __add__

    def __mul__(self, other):
        other = lift(other)
        return D(self.p * other.p, self.t * other.p + self.p * other.t)

    __rmul__ = __mul__

    def __neg__(self):
        return D(-self.p, -self.t)

    def __sub__(self, other):
        return self + -lift(other)

    def __rsub__(self, other):
        return lift(other) - self

    @staticmethod
    def op(a, ff, df):
        cp = ff(a.p)
        return D(cp, df(cp, a.p, a.t))

    @staticmethod
    def exp(a):
        return D.op(a, math.exp, lambda cp, ap, at: at * cp)

    @staticmethod
    def tanh(a):
        return D.op(a, math.tanh, lambda cp, ap, at: at * (1 - cp * cp))

    @staticmethod
    def relu(a):
        return D.op(a, lambda p: max(0.0, p), lambda cp, ap, at: (1 + math.copysign(1, ap)) / 2)

    @staticmethod
    def sigmoid(a):
        return D.op(a, lambda p: 1 / (1 + math.exp(-p)), lambda cp, ap, at: cp * (1 - cp))


def lift(x):
    return x if isinstance(x, D) else D(x)


def grad(f, x):
    return [f([D(v, 1.0 if i == j else 0.0) for j, v in enumerate(x)]).t for i in range(len(x))]


def network(w):
    h1 = D.tanh(0.3 * w[0] + -0.8 * w[1])
    h2 = D.tanh(1.1 * w[0] + 0.4 * w[1])
    out = D.sigmoid(w[2] * h1 + w[3] * h2 + w[4])
    return (out - 0.9) * (out - 0.9)


if __name__ == "__main__":
    w = [0.1, -0.2, 0.4, 0.3, 0.0]
    for _ in range(100):
        w = [v - 0.5 * d for v, d in zip(w, grad(network, w), strict=True)]
    print(w, network([D(v) for v in w]).p)
