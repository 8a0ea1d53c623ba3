"""NumPy code with gradients by hand, found in a module by names and signatures."""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code import (
    classes,
    engines,
    frameworks,
    functions,
    scripts,
    tables,
)
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.trying import left_alone, with_more_readings

Finder = Callable[[ModuleType], list[Written]]
FINDERS: tuple[Finder, ...] = (
    functions.found,
    classes.found,
    engines.found,
    frameworks.found,
    tables.found,
    scripts.found,
)


def written(module: ModuleType) -> list[Written]:
    """All that a module has of it."""
    found, own, kinds = parts_of(module)
    alone, used = left_alone(found, own, kinds)
    more = with_more_readings(found, own, kinds)
    named = {name for one in (*found, *alone) for name in (one.name, *one.others)} | used
    alone += scripts.found_in_functions(module, [name for name in own if name not in named])
    more = [scripts.with_loop(one, module) if one.name in own and not one.unwritten else one for one in more]
    in_tables = {name for one in more for name in one.others if not one.is_half}
    return [one for one in (*more, *alone) if not (one.is_half and one.name in {*used, *in_tables})]


def parts_of(module: ModuleType) -> tuple[list[Written], dict[str, Function], list[type]]:
    """What names and signatures tell of a module, its functions and its classes."""
    found = [one for find in FINDERS for one in find(module)]
    kinds = [thing for name, thing in list(vars(module).items()) if classes.is_own(name, thing, module)]
    return found, functions.own_of(module), kinds


def written_for(thing: Any) -> Written | None:
    """What a class, a function or a pair of functions is, seen in its own module; None for no NumPy code.

    What else the module holds is tried only where names and signatures do not tell what this is.
    """
    if isinstance(thing, tuple) and len(thing) == 2 and all(map(callable, thing)):
        return functions.of_pair(*thing)
    name, module = getattr(thing, "__name__", ""), sys.modules.get(getattr(thing, "__module__", None) or "")
    if module is None or getattr(module, name, None) is not thing or is_of_torch(thing):
        return None
    found, own, kinds = parts_of(module)
    for one in found:
        if name in (one.name, *one.others) and not one.is_half:
            return with_more_readings([one], own, kinds)[0]
    return next((one for one in written(module) if name in (one.name, *one.others)), None)


def is_of_torch(thing: Any) -> bool:
    """Whether torch itself has it, or calls its backward: no NumPy code then, whatever stands beside it."""
    torch = sys.modules.get("torch")
    is_function = torch is not None and isinstance(thing, type) and issubclass(thing, torch.autograd.Function)
    return is_function or thing.__module__.split(".")[0] == "torch"
