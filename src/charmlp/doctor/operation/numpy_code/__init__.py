"""NumPy code with gradients by hand, found in a module by names and signatures."""

from collections.abc import Callable
from types import ModuleType

from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code import classes, engines, functions

Finder = Callable[[ModuleType], list[Written]]
FINDERS: tuple[Finder, ...] = (functions.found, classes.found, engines.found)


def written(module: ModuleType) -> list[Written]:
    """All that a module has of it."""
    return [one for find in FINDERS for one in find(module)]
