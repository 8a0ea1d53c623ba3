"""Every combination of usual shapes, where no signature, name or source tells what inputs are.

Shapes of one family fit together: matrices and vectors, points, heads of attention (as many as tokens, too,
where a transposed one goes unnoticed), sequences, signals, pictures.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

from charmlp.doctor.arrangement import Sizes
from charmlp.doctor.setups.shapes import LABELS, VECTORS, Shape

LONGEST = 1.5  # seconds of processor time for all combinations
MOST_INPUTS = 5


def families(sizes: Sizes) -> tuple[tuple[Shape, ...], ...]:
    """Shapes that go together, the usual ones first."""
    n, d, k = sizes["N"], sizes["D"], sizes["K"]
    return (
        ((n, d), (d,), (n,), (k, d), (d, k), (n, k), (k,), (2 * n,), ()),
        ((2,), (2, n), (3,), (3, n)),
        ((2, 3, n, 4), (2, 3, n, n), (n, n), (2, n, 4), (3,)),
        ((2, 3, 3, 4),),
        ((2, n, d), (2, k, d), (2, n, k), (k, d), (d, k), (n, n), (2, n, n), (d,)),
        ((2, 4, 9), (3, 4, 3), (4, 3, 3), (4, 4, 3), (3,), (4,)),
        ((2, 4, 6, 7), (3, 4, 3, 3), (4, 3, 3, 3), (4, 4, 3, 3), (3,), (4,)),
    )


def combinations(names: Sequence[str], are_labels: Sequence[bool], sizes: Sizes) -> Iterator[list[Any]]:
    """Shapes for inputs of these names, as long as there is time; vectors for what has a vector's name."""
    if len(names) > MOST_INPUTS:
        return
    ends = time.process_time() + LONGEST
    for family in families(sizes):
        vectors = [shape for shape in family if len(shape) < 2]
        choices: list[Sequence[Any]] = [
            (LABELS, *family) if label else vectors if vectors and i and VECTORS.fullmatch(name) else family
            for i, (name, label) in enumerate(zip(names, are_labels, strict=True))
        ]
        for shapes in itertools.product(*choices):
            if time.process_time() > ends:
                return
            yield list(shapes)
