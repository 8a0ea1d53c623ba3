"""NumPy code with gradients by hand, found in a module by names and signatures."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import SIZES
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code import classes, functions, tables
from charmlp.doctor.operation.numpy_code.autograd import duals, engines, frameworks
from charmlp.doctor.operation.numpy_code.descent import scripts
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.held import examples as held_examples
from charmlp.doctor.operation.numpy_code.held import loops as held_loops
from charmlp.doctor.operation.numpy_code.names import is_gradient
from charmlp.doctor.operation.numpy_code.trying import left_alone, with_more_readings
from charmlp.doctor.operation.source import behind, returned_names

Finder = Callable[[ModuleType], list[Written]]
FINDERS: tuple[Finder, ...] = (
    functions.found,
    classes.found,
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
    shown = [one for one in held_examples.found(module) if is_telling(one, [*more, *alone])]
    more = with_examples(more, shown)
    in_tables = {name for one in more for name in one.others if not one.is_half}
    every = with_loops([*more, *alone], module)
    return [one for one in every if not (one.is_half and one.name in {*used, *in_tables})]


def is_telling(example: Written, others: list[Written]) -> bool:
    """Whether an example says more than the step or the gradients that it calls, examined by themselves."""
    examined = [one for one in others if one.unwritten is None and not one.is_half]
    code = {behind(f) for f in example.code}
    gradients = {f for one in examined for f in map(behind, one.code) if gives_several(f)}
    is_known = example.name in {one.name for one in examined} or bool(gradients & code)
    return held_examples.is_fitted(example) or not is_known


def gives_several(function: Callable[..., Any]) -> bool:
    """Whether it returns gradients of several parameters."""
    return sum(map(is_gradient, filter(None, returned_names(function)))) > 1


def with_examples(found: list[Written], shown: list[Written]) -> list[Written]:
    """What was found, with what examples show, which goes before what names tell."""
    names = {one.name for one in found}
    for example in shown:
        if held_examples.is_fitted(example):  # what it calls goes with it
            found = [
                one
                for one in found
                if one.name == example.name or not (one.is_half or one.name in example.others)
            ]
        found = [
            joined(one, example) if one.name == example.name and one.unwritten is None else one
            for one in found
        ]
    return [*found, *(example for example in shown if example.name not in names)]


def with_loops(found: list[Written], module: ModuleType) -> list[Written]:
    """What was found, with training loops as they are held, where they cannot be made step by step."""
    known = {held_loops.place_of(function): one for one in found for function in one.code}
    for number, loop in enumerate(held_loops.found(module), 1):
        one = known.get(held_loops.place_of(loop.function))
        if (one is not None and is_made(one)) or are_examined(loop.own_steps, found):
            continue
        if (written := loop.written(number)) is not None:
            lost = [other for other in found if other.name == loop.within and not is_made(other)]
            found = [*(other for other in found if other is not one and other not in lost), written]
    return found


def are_examined(steps: Sequence[Callable[..., Any]], found: Sequence[Written]) -> bool:
    """Whether all that take steps are part of what can be examined."""
    examined = {
        function for one in found if set(one.code) & set(steps) and is_made(one) for function in one.code
    }
    return bool(steps) and set(steps) <= examined


def is_made(one: Written) -> bool:
    """Whether any reading of it can be examined."""
    for make in (*one.readings, *one.last):
        with suppress(Exception):  # it may raise anything
            make(SIZES[0], np.dtype(float))
            return True
    return False


def joined(one: Written, example: Written) -> Written:
    if not held_examples.is_fitted(example):
        return one
    code = tuple(dict.fromkeys((*one.code, *example.code)))
    return replace(one, readings=(*example.readings, *one.readings), code=code)


def parts_of(module: ModuleType) -> tuple[list[Written], dict[str, Function], list[type]]:
    """What names and signatures tell of a module, its functions and its classes."""
    of_engines = [*engines.found(module), *duals.found(module), *frameworks.found(module)]
    others = [one for find in FINDERS for one in find(module)]
    known = {name for one in of_engines for name in (one.name.split(".")[-1], *one.others)}
    others = [one for one in others if one.name.split("[")[0] not in known]
    if of_engines:  # a half of a pair is a part of them: derivative(f, x)
        others = [one for one in others if not one.is_half]
    found = [*others, *of_engines]
    kinds = [thing for name, thing in list(vars(module).items()) if classes.is_own(name, thing, module)]
    own = {name: one for name, one in functions.own_of(module).items() if name not in known}
    return found, own, kinds


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
