"""The slips that a backward pass may hold, each as the change of one place that undoes it, likely ones first.

What a mistake is called depends on what undoes it: a slope that has to come in was forgotten, and what a
minus sign mends had the wrong sign. The names are those of the catalogue.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, TypeGuard

import numpy as np

from charmlp.doctor.catalogue import NUMBERS
from charmlp.doctor.editing.further import (
    is_place,
    of_all_places,
    of_diagonals,
    of_missing_calls,
    of_places,
    of_shares,
    of_softmax,
    of_turns,
)
from charmlp.doctor.editing.places import (
    Edit,
    Function,
    binary,
    call,
    called,
    expression,
    is_entry,
    is_plain,
    slots,
    to_be_read,
)
from charmlp.doctor.editing.slopes import (
    is_slope,
    of_arguments,
    of_exchanges,
    of_forms,
    of_slopes,
    of_slopes_too_many,
)
from charmlp.doctor.editing.updates import of_aliases, of_updates
from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.names import is_derivative, is_truth, stem_of

AXIS, KEEP = ("axis", "dim"), ("keepdims", "keepdim")
AXES = (0, 1, 2, -1)
DISTORTING = {"clip", "clamp", "abs", "sign", "maximum", "minimum", "fabs", "absolute"}
TURNING = {"flip", "rot90", "fliplr", "flipud"}
PRODUCTS = {"dot", "matmul", "mm", "outer"}
TURNS = {"transpose", "swapaxes", "permute", "t"}
OPERATORS: dict[str, type[ast.operator]] = {
    "mul": ast.Mult, "multiply": ast.Mult, "add": ast.Add, "sub": ast.Sub, "subtract": ast.Sub,
    "div": ast.Div, "divide": ast.Div, "pow": ast.Pow,
    "mm": ast.MatMult, "matmul": ast.MatMult, "bmm": ast.MatMult,
}  # fmt: skip
LIBRARIES_CALLED = ("torch", "np", "numpy")
# What a comparison may have been meant to be: the opposite, or the same with or without equality
INVERSE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Gt: (ast.LtE, ast.Lt),
    ast.GtE: (ast.Lt, ast.LtE),
    ast.Lt: (ast.GtE, ast.Gt),
    ast.LtE: (ast.Gt, ast.GtE),
}
STRICT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt
}  # fmt: skip


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


# What is there, but should be otherwise


def of_operators(function: Function) -> Iterator[Edit]:
    """A factor or a term too many, a wrong sign, a wrong comparison."""
    for slot in function.expressions:
        node = slot[3]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Invert):
            name = "sign-flipped.edit" if isinstance(node.op, ast.USub) else "relu-mask.edit"
            yield Edit(slot, node.operand, name)
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from of_comparison(function, slot, node)
        elif isinstance(node, ast.BinOp):
            yield from of_operation(function, slot, node)
        elif (same := as_operation(node)) is not None:
            yield from of_operation(function, slot, same)


def as_operation(node: ast.AST) -> ast.BinOp | None:
    """A call that is an operator in words, as one: a.mul(b), torch.matmul(a, b)."""
    operator = OPERATORS.get(called(node))
    if operator is None or not isinstance(node, ast.Call) or node.keywords:
        return None
    of_module = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) in LIBRARIES_CALLED
    own = [node.func.value] if isinstance(node.func, ast.Attribute) and not of_module else []
    operands = [*own, *node.args]
    return ast.BinOp(operands[0], operator(), operands[1]) if len(operands) == 2 else None


def of_comparison(function: Function, slot: Slot, node: ast.Compare) -> Iterator[Edit]:
    operator, other = type(node.ops[0]), node.comparators
    for inverse in INVERSE.get(operator, ()):
        yield Edit(slot, ast.Compare(node.left, [inverse()], other), "relu-mask.edit")
    if operator in STRICT:
        stops_nothing = np.all(function.value(node))  # y >= 0 of a ReLU's output
        name = "relu-mask.edit" if stops_nothing else "wrong-threshold.edit"
        yield Edit(slot, ast.Compare(node.left, [STRICT[operator]()], other), name)
    if isinstance(other[0], ast.Constant) and other[0].value:
        yield Edit(slot, ast.Compare(node.left, node.ops, [ast.Constant(0)]), "wrong-threshold.edit")


def of_operation(function: Function, slot: Slot, node: ast.BinOp) -> Iterator[Edit]:
    left, right = node.left, node.right
    match node.op:
        case ast.Add() | ast.Sub():
            other = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
            yield Edit(slot, binary(left, other, right), "sign-flipped.edit")
            yield Edit(slot, binary(right, ast.Sub, left), "sign-flipped.edit")
            yield Edit(slot, left, "wrong-formula.edit")
            yield Edit(slot, right, "wrong-formula.edit")
        case ast.Mult():
            yield Edit(slot, left, too_many(function, right))
            yield Edit(slot, right, too_many(function, left))
            yield Edit(slot, binary(left, ast.Div, right), "wrong-formula.edit")
        case ast.Div():
            yield Edit(slot, left, too_many(function, right))
            yield Edit(slot, binary(left, ast.Mult, right), too_many(function, right))
        case ast.Pow():
            yield Edit(slot, left, "wrong-formula.edit")
            for nearby in (ast.Sub, ast.Add):  # n xⁿ for n xⁿ⁻¹
                power = binary(right, nearby, ast.Constant(1))
                yield Edit(slot, binary(left, ast.Pow, power), "wrong-formula.edit")
        case ast.MatMult():
            yield Edit(slot, binary(right, ast.MatMult, left), "wrong-transpose-for-input.edit")


def too_many(function: Function, factor: ast.expr) -> str:
    """What a factor or a divisor is called that should not be there."""
    value = function.value(factor)
    if is_slope(factor):
        return "wrong-variable.too-many"
    if value is None or np.ndim(value):
        return "wrong-formula.edit"
    if value in (2, 0.5):
        return "factor-two.edit"
    size = max(abs(value), 1 / abs(value)) if value else 0.0
    if not function.batch or size < 2 or abs(size / function.batch - round(size / function.batch)) > 1e-9:
        return "scale-forgotten.edit"
    return "extra-mean.edit" if round(size) == function.batch else "wrong-divisor.edit"


def of_constants(function: Function) -> Iterator[Edit]:
    """Another number; where it says along which dimension something goes, another dimension."""
    keywords = [owner for owner, *_ in function.expressions if isinstance(owner, ast.keyword)]
    along = [inner for keyword in keywords if keyword.arg in AXIS for inner in ast.walk(keyword)]
    for slot in function.expressions:
        owner, _, _, node = slot
        if not isinstance(node, ast.Constant) or function.value(node) is None or called(owner) in TURNS:
            continue
        value: Any = node.value
        others: list[tuple[Any, str]]
        if is_shape(owner):  # a count along another axis
            of_axes = [(axis, ast.Subscript(owner.value, ast.Constant(axis), owner.ctx)) for axis in AXES]
            yield from (
                Edit(slot, ast.Constant(axis), "wrong-divisor.edit", (owner, whole))
                for axis, whole in of_axes
                if axis != value
            )
            continue
        if owner in along:
            others = [(axis, "batch-not-summed.edit") for axis in AXES]
        elif is_place(function, node):
            others = [(other, "kernel-not-flipped.place") for other in (0, 1, -1, 2, 3)]
        else:
            others = [(other, "factor-two.edit") for other in (2 * value, value / 2)]
            others += [(other, "wrong-formula.edit") for other in (0, 1, -1, 2, 3, 0.5)]
        yield from (Edit(slot, ast.Constant(other), name) for other, name in others if other != value)


def is_shape(node: ast.AST) -> TypeGuard[ast.Subscript]:
    """Whether it is an entry of an array's shape."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "shape"
    )


