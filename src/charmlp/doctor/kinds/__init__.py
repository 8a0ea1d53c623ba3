"""One file for each kind of operation: whatever lies here and defines a `KIND` is one. Nothing lists them.

The names are known without importing the files.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charmlp.doctor.kind import Kind


def names() -> list[str]:
    """The kinds' names, sorted: those of the files (works from a zip archive as well)."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by name."""
    return {name: replace(importlib.import_module(f"{__name__}.{name}").KIND, name=name) for name in names()}
