"""The data that a loss of parameters may take: shapes, targets and counts, by names that people give them.

Which of them some code takes is found out by trying: samples as rows or as columns, labels as numbers or
one-hot, biases as vectors, rows or columns.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from charmlp.doctor.functions import Array, onehot
from charmlp.doctor.operation.handwritten import Sizes
from charmlp.doctor.operation.numpy_code.losses.implied import LOSSES, MARGIN_LOSSES, one_of
from charmlp.doctor.operation.numpy_code.names import DATA, is_bias

HIDDEN = (4, 6, 2)  # units of the hidden layers
COUNT = re.compile(r"m|n|n_?(samples|examples)|num_(samples|examples)|batch_size", re.IGNORECASE)
CLASSES = re.compile(r"k|c|(n|num)_?(classes|labels)|classes", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """Parameters, data and what should come of them."""

    parameters: Mapping[str, Array]
    data: Array
    truth: Array
    sizes: Sizes


def is_data(name: str) -> bool:
    return bool(DATA.fullmatch(name))


def class_numbers(n: int, classes: int) -> Array:
    """The last class first: code may count the classes by the largest number."""
    count = max(classes, 2)
    return np.asarray(count - 1 - (np.arange(n) * 2 + np.arange(n) // 2) % count)


def truths(n: int, classes: int, dtype: np.dtype, generator: np.random.Generator) -> Iterator[Array]:
    """What the outputs should be: class numbers or one-hot; for a single output 0 and 1, or −1 and 1."""
    labels = class_numbers(n, classes)
    if classes > 1:
        yield labels
        yield from (onehot(labels, classes).astype(dtype), onehot(labels, classes).T.astype(dtype))
        return
    column = labels.reshape(-1, 1).astype(dtype)
    for numbers in (column, 2 * column - 1):
        yield from (numbers, numbers.T, numbers.ravel())


def all_truths(n: int, outputs: int, dtype: np.dtype, generator: np.random.Generator) -> Iterator[Array]:
    """What should come of n samples; of one, also as a vector, or as a number."""
    yield from truths(n, outputs, dtype, generator)
    if n == 1:
        yield np.eye(outputs, dtype=dtype)[1] if outputs > 1 else np.ones((), dtype)


def shapes_of(
    names: Sequence[str], sizes: Sizes, made: Mapping[str, Sequence[int]] | None
) -> Iterator[tuple[dict[str, tuple[int, ...]], int, int]]:
    """Shapes of parameters, the number of inputs and that of outputs."""
    biases = [name for name in names if is_bias(name)]
    weights = [name for name in names if name not in biases]
    if made is not None and set(names) <= set(made):
        kept = {name: tuple(made[name]) for name in names}
        matrices = [kept[name] for name in weights if len(kept[name]) == 2] or [(1, 1)]
        for first, last in ((1, 0), (0, 1)):
            yield kept, matrices[0][first], matrices[-1][last]
        return
    layers = max(len(weights), 1)
    for outputs in (sizes["K"], 1):
        widths = [sizes["D"], *(HIDDEN[i % len(HIDDEN)] for i in range(layers - 1)), outputs]
        for is_row in (True, False):
            matrices = [(a, b) if is_row else (b, a) for a, b in itertools.pairwise(widths)]
            for form in bias_forms(outputs) if biases else [lambda k: (k,)]:
                of_biases = {name: form(widths[1 + i % layers]) for i, name in enumerate(biases)}
                by_name = dict(zip(weights, matrices, strict=True)) | of_biases
                yield {name: by_name[name] for name in names}, widths[0], outputs
    if layers == 1 and weights:  # one vector of weights, one number of bias
        yield {name: (sizes["D"],) if name in weights else () for name in names}, sizes["D"], 1
        yield dict.fromkeys(names, ()), 1, 1  # a straight line


def bias_forms(outputs: int) -> list[Any]:
    """A vector, a row, a column; a number where there is one output."""
    return [lambda k: (k,), lambda k: (1, k), lambda k: (k, 1), *([lambda k: ()] if outputs == 1 else [])]


def ends(parameters: Sequence[Array]) -> list[tuple[int, int]]:
    """The numbers of inputs and outputs that weights may have: x W or W x."""
    matrices = [p.shape for p in parameters if p.ndim == 2 and 1 not in p.shape] or [
        p.shape for p in parameters if p.ndim == 2
    ]
    vectors = [p.shape[0] for p in parameters if p.ndim == 1]
    if not matrices:
        # without a matrix; one of a vector's numbers may be the bias
        return [(vectors[0], 1), (vectors[0] - 1, 1)] if vectors else [(1, 1)]
    first, last = matrices[0], [p.shape for p in parameters if p.ndim == 2 and p.shape != (1, 1)][-1]
    two_d = [p.shape for p in parameters if p.ndim == 2]
    found = [(first[0], matrices[-1][1]), (first[1], matrices[-1][0])]
    if len(matrices) == 1:
        found = [(first[0], first[1]), (first[1], first[0])]
    # a last layer of one output
    found += [(first[0], 1), (first[1], 1)] if any(1 in shape for shape in (last, *two_d)) or vectors else []
    if len(matrices) > 2:  # the last one may be that of a state: U, V, W
        found += [(d, k) for d in first for shape in matrices[1:] for k in shape]
    return list(dict.fromkeys(found))


def as_rows(array: Any, n: int) -> Array:
    """An output, or what it should be, with the n samples as rows."""
    values = np.asarray(array)
    return values.T if values.ndim == 2 and values.shape[0] != n == values.shape[1] else values


def implied_loss(implied: str, output: Any, truth: Any, n: int) -> Any:
    """One of the usual losses of outputs whose samples are rows or columns; raises where they do not fit."""
    y, truth = as_rows(output, n), as_rows(truth, n)
    truth = one_of(y, truth) if y.ndim == 2 and y.shape[1] > 1 else truth
    if np.size(y) == np.size(truth) == 1:  # a number, in whatever brackets
        y = np.reshape(y, np.shape(truth))
    if np.shape(y) != np.shape(truth):
        raise ValueError(f"an output of shape {np.shape(y)} where {np.shape(truth)} is wanted")
    return (LOSSES | MARGIN_LOSSES)[implied](y, truth)
