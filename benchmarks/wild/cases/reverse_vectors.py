"""Reverse mode for numbers (D) and vectors of numbers (DV)."""

import math


class D:
    def __init__(self, p, op=None, args=()):
        self.P, self.A = float(p), 0.0
        self.op, self.args = op, args

    def __add__(self, b):
        return D(self.P + b.P, "Add_D_D", (self, b))

    def __mul__(self, b):
        return D(self.P * b.P, "Mul_D_D", (self, b))

    def __sub__(self, b):
        if isinstance(b, DV):
            return DV([self.P - v for v in b.P], "Sub_D_DV", (self, b))
        return D(self.P - b.P, "Sub_D_D", (self, b))


class DV:
    def __init__(self, p, op=None, args=()):
        self.P, self.A = list(p), [0.0] * len(p)
        self.op, self.args = op, args

    def __sub__(self, b):
        if isinstance(b, D):
            return DV([v - b.P for v in self.P], "Sub_DV_D", (self, b))
        return DV([v - w for v, w in zip(self.P, b.P)], "Sub_DV_DV", (self, b))

    def __mul__(self, b):
        return D(sum(v * w for v, w in zip(self.P, b.P)), "Mul_Dot_DV_DV", (self, b))

    def tanh(self):
        return DV([math.tanh(v) for v in self.P], "Tanh_DV", (self,))


def push(v, d):
    """Adds an adjoint to what there is."""
    if isinstance(d, D):
        d.A += v
    else:
        d.A = [a + x for a, x in zip(d.A, v)]


def order(d, seen):
    if d not in seen:
        for a in d.args:
            order(a, seen)
        seen[d] = True
    return seen


def reverse_prop(v, d):
    nodes = list(order(d, {}))
    push(v, d)
    for d in reversed(nodes):
        if d.op is None:
            continue
        a, b = d.args if len(d.args) == 2 else (d.args[0], None)
        if d.op == "Add_D_D":
            push(d.A, a), push(d.A, b)
        elif d.op == "Mul_D_D":
            push(d.A * b.P, a), push(d.A * a.P, b)
        elif d.op == "Sub_D_D":
            push(d.A, a), push(-d.A, b)
        elif d.op == "Sub_D_DV":
            push(sum(d.A), a), push(d.A, b)
        elif d.op == "Sub_DV_D":
            push(d.A, a), push(-sum(d.A), b)
        elif d.op == "Sub_DV_DV":
            push(d.A, a), push([-x for x in d.A], b)
        elif d.op == "Mul_Dot_DV_DV":
            push([d.A * x for x in b.P], a), push([d.A * x for x in a.P], b)
        elif d.op == "Tanh_DV":
            push([x * (1 - t * t) for x, t in zip(d.A, d.P)], a)


def grad(f, *xs):
    args = [D(x) if isinstance(x, float) else DV(x) for x in xs]
    reverse_prop(1.0, f(*args))
    return [a.A for a in args]


def spread(s, v):
    """Squares of the distances, squashed"""
    gap = s - v
    return gap.tanh() * gap + s * s


if __name__ == "__main__":
    s, v = 0.5, [1.0, -0.5, 2.0]
    for step in range(5):
        ds, dv = grad(spread, s, v)
        s, v = s - 0.1 * ds, [x - 0.1 * d for x, d in zip(v, dv)]
        print(s, v)