def of_calls(function: Function) -> Iterator[Edit]:
    """A call too many, a mean for a sum, another dimension, dimensions that are kept or not."""
    for slot in function.expressions:
        node, name = slot[3], called(slot[3])
        if not name:
            continue
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if name in ("mean", "average", "sum") and isinstance(node.func, ast.Attribute):
            other, mistake = ("mean", "missing-mean") if name == "sum" else ("sum", "extra-mean")
            summing = ast.Attribute(node.func.value, other, ast.Load())
            yield Edit(slot, call(summing, node.args, **keywords), f"{mistake}.edit")
            axes = AXES if not keywords.keys() & set(AXIS) else ()
            for axis in axes:
                along = call(node.func, node.args, **{**keywords, "axis": ast.Constant(axis)})
                yield Edit(slot, along, "batch-not-summed.edit")
                if function.library != "torch":  # a bias may be a row or a column
                    kept = call(
                        node.func,
                        node.args,
                        **{**keywords, "axis": ast.Constant(axis), "keepdims": ast.Constant(True)},
                    )
                    yield Edit(slot, kept, "batch-not-summed.edit")
        for keyword, value in keywords.items():
            rest = {key: other for key, other in keywords.items() if key != keyword}
            if keyword in KEEP and isinstance(value, ast.Constant):
                rest[keyword] = ast.Constant(not value.value)
            elif keyword not in AXIS:
                continue
            yield Edit(slot, call(node.func, node.args, **rest), "batch-not-summed.edit")
            yield from of_counts(function, slot, node)
        if name == "neg":
            yield Edit(
                slot,
                node.func.value if isinstance(node.func, ast.Attribute) else node.args[0],
                "sign-flipped.edit",
            )
        if name == "where" and len(node.args) == 3:
            condition, one, other = node.args
            yield Edit(slot, call(node.func, [condition, other, one], **keywords), "relu-mask.edit")
        if name == "scatter_":
            adding = ast.Attribute(node.func.value, "scatter_add_", ast.Load())
            yield Edit(slot, call(adding, node.args, **keywords), "not-accumulated.edit")
        for argument in node.args[:2]:
            if function.shape(argument) == function.shape(node):
                of_slope = is_derivative(function.code.tree.name) and name not in DISTORTING
                yield Edit(slot, argument, "wrong-variable.edit" if of_slope else of_call(name))


