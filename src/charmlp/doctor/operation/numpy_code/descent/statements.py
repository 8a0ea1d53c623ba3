"""The statements of a piece of code that compute a gradient or a step, told by names and by what they do."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.descent.expressions import (
    OPTIMIZERS,
    computes,
    is_aside,
    is_backward,
    is_called_gradient,
    is_constant,
    is_difference,
    is_gradient,
    is_led_back,
    multiplies,
    names_in,
)
from charmlp.doctor.operation.numpy_code.descent.updates import change_of, is_rated, rated_names, target_of
from charmlp.doctor.operation.numpy_code.names import (
    DATA,
    is_surely_upstream,
    is_truth,
    is_upstream,
    words_of,
)

OF_GRADIENTS = {"grad", "gradient", "gradients"}
OF_OBJECTIVE = re.compile(r"(\w+\.)*(f?obj|objective)(\.\w+)?")  # of gradient boosting
MOVES = {"step", "update", "move", "descend", "ascend", "descent", "ascent"}
Assignment = ast.Assign | ast.AugAssign | ast.AnnAssign


@dataclass(frozen=True)
class Spot:
    """A place in the tree of a function, or of a file's top level, whose value is part of a gradient."""

    slot: Slot
    line: int


def spots_in(tree: ast.FunctionDef, siblings: frozenset[str] = frozenset()) -> list[Spot]:
    """Those of a function, its inner functions included, in the order of the source.

    `siblings` are the functions beside it: `d_f` is a derivative where there is an `f`.
    """
    return sorted(of_function(tree, siblings, False), key=lambda spot: spot.line)


def spots_at_top(statements: Sequence[ast.stmt], siblings: frozenset[str] = frozenset()) -> list[Spot]:
    """Those of a file's statements outside its functions and classes."""
    none = ast.arguments([], [], None, [], [], None, [])
    whole = ast.FunctionDef("top", none, list(statements), [])
    return sorted(of_body(whole, siblings, False, frozenset()), key=lambda spot: spot.line)


def of_function(tree: ast.FunctionDef, siblings: frozenset[str], inside: bool) -> Iterator[Spot]:
    """`inside` a backward pass, a helper of it is one as well."""
    arguments = [*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs]
    is_given = any(is_gradient(a.arg) for a in arguments) and bool(OPTIMIZERS & set(words_of(tree.name)))
    if is_aside(tree.name) or is_given or is_step_along(tree.name, [a.arg for a in arguments]):
        return
    if follows_given(tree):
        return
    named = inside or is_backward(tree.name, siblings)
    upstream = is_upstream if named else is_surely_upstream
    yield from of_body(tree, siblings, named, frozenset(a.arg for a in arguments if upstream(a.arg)))


def is_step_along(name: str, takes: Sequence[str]) -> bool:
    """Whether a function takes a place, a gradient and a rate, and derives nothing: it moves along.

    >>> is_step_along("gradient_step", ["v", "gradient", "step_size"])
    True
    """
    given = [one for one in takes if one != "self"]
    return (
        len(given) == 3
        and bool(MOVES & set(words_of(name)))
        and sum(map(is_gradient, given)) == 1
        and sum(bool(RATE.fullmatch(one)) for one in given) == 1
        and not any(DATA.fullmatch(one) or is_truth(one) for one in given)
    )


def follows_given(tree: ast.FunctionDef) -> bool:
    """Whether it goes along the gradient that a function which it is given computes, and multiplies nothing.

    >>> follows_given(ast.parse("def descend(gradient, w, lr): return w - lr * gradient(w)").body[0])
    True
    >>> follows_given(ast.parse("def boost(self, s, y): s -= self.objective.gradients(s, y)").body[0])
    True
    """
    arguments = {a.arg for a in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)}
    nodes = list(ast.walk(tree))
    calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    given = {name for name in arguments & calls if OF_GRADIENTS & set(words_of(name))}
    given |= {name for name in calls if OF_OBJECTIVE.fullmatch(name)}
    products = (
        isinstance(node, ast.MatMult) or getattr(node, "attr", "") in ("T", "dot", "outer") for node in nodes
    )
    return bool(given) and not any(products)


