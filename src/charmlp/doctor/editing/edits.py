"""The slips that a backward pass may hold, each as the change of one place that undoes it, likely ones first.

What a mistake is called depends on what undoes it: a slope that has to come in was forgotten, and what a
minus sign mends had the wrong sign. The names are those of the catalogue.
"""

import ast
from collections.abc import Callable, Iterator, Sequence

from charmlp.doctor.editing.axes import of_letters, of_lines
from charmlp.doctor.editing.calls import of_calls, of_transposes
from charmlp.doctor.editing.forgotten import of_factors, of_rounds
from charmlp.doctor.editing.further import (
    of_all_places,
    of_counts_in_windows,
    of_diagonals,
    of_missing_calls,
    of_places,
    of_shares,
    of_softmax,
    of_steps_and_gaps,
    of_strides,
    of_turns,
)
from charmlp.doctor.editing.missing import of_arrangements, of_results, of_returned, of_targets, of_terms
from charmlp.doctor.editing.operands import of_constants, of_numbers, of_unread, of_variables
from charmlp.doctor.editing.operators import of_operators
from charmlp.doctor.editing.places import Edit, Function
from charmlp.doctor.editing.slopes import of_arguments, of_exchanges, of_forms, of_slopes, of_slopes_too_many
from charmlp.doctor.editing.statements import of_order, of_statements, of_views
from charmlp.doctor.editing.updates import of_aliases, of_updates
from charmlp.doctor.operation.code import Slot


def edits(functions: Sequence[Function]) -> Iterator[tuple[Function, Edit]]:
    """All that may be undone in some functions, the likeliest slips first, then by function."""
    for kind in KINDS:
        for function in functions:
            ending = lines_that_end(function)
            yield from ((function, edit) for edit in kind(function) if line_at(edit.slot) not in ending)


def lines_that_end(function: Function) -> frozenset[int]:
    """The lines that decide when a `while` ends: changed, it may go on for ever."""
    loops = [node for node in ast.walk(function.code.tree) if isinstance(node, ast.While)]
    nodes: list[ast.AST] = [loop.test for loop in loops]
    for loop in loops:
        asked = {name.id for name in ast.walk(loop.test) if isinstance(name, ast.Name)}
        nodes += [
            node
            for node in ast.walk(loop)
            if isinstance(node, ast.Assign | ast.AugAssign)
            and asked
            & {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        ]
    return frozenset(line for node in nodes for line in range(node.lineno, (node.end_lineno or 0) + 1))  # type: ignore[attr-defined]


def line_at(slot: Slot) -> int:
    """The line of what is there, in its source."""
    before = slot[3][0] if isinstance(slot[3], list) else slot[3]
    return int(getattr(before, "lineno", 1))


KINDS: tuple[Callable[[Function], Iterator[Edit]], ...] = (
    of_updates, of_aliases, of_steps_and_gaps, of_strides, of_turns, of_operators, of_constants,
    of_arguments, of_calls, of_unread, of_returned, of_results, of_shares, of_counts_in_windows,
    of_transposes, of_letters, of_order, of_views, of_lines, of_statements, of_rounds, of_softmax,
    of_diagonals, of_slopes_too_many, of_forms, of_exchanges, of_variables, of_numbers, of_targets,
    of_slopes, of_arrangements, of_factors, of_terms, of_all_places, of_places, of_missing_calls,
)  # fmt: skip
