"""How numbers are written, and when two of them count as the same."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray

DECIMALS = 4
TOLERANCE = 0.001  # of a number, and of a number above 1 as a share of it


def close(a: Array, b: Array) -> Array:
    """Element by element; numbers that are not finite are close to nothing."""
    with np.errstate(invalid="ignore"):
        return np.abs(a - b) <= TOLERANCE * np.maximum(1, np.abs(b)) + 1e-9


def same(a: Array, b: Array) -> bool:
    return a.shape == b.shape and bool(close(a, b).all())


def number(value: float) -> str:
    """Rounded to four decimals, without needless zeros.

    >>> number(2.0), number(-0.5), number(2.12692801), number(-0.00001)
    ('2', '-0.5', '2.1269', '0')
    """
    text = f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def factor(value: float) -> str:
    """A number that a product or a difference has: a negative one in parentheses."""
    text = number(value)
    return f"({text})" if text.startswith("-") else text


def latex(value: Array, *, columns: bool = False) -> str:
    """A number, a matrix, or a vector in LaTeX, as a row or as one of `columns`.

    >>> latex(np.array([[1, 0.5], [1, -1]]))
    '\\\\begin{pmatrix} 1 & 0.5 \\\\cr 1 & -1 \\\\end{pmatrix}'
    """
    if value.ndim == 0:
        return number(float(value))
    if columns and value.ndim == 1:
        value = value[:, np.newaxis]
    rows = r" \cr ".join(" & ".join(map(number, row)) for row in np.atleast_2d(value).tolist())
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def plain(value: Array) -> object:
    """A number or nested lists, rounded to far more digits than are asked for."""
    return (np.round(value, 10) + 0.0).tolist()


def shape_text(shape: tuple[int, ...]) -> str:
    """
    >>> shape_text(()), shape_text((3,)), shape_text((2, 3))
    ('1 number', '3 numbers', '2×3 numbers')
    """
    if not shape:
        return "1 number"
    text = "×".join(map(str, shape))
    return f"{text} number{'' if text == '1' else 's'}"