def applies_given(tree: ast.FunctionDef) -> bool:
    """Whether it takes gradients, and computes none: the update of an optimizer.

    >>> applies_given(ast.parse("def descend(params, grads, lr): params['W'] -= lr * grads['W']").body[0])
    True
    """
    arguments = (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)
    return any(is_gradient(a.arg) for a in arguments) and not spots_in(tree)


def of_body(
    tree: ast.FunctionDef, siblings: frozenset[str], named: bool, upstream: frozenset[str]
) -> Iterator[Spot]:
    own = list(own_statements(tree.body))
    made_of, rated, errors = depending(own, upstream), rated_names(tree), differences(own)
    taken = taken_by_steps(own, rated)
    for statement in own:
        yield from in_tables(statement)
        if isinstance(statement, ast.FunctionDef):
            yield from of_function(statement, siblings, named)
        elif isinstance(statement, ast.Return):
            value = statement.value
            if value is not None and (named or is_led_back(value, errors)):
                yield from returned(statement, made_of)
        elif isinstance(statement, Assignment) and statement.value is not None:
            is_taken = bool(taken & {n for t in targets_of(statement) for n in plain_names(t)})
            if is_led_back(statement.value, errors) or (is_taken and multiplies_error(statement.value)):
                yield from (Spot(slot, statement.lineno) for slot in changes(statement))
            else:
                yield from assigned(statement, made_of, rated)
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            yield from called(statement.value)


def own_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a body, also of its loops and conditions; not of inner functions and classes."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from own_statements(getattr(statement, field, []))
        for inner in (*getattr(statement, "handlers", []), *getattr(statement, "cases", [])):
            yield from own_statements(inner.body)


def depending(statements: Sequence[ast.stmt], upstream: frozenset[str]) -> frozenset[str]:
    """The upstream gradients and the variables that are computed of them."""
    known = set(upstream)
    for _ in range(3 if known else 0):  # a loop may use what stands below
        for statement in statements:
            if isinstance(statement, Assignment) and statement.value and names_in(statement.value) & known:
                known |= {name for target in targets_of(statement) for name in plain_names(target)}
    return frozenset(known)


def differences(statements: Sequence[ast.stmt]) -> frozenset[str]:
    """The variables that are the difference of two others: an error, say."""
    return frozenset(
        name
        for statement in statements
        if isinstance(statement, ast.Assign) and is_difference(statement.value)
        for target in statement.targets
        for name in plain_names(target)
    )


def taken_by_steps(statements: Sequence[ast.stmt], rated: set[str]) -> frozenset[str]:
    """The variables that steps take times a rate, gradients it seems: `g` of `m -= rate * g`."""
    steps = [s for s in statements if isinstance(s, Assignment) and is_step(s, rated)]
    return frozenset(
        name
        for step in steps
        for name in names_in(change_of(step)) - names_in(targets_of(step)[0])  # type: ignore[arg-type]
        if not RATE.fullmatch(name)
    )


def multiplies_error(value: ast.expr) -> bool:
    """Whether a product has a difference in it: `-(2 / n) * sum(x * (y - m * x - b))`."""
    products = [n for n in ast.walk(value) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult)]
    return any(isinstance(p, ast.expr) and is_difference(p) for one in products for p in ast.walk(one))


def targets_of(statement: Assignment) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def plain_names(target: ast.expr) -> list[str]:
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [part.id for part in parts if isinstance(part, ast.Name)]


# Kinds of statements


