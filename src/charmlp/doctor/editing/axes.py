"""Slips in which dimension meets which: an einsum's letters, a turned kernel of one dimension."""

import ast
from collections.abc import Iterator, Sequence
from itertools import combinations

from charmlp.doctor.editing.places import Edit, Function, called, expression
from charmlp.doctor.operation.code import Slot

SLIDING = {"convolve", "correlate"}  # of one dimension: one of them turns the kernel


def of_letters(function: Function) -> Iterator[Edit]:
    """Two letters of an einsum the other way round, in the result or in one operand."""
    results = {id(slot[3]) for slot in function.results}
    results |= {
        id(slot[3]) for slot in function.expressions if isinstance(slot[0], ast.Attribute)
    }  # reshaped
    for slot in function.expressions:
        terms = terms_of(slot[3])
        for number, term in enumerate(terms):
            of_result = number == len(terms) - 1 and id(slot[3]) in results
            name = "weight-transposed.edit" if of_result else "wrong-transpose-for-input.edit"
            for one, other in combinations(range(len(term)), 2):
                letters = list(term)
                letters[one], letters[other] = letters[other], letters[one]
                terms_then = [*terms[:number], "".join(letters), *terms[number + 1 :]]
                yield Edit(letters_at(slot[3]), ast.Constant(joined(terms_then)), name)


def terms_of(node: ast.AST) -> list[str]:
    """The letters of each operand of an einsum and of its result, [] for anything else."""
    if not isinstance(node, ast.Call) or called(node) != "einsum" or not node.args:
        return []
    letters = node.args[0]
    if not isinstance(letters, ast.Constant) or not isinstance(letters.value, str):
        return []
    operands, arrow, result = letters.value.replace(" ", "").partition("->")
    return [*operands.split(","), result] if arrow and "." not in letters.value else []


def joined(terms: Sequence[str]) -> str:
    return f"{','.join(terms[:-1])}->{terms[-1]}"


def letters_at(call: ast.Call) -> Slot:
    return call, "args", 0, call.args[0]


def of_lines(function: Function) -> Iterator[Edit]:
    """A signal or a kernel of one dimension that is read backwards, or what comes of the two."""
    for slot in function.expressions:
        owner, _, _, node = slot
        if function.shape(node) is None or len(function.shape(node) or ()) != 1:
            continue
        if called(node) in SLIDING or called(owner) in SLIDING:
            yield Edit(slot, expression("v[::-1]", v=node), "kernel-not-flipped.edit")
        if called(node) in SLIDING and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            (other,) = SLIDING - {node.func.attr}
            sliding = ast.Attribute(node.func.value, other, ast.Load())
            yield Edit(slot, ast.Call(sliding, node.args, node.keywords), "kernel-not-flipped.edit")
