"""Slips in statements: too early, = for +=, added once where an index repeats, one too many."""

import ast
from collections.abc import Iterator
from types import ModuleType

from charmlp.doctor.editing.operands import TURNS
from charmlp.doctor.editing.operators import too_many
from charmlp.doctor.editing.places import Edit, Function, call, called, expression, slots, to_be_read
from charmlp.doctor.operation.code import Slot


def of_order(function: Function) -> Iterator[Edit]:
    """A statement that comes too early: it changes what a later one still needs."""
    for owner in ast.walk(function.code.tree):
        for field, block in ast.iter_fields(owner):
            if not isinstance(block, list) or not all(isinstance(node, ast.stmt) for node in block):
                continue
            for i, node in enumerate(block):
                for j in range(i + 1, len(block)) if may_change(node) else ():
                    moved = [*block[:i], *block[i + 1 : j + 1], node, *block[j + 1 :]]
                    yield Edit((owner, field, None, block), moved, "saved-edited.order", (node, block[j]))


def of_early_steps(function: Function) -> Iterator[Edit]:
    """A step of something that is read after it, moved behind all that reads it."""
    for edit in of_order(function):
        assert edit.shown is not None and isinstance(edit.slot[3], list)
        step, last = edit.shown
        if not isinstance(step, ast.AugAssign):
            continue
        target, block = ast.unparse(step.target), edit.slot[3]
        reading = [node for node in block[block.index(step) + 1 :] if target in ast.unparse(node)]
        if reading and last is reading[-1]:
            yield edit


def may_change(node: ast.stmt) -> bool:
    """Whether it is an assignment, a call for what it does, or a loop with such a thing in it."""
    if isinstance(node, ast.For):
        return any(map(may_change, node.body))
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return is_call or isinstance(node, ast.Assign | ast.AugAssign)


def of_views(function: Function) -> Iterator[Edit]:
    """A part of an array that must be copied, as the array is changed before the part is used."""
    for slot in slots(function.code.tree):
        node = slot[3]
        if not isinstance(node, ast.Assign):
            continue
        is_tuple = isinstance(node.value, ast.Tuple)
        parts: list[ast.expr] = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        views = [part for part in parts if isinstance(part, ast.Subscript) and function.is_array(part)]
        if not views:
            continue
        copied = [call(ast.Attribute(p, "copy", ast.Load()), []) if p in views else p for p in parts]
        value = ast.Tuple(copied, ast.Load()) if is_tuple else copied[0]
        yield Edit(slot, ast.Assign(node.targets, value), "saved-edited.view")


def of_statements(function: Function) -> Iterator[Edit]:
    """= for +=, or a statement too many."""
    for slot in slots(function.code.tree):
        node = slot[3]
        if isinstance(node, ast.AugAssign):
            yield from of_indices(function, slot, node)
            yield from of_addition(function, slot, node)
        if not isinstance(node, ast.Assign) or len(node.targets) > 1:
            continue
        target = node.targets[0]
        if isinstance(target, ast.Attribute | ast.Subscript) or (
            isinstance(target, ast.Name) and is_set_again(function, target)
        ):
            yield Edit(slot, ast.AugAssign(target, ast.Add(), node.value), "not-accumulated.edit")
        yield from of_indices(function, slot, node)
        if isinstance(target, ast.Subscript):  # dout[mask] = 0
            yield Edit(slot, ast.Pass(), "cotangent-distorted.edit", (node, target.value))
        elif ast.unparse(target) in {ast.unparse(inner) for inner in ast.walk(node.value)}:  # x = f(x)
            turned = any(called(inner) in TURNS for inner in ast.walk(node.value))
            name = "wrong-transpose-for-input.edit" if turned else "wrong-formula.edit"
            yield Edit(slot, ast.Pass(), name, (node, target))


def is_set_again(function: Function, target: ast.Name) -> bool:
    """Whether a variable is given a value in another place as well, as by db, dW = np.zeros(k), 0."""
    given = [node for node in ast.walk(function.code.tree) if isinstance(node, ast.Name)]
    return sum(node.id == target.id and isinstance(node.ctx, ast.Store) for node in given) > 1


def of_indices(function: Function, slot: Slot, node: ast.Assign | ast.AugAssign) -> Iterator[Edit]:
    """What is added at indices that repeat, but counted once there."""
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if isinstance(target, ast.Subscript) and isinstance(getattr(node, "op", ast.Add()), ast.Add):
        array, index = to_be_read(target.value), to_be_read(target.slice)
        if isinstance(function.around.get("torch"), ModuleType):
            places = "index" if isinstance(index, ast.Tuple) else "(index,)"
            text = f"array.index_put_({places}, value, accumulate=True)"
        else:
            text = f"{function.library}.add.at(array, index, value)"
        adding = expression(text, array=array, index=index, value=node.value)
        yield Edit(slot, ast.Expr(adding), "not-accumulated.edit")


def of_addition(function: Function, slot: Slot, node: ast.AugAssign) -> Iterator[Edit]:
    if not isinstance(node.op, ast.Add | ast.Sub):
        yield Edit(slot, ast.Pass(), too_many(function, node.value), (node, node.target))
        return
    other = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    yield Edit(slot, ast.AugAssign(node.target, other, node.value), "sign-flipped.edit")
    yield Edit(slot, ast.Assign([node.target], node.value), "not-accumulated.call")
    yield Edit(slot, ast.Pass(), "wrong-formula.edit", (node, node.target))