def of_counts(function: Function, slot: Slot, node: ast.Call) -> Iterator[Edit]:
    """A mean of all for that of what a mask lets through."""
    if called(node) == "sum" or not isinstance(node.func, ast.Attribute):
        return
    summing = call(
        ast.Attribute(node.func.value, "sum", ast.Load()),
        node.args,
        **{k.arg or "": k.value for k in node.keywords},
    )
    for variable in function.alike(node.func.value):
        if set(np.unique(function.variables[ast.unparse(variable)][1])) == {0.0, 1.0}:
            count = ast.Call(ast.Attribute(to_be_read(variable), "sum", ast.Load()), node.args, node.keywords)
            yield Edit(slot, binary(summing, ast.Div, count), "wrong-divisor.edit")


def of_call(name: str) -> str:
    """What a function is called that is applied where it should not be."""
    if (twice := f"{stem_of(name)}-twice") in NUMBERS:
        return f"{twice}.backward"
    if name in TURNING:
        return "kernel-not-flipped.edit"
    return "cotangent-distorted.edit" if name in DISTORTING else "wrong-formula.edit"


def of_transposes(function: Function) -> Iterator[Edit]:
    """A matrix transposed, or not."""
    results = {id(slot[3]) for slot in function.results}
    for slot in function.expressions:
        owner, _, _, node = slot
        is_factor = isinstance(owner, ast.BinOp) and isinstance(owner.op, ast.MatMult)
        is_whole = id(node) in results
        name = f"{'weight-transposed' if is_whole else 'wrong-transpose-for-input'}.edit"
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield Edit(slot, node.value, name)
        elif called(node) in TURNS and (turned := receiver(node)) is not None:
            yield Edit(slot, turned, name)
        elif (is_whole or is_factor or called(owner) in PRODUCTS) and len(function.shape(node) or ()) == 2:
            yield Edit(slot, ast.Attribute(to_be_read(node), "T", ast.Load()), name)
        elif is_factor and len(function.shape(node) or ()) > 2:
            yield Edit(slot, expression("v.swapaxes(-1, -2)", v=node), name)


def receiver(node: ast.AST) -> ast.expr | None:
    """What a method is called on; None for a library's function."""
    function = node.func if isinstance(node, ast.Call) else None
    of_library = isinstance(function, ast.Attribute) and ast.unparse(function.value) in LIBRARIES_CALLED
    return function.value if isinstance(function, ast.Attribute) and not of_library else None


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


