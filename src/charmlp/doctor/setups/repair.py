"""The gradients that backward returned, in the shapes of their inputs, and what had to be mended for that."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, sum_around, sum_to
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.subject import Upstream
from charmlp.doctor.setups.trial import Trial, is_label

PREDICTED = re.compile(r"(\w+_)?(recon\w*|rec|pred\w*|outputs?|y?_?hat)", re.IGNORECASE)
SIMILAR = 0.999  # cosine from which two gradients count as the same up to a factor


@dataclass(frozen=True)
class Repaired:
    """Gradients in the shapes of their inputs (None: none, or beyond repair), and what was mended."""

    gradients: list[Array | None]
    findings: list[Finding]
    broken: list[int]  # positions whose shape tells nothing


def repair(trial: Trial, returned: Sequence[Any], upstream: Upstream) -> Repaired:
    values = trial.values
    gradients = [g if isinstance(g, np.ndarray) else None for g in returned]
    gradients += [None] * (len(values) - len(gradients))
    counted = count_finding(trial, returned)
    findings = [] if counted is None else [counted]
    order = found_order(trial, gradients, upstream)
    if order is not None:
        given, expected = (", ".join(map(shape_text, tensors)) for tensors in (returned, values))
        findings = [finding("wrong-order", phrase("shapes", found=given, expected=expected))]
        gradients = [None if source is None else gradients[source] for source in order]
    mended: list[Array | None] = []
    broken = []
    for position, (gradient, value) in enumerate(zip(gradients, values, strict=False)):
        fitted, mistake = None, None
        if gradient is None or not isinstance(value, np.ndarray):
            needed = trial.expected(position, upstream) if trial.wants[position] else None
            if (
                counted is None
                and needed is not None
                and needed.any()
                and demands(trial, gradients, position)
            ):
                findings.append(finding("missing-gradient.none", at=position))
        elif gradient.shape == value.shape:
            fitted = gradient
        else:
            fitted, mistake = mend_shape(trial, position, gradient, upstream)
            if mistake is not None:
                findings.append(finding(mistake, shapes(trial, position, gradient), at=position))
            elif fitted is None:
                broken.append(position)
        mended.append(fitted)
    return Repaired(mended, findings, broken)


def demands(trial: Trial, gradients: Sequence[Array | None], position: int) -> bool:
    """Whether an input must have its gradient. In NumPy code the first layer's input needs none.

    An object's array may be no weight: it must have one where another of its arrays has.
    """
    subject = trial.subject
    if is_compared(trial, gradients, position):
        return False
    if not subject.is_raw or subject.counts or all(g is None for g in gradients):
        return True
    if is_label(subject.name_of(position)):
        return False
    if position in subject.parameters:
        return any(gradients[i] is not None for i in subject.parameters)
    return position > 0


def is_compared(trial: Trial, gradients: Sequence[Array | None], position: int) -> bool:
    """Whether an input is data that a loss compares a prediction with: x beside its reconstruction."""
    names = [trial.subject.name_of(i) for i in range(len(trial.values))]
    if any(y.size > 1 for y in trial.outputs) or PREDICTED.fullmatch(names[position]):
        return False
    shape = np.shape(trial.values[position])
    return any(
        gradient is not None and np.shape(value) == shape and PREDICTED.fullmatch(name)
        for name, value, gradient in zip(names, trial.values, gradients, strict=False)
    )


def count_finding(trial: Trial, returned: Sequence[Any]) -> Finding | None:
    """A Function must return one gradient for each input of forward; what follows must be None."""
    n = len(trial.values) + len(trial.fillers)
    if not trial.subject.counts or (len(returned) >= n and all(g is None for g in returned[n:])):
        return None
    if len(returned) == 1 and isinstance(returned[0], list):
        return finding("missing-gradient.list", phrase("list", count=len(returned[0])))
    return finding("missing-gradient.count", phrase("count", found=len(returned), expected=n))


def found_order(
    trial: Trial, gradients: Sequence[Array | None], upstream: Upstream
) -> list[int | None] | None:
    """Where each input's gradient was found, if they are all there but in another order."""
    n = len(trial.values)
    wanted = [i for i in range(n) if trial.wants[i]]
    given = [i for i in range(n) if gradients[i] is not None]
    if not 0 < len(wanted) <= len(given) <= 5:
        return None
    in_shape = all(fits(gradients[i], trial.values[i]) for i in wanted)
    if in_shape and all(alike(trial, i, gradients[i], upstream) for i in wanted):
        return None
    for order in itertools.permutations(given, len(wanted)):
        pairs = list(zip(wanted, order, strict=True))
        if list(order) == wanted or not all(fits(gradients[k], trial.values[i]) for i, k in pairs):
            continue
        right = sum(alike(trial, i, gradients[k], upstream) for i, k in pairs)
        if right == len(pairs) or (not in_shape and 2 * right >= len(pairs)):
            sources = dict(pairs)
            return [sources.get(i) for i in range(n)]
    return None


