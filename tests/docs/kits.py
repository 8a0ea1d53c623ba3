"""Two ways to compute the formulas of the documentation: with numbers, and with SymPy's symbols.

Each kit has sizes, functions, inputs (arrays of a given shape) and derivatives, and says when two arrays
are equal. The sizes of the numbers are distinct, so that no transpose goes unnoticed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import mpmath
import numpy as np
import sympy as sp

if TYPE_CHECKING:
    from tests.docs.formulas import Values

Functions = Mapping[str, Callable[..., Any]]


class Numbers:
    """Floating-point numbers; derivatives are central differences."""

    sizes: ClassVar[Mapping[str, int]] = {"N": 5, "D": 7, "K": 3, "H": 4}
    functions: ClassVar[Functions] = {
        "exp": np.exp,
        "log": np.log,
        "tanh": np.tanh,
        "Phi": lambda x: np.vectorize(math.erfc)(-x / 2**0.5) / 2,  # the normal distribution
        "varphi": lambda x: np.exp(-x * x / 2) / (2 * np.pi) ** 0.5,  # its density
        "f": np.sin,
        "f'": np.cos,
    }

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def inputs(self, name: str, shape: tuple[int, ...], positive: bool) -> np.ndarray:
        array = self.generator.normal(size=shape)
        return np.asarray(np.abs(array) if positive else array)

    def derivative(self, of: str, by: str, values: Values) -> np.ndarray:
        at, step = values[by], 1e-5
        result = np.zeros(values[of].shape + at.shape)
        for place in np.ndindex(at.shape):
            shift = np.zeros(at.shape)
            shift[place] = step
            rise = values.replaced(by, at + shift)[of] - values.replaced(by, at - shift)[of]
            result[(..., *place)] = rise / (2 * step)
        return result

    def largest(self, numbers: list[Any]) -> Any:
        return max(numbers)

    def holds(self, comparison: Any) -> bool:
        return bool(comparison)

    def quotient(self, top: Any, bottom: Any) -> Any:
        return top / bottom

    def fraction(self, value: Fraction) -> Any:
        return float(value)

    def equal(self, left: np.ndarray, right: np.ndarray) -> bool:
        return np.allclose(left, right, rtol=1e-6, atol=1e-8)


class Symbols:
    """SymPy expressions, derived exactly; the inputs are positive and negative by turns: x > 0 is decided.

    Any other comparison, such as x > 1, is decided by a number that stands for each symbol.
    """

    sizes: ClassVar[Mapping[str, int]] = {"N": 2, "D": 3, "K": 2, "H": 2}
    functions: ClassVar[Functions] = {
        "exp": np.frompyfunc(sp.exp, 1, 1),
        "log": np.frompyfunc(sp.log, 1, 1),
        "tanh": np.frompyfunc(sp.tanh, 1, 1),
        "Phi": np.frompyfunc(lambda x: sp.erfc(-x / sp.sqrt(2)) / 2, 1, 1),
        "varphi": np.frompyfunc(lambda x: sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), 1, 1),
        "f": np.frompyfunc(sp.sin, 1, 1),
        "f'": np.frompyfunc(sp.cos, 1, 1),
    }

    def __init__(self, seed: int) -> None:
        self.first_sign = seed
        self.generator = np.random.default_rng(seed)
        self.stand_ins: dict[Any, Any] = {}

    def inputs(self, name: str, shape: tuple[int, ...], positive: bool) -> np.ndarray:
        array = np.empty(shape, dtype=object)
        for count, place in enumerate(np.ndindex(shape)):
            sign = "positive" if positive or (count + self.first_sign) % 2 == 0 else "negative"
            array[place] = sp.Symbol(name + "".join(map(str, place)), **{sign: True})
            size = self.generator.uniform(0.1, 2.5)
            self.stand_ins[array[place]] = size if sign == "positive" else -size
        return array

    def derivative(self, of: str, by: str, values: Values) -> np.ndarray:
        at = values[by]
        names = np.empty(at.shape, dtype=object)
        for place in np.ndindex(at.shape):
            value = sp.sympify(at[place])
            sign = "positive" if value.is_positive else "negative" if value.is_negative else "real"
            names[place] = sp.Dummy(**{sign: True})
            self.stand_ins[names[place]] = value.subs(self.stand_ins)
        back = dict(zip(names.flat, at.flat, strict=True))
        expressions = values.replaced(by, names)[of]
        result = np.empty(expressions.shape + at.shape, dtype=object)
        for place in np.ndindex(result.shape):
            expression, name = expressions[place[: expressions.ndim]], names[place[expressions.ndim :]]
            result[place] = sp.diff(expression, name).subs(back)
        return result

    def largest(self, numbers: list[Any]) -> Any:
        return sp.Max(*numbers)

    def holds(self, comparison: Any) -> bool:
        return bool(sp.sympify(comparison).subs(self.stand_ins))

    def quotient(self, top: Any, bottom: Any) -> Any:
        return sp.sympify(top) / bottom if np.ndim(top) == 0 else top / bottom

    def fraction(self, value: Fraction) -> Any:
        return sp.Rational(value)

    def equal(self, left: np.ndarray, right: np.ndarray) -> bool:
        return all(self.is_zero(sp.sympify(difference)) for difference in np.ravel(left - right))

    def is_zero(self, difference: Any) -> bool:
        """To 30 digits, with a number for each symbol: to simplify long differences takes minutes."""
        symbols = list(difference.free_symbols)
        compute = sp.lambdify(symbols, difference, "mpmath")
        with mpmath.workdps(30):
            return bool(abs(compute(*[mpmath.mpf(float(self.stand_ins[each])) for each in symbols])) < 1e-20)
