"""Updates that see each other: the second gradient is computed with the first parameter's new numbers."""

import ast
import copy
from collections.abc import Iterator, Sequence, Set

from charmlp.doctor.editing.places import Edit, Function, call
from charmlp.doctor.operation.numpy_code.descent.updates import (
    base_of,
    leftmost_of,
    target_of,
    updates_in,
)

OLD = "_old"  # after a parameter's name: what it was before the first update


def of_updates(function: Function) -> Iterator[Edit]:
    """All updates of a block with what parameters were before it; inner blocks first."""
    updates = updates_in(function.code.tree)
    if updates is None:
        return
    blocks = [
        (owner, field, block)
        for owner in ast.walk(function.code.tree)
        for field, block in ast.iter_fields(owner)
        if isinstance(block, list) and all(isinstance(node, ast.stmt) for node in block)
        if any(node in updates.statements for one in block for node in ast.walk(one))
    ]
    for owner, field, block in reversed(blocks):
        reading = Reading(updates.names, frozenset(map(place_of, updates.statements)))
        after = [reading.visit(node) for node in copy.deepcopy(block)]
        if reading.shown is None:
            continue
        kept = [ast.Assign([old(name, ast.Store())], copied(name)) for name in sorted(reading.read)]
        yield Edit((owner, field, None, block), [*kept, *after], "saved-edited.simultaneous", reading.shown)


class Reading(ast.NodeTransformer):
    """A block in which parameters are read as they were before it; what a step takes them from stays."""

    def __init__(self, names: Sequence[str], updates: Set[tuple[int, int]]) -> None:
        self.names, self.updates = names, updates
        self.read: set[str] = set()
        self.read_here: set[str] = set()  # in one statement
        self.changed: set[str] = set()
        self.lines: list[tuple[ast.AST, ast.AST, bool]] = []  # those that differ now; whether they are late

    @property
    def shown(self) -> tuple[ast.AST, ast.AST] | None:
        """The first line that reads what is new already, else that of a loop over entries."""
        lines = [line for line in self.lines if line[2]] or self.lines
        return lines[0][:2] if lines else None

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return self.visit_step(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        return self.visit_step(node)

    def visit_step(self, node: ast.Assign | ast.AugAssign) -> ast.AST:
        before, self.read_here = copy.deepcopy(node), set[str]()
        is_update = place_of(node) in self.updates
        stays = leftmost_of(node.value) if is_update and isinstance(node.value, ast.BinOp) else None
        target = ast.unparse(target_of(node))
        if stays is not None and ast.unparse(stays) == target:
            of_target = copy.deepcopy(stays)
            node.value = self.visit(node.value)
            leftmost_of(node.value).__dict__.update(of_target.__dict__)  # type: ignore[arg-type]
        else:
            node.value = self.visit(node.value)
        is_late = bool(self.read_here & self.changed)
        if (is_update or is_late) and ast.unparse(before) != ast.unparse(node):
            self.lines.append((before, node, is_late))
        self.changed |= {base_of(target_of(node))} if is_update else set()
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.read_as(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        name = ast.unparse(node)
        return self.read_as(node, name) if name in self.names else self.generic_visit(node)

    def read_as(self, node: ast.expr, name: str) -> ast.AST:
        if name not in self.names or not isinstance(getattr(node, "ctx", None), ast.Load):
            return node
        self.read.add(name)
        self.read_here.add(name)
        return ast.copy_location(old(name, ast.Load()), node)


def place_of(node: ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def old(name: str, context: ast.expr_context) -> ast.Name:
    return ast.Name(name.removeprefix("self.") + OLD, context)


def copied(name: str) -> ast.expr:
    """A copy of an array or a number."""
    return ast.BinOp(ast.parse(name, mode="eval").body, ast.Add(), ast.Constant(0))


def of_aliases(function: Function) -> Iterator[Edit]:
    """`new = theta` for a copy: what changes in one of them changes in the other."""
    written = {
        base_of(target)
        for node in ast.walk(function.code.tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in [target_of(node)]
        if isinstance(target, ast.Subscript) or isinstance(node, ast.AugAssign)
    }
    for owner in ast.walk(function.code.tree):
        for field, block in ast.iter_fields(owner):
            for i, node in enumerate(block) if isinstance(block, list) else ():
                if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Name | ast.Attribute):
                    continue
                if written & {base_of(node.targets[0]), base_of(node.value)} and function.is_array(
                    node.value
                ):
                    copied = call(ast.Attribute(node.value, "copy", ast.Load()), [])
                    yield Edit(
                        (owner, field, i, node), ast.Assign(node.targets, copied), "saved-edited.alias"
                    )
