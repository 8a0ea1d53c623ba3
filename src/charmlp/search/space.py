"""What is tried: a grid of values, as it is typed, and its settings."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from charmlp.config import Reading, TrainingConfig, flag_of, override, parse_setting, settings
from charmlp.errors import UsageError
from charmlp.text import did_you_mean, shown_value
from charmlp.training.run import NAMES

MOST_SETTINGS = 10_000
KEPT = {"seed": "--seeds K tries K of them", "monitor": "by it the settings are compared"}  # for all the same
FIELDS = {
    field.name: field
    for field in settings()[len(settings(Reading)) :]  # how lists are read is the same for all
    if field.name not in KEPT
}

Grid = dict[str, list[Any]]  # the values of each setting, by its field's name
Values = dict[str, Any]  # what a setting of the search has in place of the base's


def field_called(name: str, flag: str) -> dataclasses.Field[Any]:
    """The setting of that name, or of that of its flag; raises `UsageError` that begins with `flag`."""
    plain = name.strip().lstrip("-").replace("-", "_")
    meant = next((known for other, known in NAMES.items() if other.lower() == plain.lower()), plain)
    if meant in FIELDS:
        return FIELDS[meant]
    if meant in KEPT:
        raise UsageError(f"{flag}: {meant} is the same for all: {KEPT[meant]}")
    hint = did_you_mean(plain, FIELDS) or f"; expected one of {', '.join(FIELDS)}"
    raise UsageError(f"{flag}: no setting is called {shown_value(name)}{hint}")


def read_grid(texts: Sequence[str]) -> Grid:
    """`momentum=0.8,0.9` and others as values by setting; raises `UsageError`.

    A comma separates values; the numbers of one value, as of `hsize=32,512x256`, are separated by an x.

    >>> read_grid(["momentum=0.8,0.9", "hsize=32,64x32"])
    {'momentum': [0.8, 0.9], 'hidden_size': [(32,), (64, 32)]}
    """
    grid: Grid = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals:
            raise UsageError(f"--grid: expected NAME=V,V…, such as momentum=0.8,0.9, not {shown_value(text)}")
        field = field_called(name, "--grid")
        if field.name in grid:
            raise UsageError(f"--grid: {field.name} is given twice")
        grid[field.name] = [
            read_value(field, value.strip(), f"--grid {field.name}") for value in values.split(",")
        ]
        check_different(field.name, grid[field.name])
    return grid


def read_value(field: dataclasses.Field[Any], text: str, place: str) -> Any:
    """A value in the setting's own type; raises `UsageError` that begins with `place`."""
    try:
        return parse_setting(field, text)
    except UsageError as error:
        reason = str(error).removeprefix(f"{flag_of(field)}: ")
        raise UsageError(f"{place}: {reason}") from None


def check_different(name: str, values: Sequence[Any]) -> None:
    twice = next((value for value in values if values.count(value) > 1), None)
    if twice is not None:
        raise UsageError(f"--grid {name}: {shown_value(twice)} is given twice")


def cells(grid: Mapping[str, Sequence[Any]]) -> list[Values]:
    """Every setting of the grid, the last name's values the fastest; raises `UsageError` for too many."""
    count = math.prod(map(len, grid.values()))
    if count > MOST_SETTINGS:
        raise UsageError(f"--grid: {count:,} settings; at most {MOST_SETTINGS:,} are tried")
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def setting_of(base: TrainingConfig, values: Values, seed: int) -> TrainingConfig:
    """The settings of one training; raises `UsageError` for values that do not go together."""
    return override(base, {**values, "seed": seed})