def of_numbers(function: Function) -> Iterator[Edit]:
    """A number that is given, with another factor or power: π for 2π, T for T², p for 1 − p."""
    computed = {ast.unparse(node) for node in ast.walk(function.code.tree) if is_stored(node)}
    for slot in function.expressions:
        owner, _, _, node = slot
        if (
            isinstance(node, ast.Constant)
            or not is_plain(node)
            or not isinstance(owner, ast.BinOp | ast.Call)
        ):
            continue
        if not isinstance(function.value(node), float | int) or function.is_of_numbers:
            continue
        if is_place(function, node):
            for text in ("v - 1", "v + 1", "2 * v"):
                yield Edit(slot, expression(text, v=node), "kernel-not-flipped.place")
            continue
        if ast.unparse(node) in computed:
            continue
        for text in ("2 * v", "v / 2"):
            yield Edit(slot, expression(text, v=node), "factor-two.edit")
        for text in ("1 / v", "v ** 2", "v ** 0.5", "1 - v", "v - 1", "v + 1", "1"):
            yield Edit(slot, expression(text, v=node), "scale-forgotten.edit")


def is_stored(node: ast.AST) -> bool:
    """Whether something is computed for it."""
    return isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store)


def of_variables(function: Function) -> Iterator[Edit]:
    """Another variable of the same shape."""
    for slot in function.expressions:
        node = slot[3]
        if is_plain(node) or is_entry(node):
            name = of_exchange(function, slot)
            yield from (Edit(slot, to_be_read(other), name) for other in function.alike(node))
        if is_entry(node) and function.is_array(node):  # of the step before, or after
            for operator in (ast.Sub, ast.Add):
                index = binary(node.slice, operator, ast.Constant(1))
                yield Edit(slot, ast.Subscript(node.value, index, ast.Load()), "wrong-variable.edit")


def of_exchange(function: Function, slot: Slot) -> str:
    """What it is called to take one variable for another."""
    owner, _, _, node = slot
    if isinstance(owner, ast.Compare):
        return "wrong-mask.formula"
    if not np.ndim(function.value(node)) and is_place(function, node):
        return "kernel-not-flipped.place"
    if not np.ndim(function.value(node)) and not function.is_of_numbers:
        return "scale-forgotten.edit"
    return "wrong-variable.edit" if is_derivative(called(owner)) else "path-forgotten.edit"


# What is missing


def of_results(function: Function) -> Iterator[Edit]:
    """A whole result's sign, a factor of it, its sum over a dimension."""
    for slot in function.results:
        node = slot[3]
        yield Edit(slot, ast.UnaryOp(ast.USub(), to_be_read(node)), "sign-flipped.edit")
        yield Edit(slot, binary(ast.Constant(2), ast.Mult, node), "factor-two.edit")
        yield Edit(slot, binary(node, ast.Div, ast.Constant(2)), "factor-two.edit")
        for size, length in function.lengths.items():
            is_batch = size == function.batch
            name = "missing-mean.edit" if is_batch else "wrong-divisor.edit"
            yield Edit(slot, binary(node, ast.Div, length), name)
            name = "extra-mean.edit" if is_batch else "wrong-divisor.edit"
            yield Edit(slot, binary(node, ast.Mult, length), name)
        for axis in (0, 1) if len(function.shape(node) or ()) > 1 else ():
            for kept in ({}, {"keepdims": ast.Constant(True)}):
                summing = ast.Attribute(to_be_read(node), "sum", ast.Load())
                yield Edit(slot, call(summing, [ast.Constant(axis)], **kept), "batch-not-summed.edit")


