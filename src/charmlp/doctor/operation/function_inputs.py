"""What the inputs of a torch Function are, as far as its code tells: trained tensors, constants, numbers."""

import ast
import re
from collections.abc import Sequence
from typing import Any

from charmlp.doctor.operation.conditions import SENTENCE, said_of
from charmlp.doctor.operation.source import elements, returned_parts, source_of

# Tensors that nobody trains: tables of angles, masks, what another model says, positions
DATA = re.compile(
    r"(cos|sin)(_?(table|cache|emb|pos|theta|freqs?))?|freqs?(_?cis)?|\w*mask|mask\w*|\w*teacher\w*|\w*_ref|ref_\w+|noise"
    r"|soft_?(targets?|labels?)|pos_?weight|(class|sample)_?weights?|pos(ition)?s?(_ids)?|\w*lengths?|running_\w+",
    re.IGNORECASE,
)
FROZEN = re.compile(
    r"frozen|constant|not (trained|trainable)|non-?trainable|no grad(ient)?s?\b|\bfixed\b|冻结|常数|常量",
    re.IGNORECASE,
)
POWER = re.compile(r"gamma|focus\w*|\w*power|order|degree", re.IGNORECASE)
# How a whole number is used, such as a count of bits or of groups
WHOLE = (
    r"2(\.0)? ?\*\* ?\(? ?{name}\b|range\({name}\)|// ?{name}\b|<< ?\(?{name}\b"
    r"|[(,] ?{name}, -1|=\s?{name}[,)]"
)


def constants(function: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The inputs for which None is written in backward, and which are said to be, or named as, constant."""
    without = without_gradient(function, names)
    text = f"{said_of(function.forward)}\n\n{function.__doc__ or ''}"
    sentences = [sentence for sentence in SENTENCE.split(text) if FROZEN.search(sentence)]
    kept = kept_as_numbers(function)
    return tuple(
        name
        for name in without
        if name in kept
        or DATA.fullmatch(name)
        or any(re.search(rf"\b{re.escape(name)}\b", sentence) for sentence in sentences)
    )


def without_gradient(function: Any, names: Sequence[str]) -> list[str]:
    """The inputs in whose place backward returns None, written as such."""
    pairs = zip(names, returned_parts(function.backward), strict=False)
    return [name for name, part in pairs if isinstance(part, ast.Constant)]


def kept_as_numbers(function: Any) -> set[str]:
    """What is kept on ctx as it is, beside tensors that are saved."""
    sources = [source_of(half) for half in halves(function)]
    if not any("save_for_backward" in source for source in sources):
        return set()
    assigned = [
        (target, value)
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        for target, value in zip(elements(node.targets[0]), elements(node.value), strict=False)
    ]
    return {v.id for t, v in assigned if isinstance(t, ast.Attribute) and isinstance(v, ast.Name)}


def numbers(function: Any, names: Sequence[str]) -> dict[str, float]:
    """The inputs without a gradient that are kept as numbers, or taken for such, and what they may be."""
    source = source_of(function.forward)
    found: dict[str, float] = {}
    for name in {one for one in without_gradient(function, names) if not DATA.fullmatch(one)}:
        if re.search(WHOLE.format(name=name), source):
            found[name] = 2
        elif name in kept_as_numbers(function) and not re.search(rf"\b{name}(\.\w|\[)", source):
            found[name] = 2.0 if POWER.fullmatch(name) else 0.7
    return found


def halves(function: Any) -> tuple[Any, ...]:
    """What runs before backward."""
    return (function.forward, function.setup_context)


def trained(function: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The inputs for which backward computes something: no options, no labels, whatever their names."""
    pairs = zip(names, returned_parts(function.backward), strict=False)
    return tuple(
        name
        for name, part in pairs
        if not isinstance(part, ast.Constant) and "zeros" not in ast.unparse(part)
    )
