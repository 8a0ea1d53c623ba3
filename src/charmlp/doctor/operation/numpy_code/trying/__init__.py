"""Values and gradients whose inputs are found by trying, where names and signatures do not explain them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from charmlp.doctor.arrangement import SIZES
from charmlp.doctor.operation.code import with_helpers
from charmlp.doctor.operation.handwritten import Written
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.layers.instances import method_of, methods_of
from charmlp.doctor.operation.numpy_code.trying.choices import code_with_steps
from charmlp.doctor.operation.numpy_code.trying.couples import tried
from charmlp.doctor.operation.numpy_code.trying.judging import hides_batch
from charmlp.doctor.operation.numpy_code.trying.readings import Tried, is_guess
from charmlp.doctor.operation.source import behind


def with_more_readings(
    found: Sequence[Written], own: Mapping[str, Function], kinds: Sequence[type]
) -> list[Written]:
    """What was found, each with the readings that trying adds."""
    by_name = {kind.__name__: kind for kind in kinds}
    return [
        with_last(one, own)
        if (name := one.name.split("[")[0]) in own
        else of_class(one, by_name.get(name), own)
        for one in found
    ]


def left_alone(
    found: Sequence[Written], own: Mapping[str, Function], kinds: Sequence[type]
) -> tuple[list[Written], set[str]]:
    """The gradients that belong to nothing that was found, and the names of the functions that they use.

    Whoever calls others comes first.
    """
    of_functions = [one for one in found if one.name.split("[")[0] in own]
    known = {name for one in of_functions for name in (one.name, *one.others) if not one.is_half}
    unknown = {name: couple for name in own if name not in known and (couple := tried(own, name)) is not None}
    each: list[Written] = []
    used: set[str] = set()
    for name in sorted(unknown, key=lambda name: is_called_by(own, name, unknown)):
        if name in used:
            continue
        of = of_couple(name, unknown[name])
        each += of
        used |= {name, *names_called(own[name])} if of else set()
    read = {one.name for one in (*found, *each)}
    of_no_class = [kind for kind in kinds if kind.__name__ not in {name.split("[")[0] for name in read}]
    each += [one for kind in of_no_class for one in of_kind(kind, own, read)]
    return each, used


def names_called(function: Function) -> set[str]:
    return {one.__name__ for one in with_helpers([behind(function.call)])}


def is_called_by(own: Mapping[str, Function], name: str, others: Mapping[str, object]) -> int:
    """How many of the others call a function."""
    return sum(name in names_called(own[other]) for other in others if other != name)


def with_last(one: Written, own: Mapping[str, Function]) -> Written:
    if one.unwritten is not None:
        return one
    couples = [c for name in (one.name, *one.others) if name in own and (c := tried(own, name)) is not None]
    code = [f for couple in couples for f in code_of(couple)]
    last = tuple(m for c in couples for m in c.readings)
    code = list(dict.fromkeys((*one.code, *code)))
    is_step = one.name in own and code_with_steps(own[one.name].call) is not None
    # What is right needs no other loss.
    right = [
        found for c in couples if is_step and (found := c.found(SIZES[0])) is not None and found[1].is_right
    ]
    if any(not hides_batch(scene, solution.state) for scene, solution in right):
        return replace(one, readings=(*last, *one.readings), code=tuple(code))
    return replace(one, last=last, code=tuple(code))


def couples_of(kind: type, around: Mapping[str, Function]) -> list[Tried]:
    """The methods of a class that may be gradients, those with the likeliest names first."""
    own: dict[str, Function] = {name: method_of(kind, name) for name in methods_of(kind)}
    found = [couple for name in own if (couple := tried(own, name, kind, around)) is not None]
    return sorted(found, key=lambda couple: not couple.scenes[0][2])


def of_class(one: Written, kind: type | None, around: Mapping[str, Function]) -> Written:
    if kind is None or one.unwritten is not None:
        return one
    couples = couples_of(kind, around)
    code = [f for couple in couples for f in code_of(couple)]
    last = tuple(m for c in couples for m in c.readings)
    return replace(one, last=last, is_class=True, code=tuple(dict.fromkeys((*one.code, *code))))


def of_kind(kind: type, around: Mapping[str, Function], read: set[str]) -> list[Written]:
    """A class of which nothing is known yet, but for methods that were read by themselves."""
    with suppress(Exception):  # its constructor may do anything
        for couple in couples_of(kind, around):
            if any(f"{kind.__name__}.{scene.value.name}" in read for scene, *_ in couple.scenes):
                continue
            if found := of_couple(kind.__name__, couple):
                return found
    return []


def of_couple(name: str, couple: Tried) -> list[Written]:
    """A gradient that no name leads to, where it is found to run."""
    found = couple.found(SIZES[0])
    if found is None:
        return []
    others = () if is_guess(*found) else (found[0].value.name,)
    return [Written(name, couple.readings, others=others, code=code_of(couple))]


def code_of(couple: Tried) -> tuple[Callable[..., Any], ...]:
    functions = [
        f for scene, *_ in couple.scenes[:1] for f in (scene.gradient, scene.value, *scene.others.values())
    ]
    return tuple(dict.fromkeys(behind(f.call) for f in functions))
