"""Forward differentiation: a number and its derivatives by name."""

import math


class Dual:
    def __init__(self, real, dual=None):
        self.real = real
        self.dual = dict(dual or {})

    def __add__(self, argument):
        if isinstance(argument, Dual):
            names = self.dual.keys() | argument.dual.keys()
            dual = {name: self.dual.get(name, 0) + argument.dual.get(name, 0) for name in names}
            return Dual(self.real + argument.real, dual)
        return Dual(self.real + argument, self.dual)

    __radd__ = __add__

    def __sub__(self, argument):
        if isinstance(argument, Dual):
            names = self.dual.keys() | argument.dual.keys()
            dual = {name: self.dual.get(name, 0) - argument.dual.get(name, 0) for name in names}
            return Dual(self.real - argument.real, dual)
        return Dual(self.real - argument, self.dual)

    def __rsub__(self, argument):
        return Dual(argument - self.real, self.dual)

    def __mul__(self, argument):
        if isinstance(argument, Dual):
            names = self.dual.keys() | argument.dual.keys()
            dual = {
                name: self.dual.get(name, 0) * argument.real + self.real * argument.dual.get(name, 0)
                for name in names
            }
            return Dual(self.real * argument.real, dual)
        return Dual(self.real * argument, {name: each * argument for name, each in self.dual.items()})

    __rmul__ = __mul__


def exp(x):
    value = math.exp(x.real)
    return Dual(value, {name: each * value for name, each in x.dual.items()})


def derivative(f, at):
    return f(Dual(at, {"x": 1.0})).dual["x"]


def value(f, at):
    return f(Dual(at, {"x": 1.0})).real


def survival(x):
    return (1 - x) * exp(2 - x)
