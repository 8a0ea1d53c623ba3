"""A layer whose backward adds its share of a penalty to the gradients of its weights.

The penalty itself, λ Σ w² or λ Σ |w|, is computed elsewhere, with the loss. What λ adds is right if it is
some times w, or its sign: so many times as the code of the loss says, where it is in the same file. Then the
rest alone is compared with differences of forward.
"""

import copy
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

STRENGTH = re.compile(r"\w*(regulari[sz]|decay|lamb?da|penalty)\w*|\w*_?reg|(\w+_)?l[12]", re.IGNORECASE)
ON = 0.13  # a strength of ours
TOLERANCE = 1e-6


def strengths(own: Any, forward: str, backward: str) -> list[str]:
    """The attributes that are numbers of a penalty, which backward reads and forward does not."""
    return [
        name
        for name, value in getattr(own, "__dict__", {}).items()
        if STRENGTH.fullmatch(name) and type(value) in (int, float)
        if re.search(rf"\bself\.{name}\b", backward) and not re.search(rf"\bself\.{name}\b", forward)
    ]


def unpenalised(
    own: Any,
    names: Sequence[str],
    weights: Sequence[Any],
    gradients: Callable[[Any], Sequence[Any]],
    file: str,
) -> Sequence[Any]:
    """The gradients without a penalty, but for those to which one of its strengths adds anything else."""
    for name in names:
        setattr(own, name, 0.0)
    bare = copy.deepcopy(own)
    found = list(gradients(own))
    first = len(found) - len(weights)
    plain = found[first:]
    for name in names:
        penalised = copy.deepcopy(bare)
        setattr(penalised, name, ON)
        for i, gradient in enumerate(gradients(penalised)[first:]):
            if not is_share(gradient, plain[i], weights[i], squares_in(file, name)):
                found[first + i] = gradient
    return found


def squares_in(file: str, name: str) -> bool:
    """Whether a file's loss has λ Σ w², and neither half of it nor a mean."""
    sums = re.findall(rf"\b{name} \* (?:np\.)?sum\((.*?)(?: \+ |$)", file, re.MULTILINE)
    squares = [one for one in sums if re.search(r"\*\* ?2\b|square|(\b[\w.]+) \* \1\b", one)]
    return bool(squares) and not any(re.search(r"\.5|/|mean", one) for one in squares)


def is_share(penalised: Any, plain: Any, weight: Any, of_squares: bool) -> bool:
    """Whether the difference is a w + b sign(w) with a, b ≥ 0; 2 λ w, where the loss has λ w²."""
    if plain is None or penalised is None or np.shape(plain) != np.shape(penalised):
        return False
    share, w = np.ravel(np.asarray(penalised) - plain).astype(float), np.ravel(weight).astype(float)
    if share.shape != w.shape:
        return False
    if not share.any():
        return True  # this one is not penalised
    parts = np.stack([w, np.sign(w)], axis=1)
    factors = np.linalg.lstsq(parts, share, rcond=None)[0]
    is_theirs = np.linalg.norm(parts @ factors - share) <= TOLERANCE * max(1.0, float(np.linalg.norm(share)))
    is_right = not of_squares or abs(factors[0] / ON - 2) < 1e-3
    return bool(is_theirs and is_right and (factors > -TOLERANCE).all())