def assigned(statement: Assignment, made_of: frozenset[str], rated: set[str]) -> Iterator[Spot]:
    """A variable that is called like a gradient, is computed of the upstream one, or takes a step."""
    value = statement.value
    assert value is not None
    if is_step(statement, rated):
        if any(multiplies(slot[3]) for slot in changes(statement)):
            yield from (Spot(slot, statement.lineno) for slot in changes(statement))
        return
    first = targets_of(statement)[0]
    if isinstance(first, ast.Tuple) and isinstance(value, ast.Tuple) and len(first.elts) == len(value.elts):
        for i, (target, part) in enumerate(zip(first.elts, value.elts, strict=True)):
            if computes(part) and (is_called_gradient(target) or names_in(part) & made_of):
                yield Spot((value, "elts", i, part), part.lineno)
        return
    of_gradient = any(map(is_called_gradient, targets_of(statement))) or bool(names_in(value) & made_of)
    if of_gradient and (computes(value) or is_correction(statement)):
        yield from (Spot(slot, statement.lineno) for slot in changes(statement))


def is_step(statement: Assignment, rated: set[str]) -> bool:
    """Whether a parameter, and no gradient, changes by a rate times something."""
    if isinstance(statement, ast.AnnAssign):
        return False
    change = change_of(statement)
    return change is not None and is_rated(change, rated) and not is_called_gradient(target_of(statement))


def is_correction(statement: Assignment) -> bool:
    """`scores[range(n), y] -= 1` or `dx[x < 0] = 0`: a gradient that is changed in places."""
    if isinstance(statement, ast.AugAssign):
        return not isinstance(statement.op, ast.FloorDiv | ast.Mod)
    return any(
        isinstance(t, ast.Subscript) and isinstance(t.slice, ast.Compare) for t in targets_of(statement)
    )


def changes(statement: Assignment) -> Iterator[Slot]:
    """Where a statement's numbers come from; in `w = w - lr * g` what is taken from w alone."""
    value = statement.value
    assert value is not None
    grows = not isinstance(statement, ast.AnnAssign) and change_of(statement) is value
    if isinstance(statement, ast.AugAssign) or not grows:
        yield statement, "value", None, value
        return
    target, node = ast.unparse(targets_of(statement)[0]), value
    while isinstance(node, ast.BinOp) and ast.unparse(node) != target:
        if ast.unparse(node.right) == target:  # lr * g + w
            yield node, "left", None, node.left
            return
        yield node, "right", None, node.right
        node = node.left


def in_tables(statement: ast.stmt) -> Iterator[Spot]:
    """`{"tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2)}`: a function and its slope, side by side."""
    value = statement.value if isinstance(statement, Assignment) else None
    for pair in value.values if isinstance(value, ast.Dict) else ():
        parts = pair.elts if isinstance(pair, ast.Tuple | ast.List) else []
        if len(parts) == 2 and isinstance(slope := parts[1], ast.Lambda) and len(slope.args.args) == 1:
            yield Spot((slope, "body", None, slope.body), slope.lineno)


def returned(statement: ast.Return, made_of: frozenset[str]) -> Iterator[Spot]:
    """What a backward pass returns, as far as it is computed there, or handed through."""
    value = statement.value
    assert value is not None
    if isinstance(value, ast.Dict):
        slots: list[Slot] = [(value, "values", i, part) for i, part in enumerate(value.values)]
    elif isinstance(value, ast.Tuple | ast.List):
        slots = [(value, "elts", i, part) for i, part in enumerate(value.elts)]
    else:
        slots = [(statement, "value", None, value)]
    for slot in slots:
        node = slot[3]
        through = isinstance(node, ast.Name) and node.id in made_of
        if computes(node) or is_constant(node) or through or isinstance(node, ast.IfExp):
            yield Spot(slot, node.lineno)


def called(call: ast.Call) -> Iterator[Spot]:
    """`np.add.at(dW, i, g)`, `grads.append(g * x)`, `grad.index_add_(0, i, g)`."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not call.args:
        return
    last = call.args[-1]
    of_numpy = function.attr == "at" and is_called_gradient(call.args[0])
    of_list = function.attr in ("append", "insert") and is_called_gradient(function.value) and computes(last)
    of_tensor = function.attr.endswith("_") and is_called_gradient(function.value)
    if of_numpy or of_tensor or of_list:
        yield Spot((call, "args", len(call.args) - 1, last), call.lineno)
