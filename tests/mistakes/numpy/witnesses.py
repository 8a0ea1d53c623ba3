"""What each row of the doctor's table means in numbers, for specimens with one mistake.

Each witness takes a specimen and says whether its numbers show what the row describes. The documented
formulas say the same in another way; that both hold is what makes the key trustworthy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .examination import close, faults, gradients, is_stable, watch
from .specimens import Case, Specimen, cases

Witness = Callable[[Specimen], bool]
WITNESSES: dict[int, Witness] = {}


def witness(*rows: int) -> Callable[[Witness], Witness]:
    def enter(function: Witness) -> Witness:
        WITNESSES.update(dict.fromkeys(rows, function))
        return function

    return enter


def right(specimen: Specimen, case: Case) -> dict[str, Any]:
    return {name: case.names[f"d{name}"] for name in specimen.differentiable}


def factor(a: Any, n: np.ndarray) -> float:
    """The constant c of a = c · n; nan where there is none."""
    if a is None or np.shape(a) != n.shape:
        return np.nan
    c = float(np.sum(a * n) / np.sum(n * n))
    return c if close(a, c * n) else np.nan


def factors(specimen: Specimen) -> Iterator[tuple[Case, dict[str, float]]]:
    for case in cases(specimen)[:3]:
        found, n = gradients(specimen, case), right(specimen, case)
        yield case, {name: factor(found[name], n[name]) for name in n}


def all_factors(specimen: Specimen, allowed: Callable[[dict[str, Any]], tuple[float, ...]]) -> bool:
    """Each gradient is the right one times 1 or an allowed number; one at least is not 1."""
    for case, constants in factors(specimen):
        numbers = (*allowed(case.names), 1.0)
        values = list(constants.values())
        if not all(any(abs(c / number - 1) < 1e-5 for number in numbers) for c in values):
            return False
        if all(abs(c - 1) < 1e-5 for c in values):
            return False
    return True


@witness(1)
def follows_the_batch(specimen: Specimen) -> bool:
    return all_factors(specimen, lambda size: (size["N"], size["N"] * size["C"]))


@witness(2)
def a_batch_too_small(specimen: Specimen) -> bool:
    return all_factors(specimen, lambda size: (1 / size["N"],))


@witness(3)
def divided_by_the_classes(specimen: Specimen) -> bool:
    return all_factors(specimen, lambda size: (1 / size["C"],))


@witness(4)
def twice_or_half(specimen: Specimen) -> bool:
    return any(all_factors(specimen, lambda size, c=c: (c,)) for c in (2, 0.5, 4))  # type: ignore[misc]


@witness(5)
def other_sign(specimen: Specimen) -> bool:
    return all_factors(specimen, lambda size: (-1,))


@witness(6)
def bias_keeps_the_batch(specimen: Specimen) -> bool:
    case = cases(specimen)[0]
    a, n = gradients(specimen, case)["b"], case.names["db"]
    batch = 1 if specimen.layout == "columns" else 0
    return a.shape != n.shape and close(a.sum(batch).ravel(), n.ravel())


@witness(7)
def bias_averaged(specimen: Specimen) -> bool:
    """One gradient alone, which is that of a bias."""
    for case, constants in factors(specimen):
        off = {name: c for name, c in constants.items() if abs(c - 1) > 1e-5}
        batch = len(case.values["x"])
        if len(off) != 1 or not set(off) < {"b", "b1", "b2", "beta"}:
            return False
        if abs(next(iter(off.values())) * batch - 1) > 1e-5:
            return False
    return True


@witness(8)
def weight_transposed(specimen: Specimen) -> bool:
    return all(close(gradients(specimen, case)["W"], case.names["dW"].T) for case in cases(specimen))


@witness(9)
def weight_for_its_transpose(specimen: Specimen) -> bool:
    return all(
        not close(gradients(specimen, case)["x"], case.names["dx"])
        if case.is_square
        else isinstance(watch(specimen, case).gradients, Exception)
        for case in cases(specimen)
    )


@witness(10)
def exchanged(specimen: Specimen) -> bool:
    """Each right gradient is there, at least one at another's place."""
    case = cases(specimen)[0]
    found, n = gradients(specimen, case), right(specimen, case)
    return all(any(close(a, one) for a in found.values()) for one in n.values()) and not all(
        close(found[name], n[name]) for name in n
    )


@witness(11)
def none_or_too_few(specimen: Specimen) -> bool:
    return any(a is None for a in gradients(specimen, cases(specimen)[0]).values())


def answers(specimen: Specimen, times: float) -> list[tuple[Any, Any]]:
    """(b(g), b(times · g)) for each gradient."""
    case = cases(specimen)[0]
    first, second = gradients(specimen, case), gradients(specimen, case, times * case.upstream)
    return [(first[name], second[name]) for name in first]


@witness(12)
def ignores_what_comes_from_above(specimen: Specimen) -> bool:
    if specimen.kind is None:  # an engine: its operation is followed by a product with a constant
        return all_factors(specimen, lambda size: (1 / 3,))
    return all(close(a, b) for a, b in answers(specimen, -3.0))


@witness(13)
def quadratic(specimen: Specimen) -> bool:
    return all(close(4 * a, b) for a, b in answers(specimen, 2.0))


@witness(14, 34)
def not_linear(specimen: Specimen) -> bool:
    linear = all(close(-a, b) for a, b in answers(specimen, -1.0))
    linear &= all(close(2 * a, b) for a, b in answers(specimen, 2.0))
    return not linear and not quadratic(specimen)


