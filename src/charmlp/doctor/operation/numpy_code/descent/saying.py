"""What the code around a step says of the loss that it descends, without a loss being computed there."""

import ast
import functools
import re
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from charmlp.doctor.operation.numpy_code.descent.updates import base_of, last_name
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.losses.costs import is_cost
from charmlp.doctor.operation.numpy_code.names import LOSS
from charmlp.doctor.operation.options import is_strength
from charmlp.doctor.operation.source import source_of

ZERO_OR_ONE = re.compile(r"where\(.*, *1(\.0*)?, *0(\.0*)?\)|\b1(\.0*)? if .* else 0(\.0*)?(?![.\d])")


@functools.lru_cache(maxsize=64)
def losses_of(function: Callable[..., Any]) -> tuple[str, ...]:
    """The sources of the losses in a function's module: one of these is meant, no sum or mean is guessed."""
    around = list(getattr(function, "__globals__", {}).items())
    own = [Function(name, thing) for name, thing in around if isinstance(thing, FunctionType)]
    return tuple(source_of(one.call) for one in own if is_cost(one))


def are_of_probabilities(losses: Sequence[str]) -> bool:
    """Whether all of them take logarithms: then no squares are meant."""
    return bool(losses) and all(re.search(r"\blog1?p?\(", text) for text in losses)


def answers_zero_or_one(code: Callable[..., Any] | type) -> bool:
    """Whether a function, or a method of a class, makes classes that are 0 or 1 of scores."""
    return bool(ZERO_OR_ONE.search(source_of(code)))


@functools.lru_cache(maxsize=64)
def shows_penalty(tree: ast.AST) -> bool:
    """Whether a loss that is computed there has its penalty: loss += lam * sum(w ** 2)."""
    return any(
        LOSS.fullmatch(base_of(target).removeprefix("self."))
        and any(
            isinstance(n, ast.Name | ast.Attribute) and is_strength(last_name(n))
            for n in ast.walk(node.value)
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )
