"""NumPy code with gradients by hand, found in a module by names and signatures."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code import classes, engines, functions, tables
from charmlp.doctor.operation.numpy_code.trying import completed

Finder = Callable[[ModuleType], list[Written]]
FINDERS: tuple[Finder, ...] = (functions.found, classes.found, engines.found, tables.found)


def written(module: ModuleType) -> list[Written]:
    """All that a module has of it."""
    found = [one for find in FINDERS for one in find(module)]
    kinds = [thing for name, thing in list(vars(module).items()) if classes.is_own(name, thing, module)]
    return completed(found, functions.own_of(module), kinds)


def written_for(thing: Any) -> Written | None:
    """What a class, a function or a pair of functions is, seen in its own module; None for no NumPy code."""
    if isinstance(thing, tuple) and len(thing) == 2 and all(map(callable, thing)):
        return functions.of_pair(*thing)
    name, module = getattr(thing, "__name__", ""), sys.modules.get(getattr(thing, "__module__", None) or "")
    if module is None or getattr(module, name, None) is not thing:
        return None
    return next((one for one in written(module) if name in (one.name, *one.others)), None)