def of_targets(function: Function) -> Iterator[Edit]:
    """A 1 that is not subtracted where the target is: p[n, y[n]] −= 1."""
    numbers = [
        (variable, np.asarray(value))
        for variable, value in function.variables.values()
        if np.asarray(value).dtype.kind == "i" and np.ndim(value) < 2 and np.size(value)
    ]
    for slot in function.results:
        owner, _, _, node = slot
        shape = function.shape(node) or ()
        if not isinstance(owner, ast.Assign) or len(shape) not in (1, 2) or max(shape) < 2:
            continue
        for index, value in numbers:
            text = f"{function.library}.eye(u.shape[-1])[v]"
            if value.ndim == 0 and len(shape) == 2 and 1 in shape:  # one sample, as a column or a row
                text = f"{function.library}.eye(u.size)[v].reshape(u.shape)"
            elif value.max() >= shape[-1] or value.shape != shape[:-1]:
                continue
            if value.max() < max(shape):
                one_hot = expression(text, u=node, v=index)
                yield Edit(slot, binary(node, ast.Sub, one_hot), "target-forgotten.edit")


def of_terms(function: Function) -> Iterator[Edit]:
    """A factor or a term: any variable of the same shape, or any number."""
    for slot in (*function.results, *function.operands):
        node = slot[3]
        for variable in (*function.alike(node), *function.spread_over(node)):
            yield Edit(slot, binary(node, ast.Mult, variable), "path-forgotten.edit")
        for text, (variable, value) in function.variables.items():
            if np.ndim(value) or text in ast.unparse(node):
                continue
            is_batch = value == function.batch and isinstance(value, int | float | np.number)
            for scaled in ("v", "1 - v", "1 + v", "v ** 0.5") if not is_batch else ("v",):
                scale = expression(scaled, v=variable)
                less, more = ("missing-mean", "extra-mean") if is_batch else ("scale-forgotten",) * 2
                yield Edit(slot, binary(node, ast.Div, scale), f"{less}.edit")
                yield Edit(slot, binary(node, ast.Mult, scale), f"{more}.edit")
        for variable in function.spread_over(node):
            yield Edit(slot, binary(node, ast.Div, variable), "scale-forgotten.edit")
    given = [slot for slot in function.operands if isinstance(slot[0], ast.Call) or is_factor(slot)]
    for slot in (*function.results, *given):
        for variable in function.alike(slot[3]):
            is_target = is_truth(ast.unparse(variable).rpartition(".")[2])
            for operator in (ast.Add, ast.Sub):
                name = "target-forgotten" if is_target and operator is ast.Sub else "path-forgotten"
                yield Edit(slot, binary(slot[3], operator, variable), f"{name}.edit")


def is_factor(slot: Slot) -> bool:
    """Whether a variable is one of the factors of a product: h of g h s (1 − s), where h − x is meant."""
    return isinstance(slot[0], ast.BinOp) and isinstance(slot[0].op, ast.Mult) and is_plain(slot[3])


def of_arrangements(function: Function) -> Iterator[Edit]:
    """A kernel that is not flipped; a matrix whose transpose belongs beside it, as in x xᵀ."""
    for slot in function.operands:
        node = slot[3]
        shape = function.shape(node) or ()
        if len(shape) >= 3:
            for axes in ((-1,), (-2, -1), (0,)):
                yield Edit(slot, flipped(function, node, axes), "kernel-not-flipped.edit")
        if len(shape) == 2 and shape[0] == shape[1]:
            transposed = ast.Attribute(to_be_read(node), "T", ast.Load())
            yield Edit(slot, binary(node, ast.Add, transposed), "path-forgotten.edit")


def flipped(function: Function, node: ast.expr, axes: tuple[int, ...]) -> ast.expr:
    """An array the other way round along axes, as torch or NumPy writes it."""
    along: ast.expr = ast.parse(repr(axes), mode="eval").body
    if isinstance(function.around.get("torch"), ModuleType):
        return call(ast.Attribute(to_be_read(node), "flip", ast.Load()), [along])
    return call(expression(f"{function.library}.flip"), [to_be_read(node), along])


KINDS: tuple[Callable[[Function], Iterator[Edit]], ...] = (
    of_updates, of_aliases, of_operators, of_constants, of_arguments, of_calls, of_results, of_shares,
    of_transposes, of_order, of_views, of_turns, of_statements, of_softmax, of_diagonals,
    of_slopes_too_many, of_forms, of_exchanges, of_variables, of_numbers, of_targets, of_slopes,
    of_arrangements, of_terms, of_all_places, of_places, of_missing_calls,
)  # fmt: skip
