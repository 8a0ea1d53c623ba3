"""What each row of the doctor's table means in numbers, for specimens with one mistake.

Each witness takes a specimen and says whether its numbers show what the row describes. The documented
formulas say the same in another way; that both hold is what makes the key trustworthy. Row 17 is no mistake.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor

from .examination import close, is_stable, watch
from .specimens import Case, Specimen, cases

Witness = Callable[[Specimen], bool]
WITNESSES: dict[int, Witness] = {}


def witness(row: int) -> Callable[[Witness], Witness]:
    def enter(function: Witness) -> Witness:
        WITNESSES[row] = function
        return function

    return enter


def gradients(specimen: Specimen, case: Case, cotangent: Tensor | None = None) -> list[Any]:
    """What backward returned for the differentiable arguments, in their order."""
    returned = watch(specimen, case, cotangent).returned
    assert isinstance(returned, tuple), returned
    return list(returned[: len(specimen.differentiable)])


def wanted(specimen: Specimen, case: Case) -> list[Tensor]:
    return [case.names[f"d{name}"] for name in specimen.differentiable]


def factors(specimen: Specimen) -> Iterator[tuple[Case, list[float]]]:
    """For each case and gradient the constant c of gradient = c · reference; nan where there is none."""
    for case in cases(specimen)[:3]:
        constants = []
        for a, n in zip(gradients(specimen, case), wanted(specimen, case), strict=True):
            if a is None and specimen.kind == "mse":
                continue
            c = float((a * n).sum() / (n * n).sum())
            constants.append(c if close(a, c * n) else float("nan"))
        yield case, constants


def all_factors(specimen: Specimen, allowed: Callable[[dict[str, Any]], tuple[float, ...]]) -> bool:
    """Each gradient is the reference times 1 or the first allowed number that fits; one at least is not 1."""
    for case, constants in factors(specimen):
        numbers = [*allowed(case.names), 1.0]
        if not all(any(abs(c / number - 1) < 1e-6 for number in numbers) for c in constants):
            return False
        if all(abs(c - 1) < 1e-6 for c in constants):
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
    return any(all_factors(specimen, lambda size, c=c: (c,)) for c in (2, 0.5))  # type: ignore[misc]


@witness(5)
def other_sign(specimen: Specimen) -> bool:
    return all_factors(specimen, lambda size: (-1,))


@witness(6)
def bias_keeps_the_batch(specimen: Specimen) -> bool:
    case = cases(specimen)[0]
    a, n = gradients(specimen, case)[-1], case.names["db"]
    batch = 0 if specimen.layout in ("rows", "in_out") else 1
    return a.shape != n.shape and close(a.sum(batch), n)


@witness(7)
def bias_averaged(specimen: Specimen) -> bool:
    return all(
        abs(constants[-1] * case.names["N"] - 1) < 1e-6 and all(abs(c - 1) < 1e-6 for c in constants[:-1])
        for case, constants in factors(specimen)
    )


@witness(8)
def weight_transposed(specimen: Specimen) -> bool:
    return all(close(gradients(specimen, case)[1], case.names["dW"].T) for case in cases(specimen))


@witness(9)
def weight_for_its_transpose(specimen: Specimen) -> bool:
    """A shape error, and in the square case a gradient of x that is no multiple of the right one."""
    return all(
        (not close(gradients(specimen, case)[0], case.names["dx"]))
        if case.is_square
        else isinstance(watch(specimen, case).returned, RuntimeError)
        for case in cases(specimen)
    )


@witness(10)
def exchanged(specimen: Specimen) -> bool:
    """Each right gradient is there, at least one at another's place."""
    case = cases(specimen)[0]
    returned = watch(specimen, case).returned
    assert isinstance(returned, tuple)
    if specimen.kind is None:  # a·b: one value for the other
        return close(returned, tuple(reversed(wanted(specimen, case))))
    found = [any(close(a, n) for a in returned) for n in wanted(specimen, case)]
    in_place = [close(a, n) for a, n in zip(returned, wanted(specimen, case), strict=False)]
    return all(found) and not all(in_place)


@witness(11)
def none_or_too_few(specimen: Specimen) -> bool:
    returned = watch(specimen, cases(specimen)[0]).returned
    assert isinstance(returned, tuple)
    needed = returned[: len(specimen.differentiable)]
    return len(returned) != len(specimen.names) or any(a is None for a in needed)


