"""A kind's own formulas as somebody's NumPy code: its forward, a wrong gradient, the others right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from charmlp.doctor import Diagnosis
from charmlp.doctor.arrangement import Arrangement
from charmlp.doctor.examination import examine_operation
from charmlp.doctor.kind import Form, Kind, Wrong
from charmlp.doctor.operation.handwritten import HandWritten, Written

Array = np.ndarray


Forward = Callable[[Sequence[Array]], Array]
MEASURED: dict[Any, list[Array]] = {}  # of the values that were met last: the doctor meets them many times


def difference_quotients(forward: Forward, values: Sequence[Array], position: int, g: Array) -> Array:
    """The right gradient with respect to one input, measured."""
    met = forward, position, *((value.tobytes(), value.shape) for value in values)
    if met not in MEASURED:
        if len(MEASURED) == 64:
            MEASURED.clear()
        MEASURED[met] = [slope(forward, values, position, n) for n in range(values[position].size)]
    gradient = np.zeros(values[position].shape)
    gradient.flat = [np.sum(dy * g) for dy in MEASURED[met]]
    return gradient


def slope(forward: Forward, values: Sequence[Array], position: int, place: int) -> Array:
    """What the output changes by, for each unit of one number of one input."""
    sides = []
    for step in (1e-6, -1e-6):
        moved = [np.array(value) for value in values]
        moved[position].flat[place] += step
        sides.append(forward(moved))
    return np.asarray((sides[0] - sides[1]) / 2e-6)


def forward_of(form: Form, arrangement: Arrangement) -> Forward:
    def forward(values: Sequence[Array]) -> Array:
        y = np.asarray(form.function({**arrangement.variables(values), **form.parameters}))
        return arrangement.output.actual(y) if y.ndim else y

    return forward


def wrong_gradient(
    kind: Kind,
    form: Form,
    arrangement: Arrangement,
    position: int,
    wrong: Wrong,
    values: Sequence[Array],
    g: Array,
) -> tuple[Array, Array]:
    """The wrong gradient, with the coefficient of the right one, and the right one."""
    forward, slot = forward_of(form, arrangement), arrangement.slots[position]
    v: Any = {**arrangement.variables(values), **form.parameters}
    y, upstream = (arrangement.output.canonical(a, v) if a.ndim else a for a in (forward(values), g))
    right = difference_quotients(forward, values, position, g)
    gradient = slot.actual(np.asarray(wrong.function(v, y, upstream)))
    core = kind.gradients[slot.role.name].core
    if core is not None:
        unit = slot.actual(core(v, y, upstream))
        square = np.sum(unit * unit)
        gradient = gradient * (np.sum(right * unit) / square if square else 1.0)
    return gradient, right


def written(
    kind: Kind,
    form: Form,
    arrangement: Arrangement,
    mistake: tuple[str, Wrong] | None = None,
    name: str = "Thing",
) -> Written:
    """`mistake` is the name of a role and what its gradient is; the others are right."""
    forward = forward_of(form, arrangement)

    def run(values: Sequence[Any]) -> tuple[Any, Any]:
        values = [np.array(value) for value in values]

        def backward(upstream: Any) -> list[Any]:
            gradients: list[Any] = []
            for position, slot in enumerate(arrangement.slots):
                if slot.is_index or slot.role.constant:
                    gradients.append(None)
                elif mistake is not None and mistake[0] == slot.role.name:
                    parts = (kind, form, arrangement, position, mistake[1], values, upstream[0])
                    gradients.append(wrong_gradient(*parts)[0])
                else:
                    gradients.append(difference_quotients(forward, values, position, upstream[0]))
            return gradients

        return (forward(values),), backward

    names = tuple(f"input{place}" for place in range(len(arrangement.slots)))
    return Written(name, (lambda sizes, dtype: HandWritten(run, name, names),))


def examined(code: Written, said: str | None) -> Diagnosis:
    return examine_operation(code, None, said, "target", code.name)
