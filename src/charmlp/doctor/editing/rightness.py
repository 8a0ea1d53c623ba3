"""Whether gradients are right, with a change of the code in place."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from charmlp.doctor.editing.edits import line_at
from charmlp.doctor.editing.places import Edit
from charmlp.doctor.functions import Array
from charmlp.doctor.operation.code import Code, located, put
from charmlp.doctor.setups.trial import Trial

LEAST = 1e-6  # norm of a gradient that is not 0


@contextmanager
def changed(code: Code, edit: Edit) -> Iterator[None]:
    """The code runs with a change; raises what compiling it raises."""
    put(*edit.slot[:3], located(edit.node, line_at(edit.slot)))
    try:
        with code.running():
            yield
    finally:
        put(*edit.slot)


def is_all_right(trial: Trial) -> bool:
    """Whether the gradients of one run of a trial are right."""
    upstream = trial.upstreams[0]
    returned = dict(enumerate(trial.returned(trial.record(upstream)) or []))
    expected = right_gradients(trial, upstream)
    return all(is_right(trial, i, returned.get(i), g) for i, g in expected.items())


def right_gradients(trial: Trial, upstream: tuple[Array, ...]) -> dict[int, Array]:
    """Those that are known, of the inputs that want one."""
    wanted = [i for i, wants in enumerate(trial.wants) if wants]
    return {i: g for i in wanted if (g := trial.expected(i, upstream)) is not None}


def is_right(trial: Trial, position: int, gradient: object, expected: Array) -> bool:
    value = trial.values[position]
    if not isinstance(gradient, np.ndarray) or gradient.shape != np.shape(value):
        return False
    error = trial.chosen(position, gradient) - expected
    return bool(np.linalg.norm(error) <= trial.tolerance * max(float(np.linalg.norm(expected)), 1e-9))


def agrees_along(trial: Trial, seed: int) -> bool:
    """Whether the gradients of each input agree with a difference of outputs in a random direction."""
    upstream, outputs = trial.upstreams[0], trial.forward(trial.values)
    if all(np.array_equal(a, b) for a, b in zip(outputs, trial.outputs, strict=True)):
        return False  # it is the same forward
    returned = dict(enumerate(trial.returned(trial.record(upstream)) or []))
    for i, wants in enumerate(trial.wants):
        if not wants:
            continue
        value, gradient = trial.values[i], returned.get(i)
        direction = np.random.default_rng(seed).standard_normal(np.shape(value))
        if not isinstance(gradient, np.ndarray) or gradient.shape != direction.shape:
            return False
        if trial.jacobians[i].matrix.any() and np.linalg.norm(gradient) < LEAST:
            return False  # what depends on nothing any more is no forward
        sides = []
        for h in (1e-5, -1e-5):
            moved = [value + h * direction if j == i else other for j, other in enumerate(trial.values)]
            sides.append(
                sum(float(np.sum(g * y)) for g, y in zip(upstream, trial.forward(moved), strict=True))
            )
        numeric, analytic = (sides[0] - sides[1]) / 2e-5, float(np.sum(gradient * direction))
        if not abs(numeric - analytic) <= 1e-5 * max(abs(numeric), 1e-3):  # nan is not
            return False
    return True
