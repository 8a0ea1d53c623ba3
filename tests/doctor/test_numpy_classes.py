"""NumPy classes are found in the styles that people write them in, and called as they are meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.doctor.operation.handwritten import HandWritten, Written
from charmlp.doctor.operation.numpy_code.classes import found
from tests.doctor.numpy_class_sources import DLFS_LAYERS, NIELSEN, NNFS, SOURCES
from tests.doctor.test_numpy_functions import FLOAT64, SIZES, error, module_of, values_of


def complete(made: HandWritten, inputs: str) -> list[Any]:
    """The inputs that are written down, and the object's weights after them."""
    parameters = list(made.parameters.values())
    if inputs == "net":
        return parameters
    flag = inputs.endswith(" training")
    return [*values_of(inputs.removesuffix(" training")), *parameters, *[np.array(True)] * flag]


def least_error(one: Written, inputs: str) -> float:
    errors = []
    for make in one.readings:
        made = make(SIZES, FLOAT64)
        try:
            errors.append(error(made, complete(made, inputs)))
        except (TypeError, ValueError, IndexError, AttributeError):
            errors.append(float("inf"))
    return min(errors)


@pytest.mark.parametrize("name", SOURCES)
def test_right_code_is_called_as_it_is_meant(name: str, tmp_path: Path) -> None:
    source, inputs = SOURCES[name]
    all_found = {one.name: one for one in found(module_of(source, tmp_path))}
    assert sorted(all_found) == sorted(inputs)
    empty = {key for key, one in all_found.items() if one.unwritten is not None}
    assert empty == {key for key, value in inputs.items() if value == "unwritten"}
    errors = {key: least_error(all_found[key], inputs[key]) for key in inputs if key not in empty}
    assert {key: value for key, value in errors.items() if value > 1e-5} == {}
