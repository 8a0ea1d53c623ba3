"""What formulas need beside NumPy, on arrays and, by `charmlp.calculus.compiled`, in compiled code."""

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Real = Any  # a number or an array, in either case of one real dtype


MANY = 2**10  # elements from which on `where` blends
BITS = {np.dtype(np.float32): np.int32, np.dtype(np.float64): np.int64}


def where(condition: Any, then: Real, otherwise: Real) -> Real:
    """A branch: on arrays `np.where`, in compiled code an if.

    Of many elements bits are blended, which is up to eight times as fast: `np.where` jumps at each element,
    and the processor guesses every second one wrong.
    """
    bits = BITS.get(otherwise.dtype)
    if bits is None or np.size(condition) < MANY:
        return np.where(condition, then, otherwise)
    chosen = condition.view(np.int8).astype(bits)
    np.negative(chosen, out=chosen)  # all bits, or none
    chosen &= then.view(bits) ^ otherwise.view(bits)
    chosen ^= otherwise.view(bits)
    return chosen.view(otherwise.dtype)


def maximum(x: Real, least: Real) -> Real:
    """The larger of the two; nan where x is nan."""
    return np.maximum(x, least)


def scaled(x: Real, factor: Real, out: Real) -> Real:
    """x · factor; of arrays in the memory of `out`, since a new one for a large net is slow to get."""
    return np.multiply(x, factor, out=out)


def erfc(x: Real) -> Real:
    """1 − erf x = (2/√π) ∫ₓ^∞ exp(−t²) dt. NumPy has none: on arrays, too, this is a compiled loop."""
    x = np.asarray(x)
    if x.dtype not in (np.float32, np.float64):  # float16 has no erfc of its own
        return erfc(x.astype(np.float32)).astype(x.dtype)
    y = np.empty_like(x, order="C")
    erfc_loop()(np.ascontiguousarray(x).reshape(-1), y.reshape(-1))
    return y


@functools.cache
def erfc_loop() -> Any:
    """The loop, made when it is first needed: that imports Numba."""
    from charmlp.system.compiling import compiled

    @compiled
    def fill_with_erfc(x: Any, y: Any) -> None:
        for i in range(len(x)):
            y[i] = math.erfc(x[i])

    return fill_with_erfc
