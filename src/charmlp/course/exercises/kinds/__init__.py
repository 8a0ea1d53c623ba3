"""One file for each kind of exercise: whatever lies here and defines a `KIND` is one. Nothing lists them.

The names are known without importing the files.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charmlp.course.exercises.kind import Kind


def names() -> list[str]:
    """The kinds' names, sorted: those of the files."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def kind_of(name: str) -> Kind:
    """The kind of that name; its file alone is imported."""
    kind: Kind = importlib.import_module(f"{__name__}.{name}").KIND
    return kind
