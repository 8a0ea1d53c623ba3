"""What a model's file says of the letters that it was trained with: statistics, 2.6 kB of its JSON."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import numpy as np

from charmlp.calculus.familiarity import LEAST_SIDE, LOOK, SHAPE, Familiarity, Gaussian
from charmlp.modelfile.model import Refused, check_names

PARTS = 3  # of strangeness
FIELDS = ("numbers", "means", "spreads", "limit", "tenth")
SIZES = tuple(size for features in (SHAPE, LOOK) for size in (features, features * (features + 1) // 2))
WRONG = "what it says of its training letters (familiarity) cannot be"


def pack(known: Familiarity) -> dict[str, Any]:
    """The statistics as JSON; of both Gaussians mean and lower triangle, float16 in base64."""
    arrays = [
        array
        for gaussian in (known.shape, known.look)
        for array in (gaussian.mean, gaussian.whitening[np.tril_indices(len(gaussian.mean))])
    ]
    numbers = base64.b64encode(np.concatenate(arrays).astype("<f2").tobytes()).decode()
    means, spreads = known.means.tolist(), known.spreads.tolist()
    return dict(zip(FIELDS, (numbers, means, spreads, known.limit, known.tenth), strict=True))


def unpack(facts: Any, norm_size: Sequence[int]) -> Familiarity:
    """The statistics that `pack` wrote; raises `Refused` for anything else."""
    if not isinstance(facts, dict):
        raise Refused(WRONG)
    check_names("familiarity", "entry", facts, FIELDS)
    text, means, spreads, limit, tenth = (facts[name] for name in FIELDS)
    numbers = _decoded(text)
    are_sound = (
        min(norm_size) >= LEAST_SIDE
        and _are_floats(means, PARTS)
        and _are_floats(spreads, PARTS)
        and _are_floats([limit, tenth], 2)
        and min(spreads) > 0
    )
    if numbers is None or not are_sound:
        raise Refused(WRONG)
    shape, look = (_gaussian(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))
    return Familiarity(shape, look, np.array(means), np.array(spreads), limit, tenth)


def _decoded(text: Any) -> list[np.ndarray[Any, Any]] | None:
    try:
        numbers = np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float16)
    except (TypeError, ValueError, binascii.Error):
        return None
    if len(numbers) != sum(SIZES) or not np.isfinite(numbers).all():
        return None
    return np.split(numbers, np.cumsum(SIZES[:-1]))


def _gaussian(mean: np.ndarray[Any, Any], triangle: np.ndarray[Any, Any]) -> Gaussian:
    whitening = np.zeros((len(mean), len(mean)), np.float16)
    whitening[np.tril_indices(len(mean))] = triangle
    return Gaussian(mean, whitening)


def _are_floats(values: Any, count: int) -> bool:
    """Whether it is a list of so many numbers that are finite and no larger than any real one."""
    return (
        isinstance(values, list)
        and len(values) == count
        and all(type(value) is float and abs(value) < 1e9 for value in values)
    )