def fits(gradient: Any, value: Any) -> bool:
    return (
        isinstance(gradient, np.ndarray) and isinstance(value, np.ndarray) and gradient.shape == value.shape
    )


def alike(trial: Trial, position: int, gradient: Array | None, upstream: Upstream) -> bool:
    """Whether a gradient is the expected one up to a factor."""
    expected = trial.expected(position, upstream)
    if expected is None or gradient is None:
        return False
    return abs(cosine(trial.chosen(position, gradient), expected)) > SIMILAR


def cosine(a: Array, n: Array) -> float:
    """0 where one of them is nothing but zeros."""
    product = float(np.linalg.norm(a) * np.linalg.norm(n))
    return float(a @ n) / product if product > 0 else 0.0


def mend_shape(
    trial: Trial, position: int, gradient: Array, upstream: Upstream
) -> tuple[Array | None, str | None]:
    """A gradient of the wrong shape, mended where that can be, and the mistake where it is known."""
    value = trial.values[position]
    if gradient.ndim == 2 and gradient.shape == value.shape[::-1]:
        return gradient.T, "weight-transposed"
    same_count = gradient.size == value.size
    if trial.subject.is_raw and not trial.subject.counts and is_broadcast(gradient.shape, value.shape):
        return gradient.reshape(value.shape), None
    reduced = sum_to(gradient, value.shape)
    if reduced is not None:
        return reduced, "batch-not-summed.keepdim" if same_count else "batch-not-summed"
    around = sum_around(gradient, value.shape)
    if around is not None and alike(trial, position, around, upstream):
        return around, "batch-not-summed"
    if trial.role(position) == "bias" and len(upstream) == 1 and upstream[0].ndim == 2:
        g = trial.canonical(upstream[0])
        flat = np.ravel(gradient).astype(float)
        for variant, other in {"axis": g.sum(1), "all": np.asarray(g.sum()), "one-row": g[0]}.items():
            if flat.size == other.size and abs(cosine(flat, other.reshape(-1))) > SIMILAR:
                return None, f"batch-not-summed.{variant}"
    if same_count and alike(trial, position, gradient.reshape(value.shape), upstream):
        return gradient.reshape(value.shape), "batch-not-summed.keepdim"
    return None, None


def is_broadcast(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether a step with such a gradient is right as NumPy broadcasts: (K,) for the bias (1, K).

    Of a single number nothing tells over what it was summed.
    """
    return max(shape, default=1) > 1 and wanted == (1,) * (len(wanted) - len(shape)) + shape


def shapes(trial: Trial, position: int, gradient: Any) -> Phrase:
    """The evidence: the gradient's shape beside its input's."""
    name, value = trial.subject.name_of(position), trial.values[position]
    return phrase("shape", input=name, found=shape_text(gradient), expected=shape_text(value))


def shape_text(tensor: Any) -> str:
    if not isinstance(tensor, np.ndarray):
        return "None" if tensor is None else type(tensor).__name__
    return "(" + ", ".join(map(str, tensor.shape)) + ("," if tensor.ndim == 1 else "") + ")"