def answers(specimen: Specimen, factor: float) -> list[tuple[Tensor, Tensor]]:
    """(b(g), b(factor · g)) for each gradient that is returned."""
    case = cases(specimen)[0]
    first = gradients(specimen, case)
    second = gradients(specimen, case, factor * case.cotangent)
    return [(a, b) for a, b in zip(first, second, strict=True) if a is not None]


@witness(12)
def ignores_the_cotangent(specimen: Specimen) -> bool:
    return all(close(a, b) for a, b in answers(specimen, -3.0))


@witness(13)
def quadratic(specimen: Specimen) -> bool:
    return all(close(4 * a, b) for a, b in answers(specimen, 2.0))


@witness(14)
def not_linear(specimen: Specimen) -> bool:
    quadratic_or_constant = quadratic(specimen) or ignores_the_cotangent(specimen)
    odd = all(close(-a, b) for a, b in answers(specimen, -1.0))
    double = all(close(2 * a, b) for a, b in answers(specimen, 2.0))
    return not quadratic_or_constant and not (odd and double)


@witness(15)
def lets_negative_inputs_through(specimen: Specimen) -> bool:
    return all(
        bool((gradients(specimen, case)[0][case.names["x"] < 0] != 0).any()) for case in cases(specimen)
    )


@witness(16)
def mask_of_something_else(specimen: Specimen) -> bool:
    case = cases(specimen)[0]
    mask = gradients(specimen, case)[0] / case.cotangent
    is_mask = bool(((mask == 0) | (mask == 1)).all())
    own, opposite = case.names["x"] > 0, case.names["x"] < 0
    return is_mask and not any(torch.equal(mask > 0, other) for other in (own, opposite))


@witness(18)
def another_slope(specimen: Specimen) -> bool:
    """Linear in g, forward right, but the slope is none of the right one's multiples."""
    case = cases(specimen)[0]
    slope = gradients(specimen, case)[0] / case.cotangent
    ratio = slope / (case.names["dx"] / case.cotangent)
    return not not_linear(specimen) and float(ratio.std()) > 1e-3


@witness(19)
def rows_do_not_cancel(specimen: Specimen) -> bool:
    return all(float(gradients(specimen, case)[0].sum(1).abs().min()) > 1e-6 for case in cases(specimen))


@witness(20)
def differs_at_the_targets(specimen: Specimen) -> bool:
    for case in cases(specimen)[:3]:
        a, n, q, g = gradients(specimen, case)[0], case.names["dx"], case.names["q"], case.cotangent
        sums = a.sum(1) * case.names["N"] / g
        if not close(sums, torch.ones_like(sums)) or not close(a * (1 - q), n * (1 - q)):
            return False
    return True


@witness(21)
def of_another_softmax(specimen: Specimen) -> bool:
    for case in cases(specimen)[:3]:
        a, n = gradients(specimen, case)[0], case.names["dx"]
        if float(a.sum(1).abs().max()) > 1e-9 or float((a / n).std()) < 1e-3:
            return False
    return True


@witness(22)
def leaves_the_finite(specimen: Specimen) -> bool:
    """nan or inf at ±1000; or a constant in the logarithm, which the documented forward then has."""
    return not is_stable(specimen) or "torch.log(p" in specimen.forward


@witness(23)
def second_backward_differs(specimen: Specimen) -> bool:
    return any(
        close(watch(specimen, case).returned, case.value(specimen.right_returns))
        and not close(watch(specimen, case).again, watch(specimen, case).returned)
        for case in cases(specimen)
    )


@witness(24)
def edits_what_it_is_given(specimen: Specimen) -> bool:
    return any(watch(specimen, case).edited for case in cases(specimen))


@witness(25)
def two_forwards_differ(specimen: Specimen) -> bool:
    case = cases(specimen)[0]
    torch.manual_seed(0)
    return not close(watch(specimen, case).output, watch(specimen, case).output)


@witness(26)
def another_dtype(specimen: Specimen) -> bool:
    case = cases(specimen)[0]
    returned = [a for a in gradients(specimen, case) if a is not None]
    return any(a.dtype != case.cotangent.dtype for a in returned)


@witness(27)
def another_forward(specimen: Specimen) -> bool:
    return all(not close(watch(specimen, case).output, case.value("y")) for case in cases(specimen))