@witness(15)
def other_slopes_below_zero(specimen: Specimen) -> bool:
    """Of relu and its like: wrong where x < 0; of a network: wrong in front of the hidden units."""
    case = cases(specimen)[0]
    found, n = gradients(specimen, case), right(specimen, case)
    if specimen.kind == "network":
        return [name for name in n if not close(found[name], n[name])] == ["W1", "b1"]
    below = case.values["x"] < 0
    return not close(found["x"][below], n["x"][below])


@witness(16)
def mask_of_something_else(specimen: Specimen) -> bool:
    case = cases(specimen)[0]
    mask, x = gradients(specimen, case)["x"] / case.upstream, case.values["x"]
    return bool(((mask == 0) | (mask == 1)).all()) and not any(
        np.array_equal(mask > 0, other) for other in (x > 0, x < 0)
    )


@witness(18, 21, 28)
def no_multiple(specimen: Specimen) -> bool:
    """Forward is right, backward linear in g, and one gradient at least is no multiple of the right one."""
    no_constant = all(np.isnan(list(constants.values())).any() for _, constants in factors(specimen))
    no_upstream = cases(specimen)[0].upstream.ndim == 0
    return no_constant and (no_upstream or not not_linear(specimen)) and faults(specimen) == {"backward"}


@witness(19)
def rows_do_not_cancel(specimen: Specimen) -> bool:
    """Of attention: the queries' gradient is no longer in the span of differences of keys."""
    if specimen.kind == "attention":
        return no_multiple(specimen)
    return all(float(np.abs(gradients(specimen, case)["x"].sum(1)).min()) > 1e-6 for case in cases(specimen))


@witness(20)
def differs_at_the_targets(specimen: Specimen) -> bool:
    for case in cases(specimen)[:3]:
        a, n, t = gradients(specimen, case)["x"], case.names["dx"], case.values["t"]
        others = 1 - (t if t.ndim == 2 else np.eye(case.names["C"])[t])
        if not np.allclose(a.sum(1) * case.names["N"], 1) or not close(a * others, n * others):
            return False
    return True


@witness(22)
def leaves_the_finite(specimen: Specimen) -> bool:
    """nan or inf at ±1000; or a constant in the logarithm, which the documented forward then has."""
    return not is_stable(specimen) or "1e-9" in specimen.computes


@witness(23)
def second_backward_differs(specimen: Specimen) -> bool:
    return faults(specimen) == {"second backward"}


@witness(24)
def edits_what_it_is_given(specimen: Specimen) -> bool:
    return any(watch(specimen, case).edited for case in cases(specimen))


@witness(25)
def two_forwards_differ(specimen: Specimen) -> bool:
    return "random" in faults(specimen)


@witness(26)
def another_dtype(specimen: Specimen) -> bool:
    return any(a.dtype != np.float64 for a in gradients(specimen, cases(specimen)[0]).values())


@witness(27)
def another_forward(specimen: Specimen) -> bool:
    return all(not close(watch(specimen, case).output, case.names["y"]) for case in cases(specimen))


@witness(29)
def of_another_kernel(specimen: Specimen) -> bool:
    """Right with the kernel flipped."""
    case = cases(specimen)[0]
    w = case.values["w"]
    case.names["w"] = w[:, :, ::-1, ::-1]
    flipped = case.value(specimen.gives["dx"])
    case.names["w"] = w
    return close(flipped, case.names["dx"]) and not close(gradients(specimen, case)["x"], flipped)


@witness(30)
def at_ties_or_in_one_column(specimen: Specimen) -> bool:
    """Wrong only where values are equal; or, of a hinge, only in the column of the right class."""
    if specimen.ties:
        return faults(specimen) == {"ties"}
    case = cases(specimen)[0]
    off = ~np.isclose(gradients(specimen, case)["x"], case.names["dx"])
    labels = np.eye(case.names["C"], dtype=bool)[case.values["t"]]
    return bool(off.any() and not (off & ~labels).any())


@witness(31)
def a_constant(specimen: Specimen) -> bool:
    """One of the scale's: not 1, and the same at each place."""
    return all(
        not any(np.isnan(c) for c in constants.values())
        and any(abs(c - 1) > 1e-3 for c in constants.values())
        for _, constants in factors(specimen)
    )


@witness(32)
def wrong_where_used_twice(specimen: Specimen) -> bool:
    """Right for what is used once, or right at first."""
    if specimen.again:
        return faults(specimen) == {"second backward"}
    if specimen.kind is None:
        found = gradients(specimen, cases(specimen)[0])
        n = right(specimen, cases(specimen)[0])
        return close(found["b"], n["b"]) and not close(found["a"], n["a"])
    if specimen.kind != "embedding":
        return False
    for case in cases(specimen)[:3]:
        counts = np.bincount(case.values["i"], minlength=len(case.values["W"]))
        off = ~np.isclose(gradients(specimen, case)["W"], case.names["dW"]).all(1)
        if not np.array_equal(off, counts > 1):
            return False
    return True


@witness(33)
def another_half_space(specimen: Specimen) -> bool:
    """Wrong at some places, right at others."""
    off = [~np.isclose(gradients(specimen, case)["x"], case.names["dx"]).ravel() for case in cases(specimen)]
    return bool(np.any(np.concatenate(off)) and not np.all(np.concatenate(off)))
