"""Two slips of which neither alone makes a gradient right: a chain broken in one line and the next."""

import ast
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, islice

from charmlp.doctor.editing.calls import of_transposes
from charmlp.doctor.editing.edits import line_at, lines_that_end
from charmlp.doctor.editing.operands import of_unread, of_variables
from charmlp.doctor.editing.operators import of_operators
from charmlp.doctor.editing.places import Edit, Function
from charmlp.doctor.editing.slopes import of_arguments, of_forms

MOST = 70  # changes of which two are tried
KINDS = (of_unread, of_variables, of_operators, of_arguments, of_forms, of_transposes)

Changes = tuple[tuple[Function, Edit], tuple[Function, Edit]]


def pairs(functions: Sequence[Function], is_promising: Callable[[Edit], bool]) -> Iterator[Changes]:
    """Two plain changes in two lines, those of lines beside each other first."""
    single = list(islice((pair for pair in plain(functions) if is_promising(pair[1])), MOST))
    both = [
        (one, other)
        for one, other in combinations(single, 2)
        if one[0] is not other[0] or line_at(one[1].slot) != line_at(other[1].slot)
    ]
    yield from sorted(both, key=distance)


def plain(functions: Sequence[Function]) -> Iterator[tuple[Function, Edit]]:
    for kind in KINDS:
        for function in functions:
            ending = lines_that_end(function)
            for edit in kind(function):
                is_array = isinstance(edit.slot[3], ast.expr) and function.is_array(edit.slot[3])
                if is_array and line_at(edit.slot) not in ending:
                    yield function, edit


def distance(changes: Changes) -> int:
    (function, one), (other_function, other) = changes
    if function is not other_function:
        return 1000
    return abs(line_at(one.slot) - line_at(other.slot))
