"""NumPy code with gradients by hand, found in a module by names and signatures."""

from collections.abc import Callable
from types import ModuleType

from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code import classes, functions

FINDERS: tuple[Callable[[ModuleType], list[Written]], ...] = (functions.found, classes.found)


def written(module: ModuleType) -> list[Written]:
    """All that a module has of it."""
    return [one for find in FINDERS for one in find(module)]
