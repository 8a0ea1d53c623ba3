"""The statements of a piece of code that compute a gradient or a step, told by names and by what they do."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from charmlp.doctor.operation.code import Slot
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.names import is_surely_upstream, is_upstream, words_of
from charmlp.doctor.operation.numpy_code.updates import change_of, is_rated, last_name, rated_names, target_of
from charmlp.doctor.operation.options import is_option, is_strength

Definition = ast.FunctionDef | ast.AsyncFunctionDef

# What a variable that holds a gradient is called
GRADIENT = re.compile(
    r"_?(d_?[A-Z]\w*"
    r"|d_?(x|w|b|y|z|h|a|u|v|o|s|f|c|k|q|p|l|g|i|gamma|beta|alpha|theta|outs?|outputs?|inputs?|weights?|bias(es)?"
    r"|scores?|logits|probs?|loss|hidden|pred|mu|mean|var|std|sigma|prev|next|embed\w*|kernel|state|cell)[a-z]?\d*"
    r"|d_[a-z]\w*|d[a-z]+_d?[a-z]\w*|del_?\w+|deltas?(_?[a-z]?\w*)?|\w+_deltas?\d*|(\w+_)?grad(ient)?s?\d*(_\w+)?|g[A-Z]\w*|nabla\w*"
    r"|(\w+_)?slopes?(_\w+)?|\w*error_?(term|signal)\w*)"
)
# and what one is not called: a difference of time, the size of a model, a gradient that is only compared
NO_GRADIENT = re.compile(
    r"d_?t|dtype\w*|d_(model|ff|head|dim)|delta_?t(ime)?|\w*(num|approx|estimat|check|norm|diff|error|expected|fd|requires)\w*"
    r"|grad_?(fn|func|clip|scale)|\w*_fn|dist\w*|data\w*|del|delete|dropout\w*",
    re.IGNORECASE,
)
TERM = re.compile(r"\w*error_?(term|signal)\w*", re.IGNORECASE)
# A function that is a backward pass or a derivative, by its name
BACKWARD = {
    "backward", "backwards", "bwd", "bprop", "backprop", "backpropagate", "backpropagation", "vjp",
    "derivative", "derivatives", "deriv", "derivate", "prime", "grad", "gradient", "gradients", "grads",
    "delta", "deltas", "slope", "jacobian",
}  # fmt: skip
# Functions and classes that check gradients, show something, or apply gradients that they are given
ASIDE = re.compile(
    r"check|numeric|num_?grad|finite_?diff|clip|plot|draw|test(?!.*(backward|grad))|verify|compar|zero_?grad|approx|visuali|print"
    r"|adam|sgd|momentum|rms_?prop|ada_?(grad|delta)|nesterov|optim|schedul|apply_?grad|update_?(param|weight)\w*$",
    re.IGNORECASE,
)
CONTRACTIONS = {"dot", "matmul", "outer", "einsum", "tensordot", "inner", "multiply", "divide", "subtract", "add",
                "sum", "mean", "where", "mm", "bmm", "mv", "mul", "div", "neg", "negative", "t", "clip", "clamp",
                "exp", "square", "sign", "convolve", "correlate", "at", "index_add_", "scatter_add_", "masked_fill"}  # fmt: skip
MADE = {"zeros", "zeros_like", "empty", "empty_like", "ones", "ones_like", "randn", "rand", "normal", "uniform",
        "random", "array", "tensor", "full", "full_like", "arange", "choice", "standard_normal"}  # fmt: skip
UNTOUCHED = {"shape", "size", "ndim", "dtype", "T"}


@dataclass(frozen=True)
class Spot:
    """A place in the tree of a function, or of a file's top level, whose value is part of a gradient."""

    slot: Slot
    line: int
    is_step: bool = False  # a parameter that is changed by a rate times something


def spots_in(tree: Definition, siblings: frozenset[str] = frozenset()) -> list[Spot]:
    """Those of a function, its inner functions included, in the order of the source.

    `siblings` are the functions beside it: `d_f` is a derivative where there is an `f`.
    """
    return sorted(Reader(siblings).of_function(tree, False), key=lambda spot: spot.line)


def spots_at_top(statements: Sequence[ast.stmt], siblings: frozenset[str] = frozenset()) -> list[Spot]:
    """Those of a file's statements outside its functions and classes; loops and conditions are looked into."""
    reader, module = Reader(siblings), ast.Module(list(statements), [])
    whole = ast.FunctionDef("top", ast.arguments([], [], None, [], [], None, []), module.body, [])
    return sorted(reader.of_body(whole, False, frozenset()), key=lambda spot: spot.line)


def is_aside(name: str) -> bool:
    """Whether a function or class only checks, shows or applies gradients, as its name says."""
    return bool(ASIDE.search(name))


def is_backward(name: str, siblings: frozenset[str] = frozenset()) -> bool:
    """Whether a function's name says that it returns a gradient.

    >>> is_backward("relu_backward"), is_backward("d_tanh", frozenset({"tanh"})), is_backward("d_model")
    (True, True, False)
    """
    if is_aside(name):
        return False
    rest = name[1:].lstrip("_").lower()
    of_sibling = name[:1] in ("d", "D") and rest in {one.lower() for one in siblings}
    return of_sibling or bool(BACKWARD & set(words_of(name))) or bool(TERM.fullmatch(name))


def is_gradient(name: str) -> bool:
    """Whether a variable holds a gradient.

    >>> [is_gradient(name) for name in ("dW1", "grad_b", "l2_delta", "del_w", "data", "dt", "dim", "grad_norm")]
    [True, True, True, True, False, False, False, False]
    """
    return bool(GRADIENT.fullmatch(name)) and not NO_GRADIENT.fullmatch(name)


@dataclass(frozen=True)
class Reader:
    """What finds them."""

    siblings: frozenset[str]

    def of_function(self, tree: Definition, inside: bool) -> Iterator[Spot]:
        """`inside` a backward pass, a helper of it is one as well."""
        if is_aside(tree.name):
            return
        arguments = [*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs]
        named = inside or is_backward(tree.name, self.siblings)
        upstream = is_upstream if named else is_surely_upstream
        given = frozenset(a.arg for a in arguments if upstream(a.arg))
        yield from self.of_body(tree, named, given)

    def of_body(self, tree: Definition, named: bool, upstream: frozenset[str]) -> Iterator[Spot]:
        own = list(own_statements(tree.body))
        made_of = depending(own, upstream)
        rated = rated_names(tree)
        for statement in own:
            if isinstance(statement, ast.FunctionDef):
                yield from self.of_function(statement, named)
            elif isinstance(statement, ast.ClassDef):
                continue
            elif isinstance(statement, ast.Return):
                if named and statement.value is not None:
                    yield from returned(statement, made_of)
            elif isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
                yield from assigned(statement, made_of, rated)
            elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
                yield from called(statement.value)


def own_statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of a body; what is in inner functions and classes is theirs."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            continue
        for field in ("body", "orelse", "finalbody"):
            yield from own_statements(getattr(statement, field, []))
        for handler in getattr(statement, "handlers", []):
            yield from own_statements(handler.body)
        for case in getattr(statement, "cases", []):
            yield from own_statements(case.body)


def depending(statements: Sequence[ast.stmt], upstream: frozenset[str]) -> frozenset[str]:
    """The upstream gradients and the variables that are computed of them."""
    known = set(upstream)
    for _ in range(3 if known else 0):  # a loop may use what stands below
        for statement in statements:
            if not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
                continue
            if statement.value is not None and names_in(statement.value) & known:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                known |= {name for target in targets for name in plain_names(target)}
    return frozenset(known)


def names_in(value: ast.expr) -> set[str]:
    """The variables whose numbers an expression uses; of a shape or a length it uses none."""
    found: set[str] = set()
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and node.attr in UNTOUCHED - {"T"}:
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("len", "range"):
            continue
        if isinstance(node, ast.Name):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return found


def plain_names(target: ast.expr) -> list[str]:
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    return [part.id for part in parts if isinstance(part, ast.Name)]


# Kinds of statements


def assigned(
    statement: ast.Assign | ast.AugAssign | ast.AnnAssign, made_of: frozenset[str], rated: set[str]
) -> Iterator[Spot]:
    """A variable that is called like a gradient, is computed of the upstream one, or takes a step."""
    if statement.value is None:
        return
    if not isinstance(statement, ast.AnnAssign):
        change = change_of(statement)
        base = target_of(statement)
        if change is not None and is_rated(change, rated) and not is_called_gradient(base):
            if multiplies(change if isinstance(statement, ast.AugAssign) else without_first(change)):
                yield from (
                    Spot(slot, statement.lineno, is_step=True) for slot in changes(statement)
                )  # fmt: skip
            return
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    wanted = any(map(is_called_gradient, targets)) or bool(names_in(statement.value) & made_of)
    pairs = zip(targets[0].elts, statement.value.elts) if is_tuple(targets[0], statement.value) else ()  # type: ignore[attr-defined]
    if pairs:
        parts = [(statement.value, i, v) for i, (t, v) in enumerate(pairs)
                 if (is_called_gradient(t) or names_in(v) & made_of) and computes(v)]  # fmt: skip
        yield from (Spot((owner, "elts", i, v), v.lineno) for owner, i, v in parts)
    elif wanted and (computes(statement.value) or is_correction(statement)):
        yield from (Spot(slot, statement.lineno) for slot in changes(statement))


def is_tuple(target: ast.expr, value: ast.expr) -> bool:
    both = isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List)
    return both and len(target.elts) == len(value.elts)  # type: ignore[attr-defined]


def is_correction(statement: ast.stmt) -> bool:
    """`scores[range(n), y] -= 1` or `dx[x < 0] = 0`: a gradient that is changed in places."""
    if isinstance(statement, ast.AugAssign):
        return not isinstance(statement.op, ast.FloorDiv | ast.Mod)
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(t, ast.Subscript) and isinstance(t.slice, ast.Compare) for t in targets)


def changes(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[Slot]:
    """Where a statement's numbers come from; in `w = w - lr * g` what is taken from w alone."""
    value = statement.value
    assert value is not None
    if not isinstance(statement, ast.AnnAssign) and change_of(statement) is value and isinstance(value, ast.BinOp):
        target, node = ast.unparse(target_of(statement)), value
        if ast.unparse(node.right) == target:
            yield node, "left", None, node.left
            return
        while True:
            yield node, "right", None, node.right
            if not isinstance(node.left, ast.BinOp) or ast.unparse(node.left) == target:
                return
            node = node.left
    else:
        yield statement, "value", None, value


def returned(statement: ast.Return, made_of: frozenset[str]) -> Iterator[Spot]:
    """What a backward pass returns, as far as it is computed there, or handed through."""
    value = statement.value
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else None
    if isinstance(value, ast.Dict):
        owners = [(value, "values", i, v) for i, v in enumerate(value.values)]
    elif parts is None:
        owners = [(statement, "value", None, value)]  # type: ignore[list-item]
    else:
        owners = [(value, "elts", i, v) for i, v in enumerate(parts)]  # type: ignore[list-item]
    for slot in owners:
        node = slot[3]
        through = isinstance(node, ast.Name) and node.id in made_of
        if computes(node) or made_whole(node) or through or isinstance(node, ast.IfExp):
            yield Spot(slot, node.lineno)


def called(call: ast.Call) -> Iterator[Spot]:
    """`np.add.at(dW, i, g)`, `grads.append(g * x)`."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not call.args:
        return
    of_numpy = function.attr == "at" and is_called_gradient(call.args[0])
    of_list = function.attr in ("append", "insert") and is_called_gradient(function.value)
    of_tensor = function.attr.endswith("_") and is_called_gradient(function.value)
    last = call.args[-1]
    if (of_numpy or of_tensor) or (of_list and computes(last)):
        yield Spot((call, "args", len(call.args) - 1, last), call.lineno)


# Expressions


def is_called_gradient(target: ast.expr) -> bool:
    """Whether the variable, attribute or entry is one of a gradient."""
    while isinstance(target, ast.Subscript):
        key = target.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and is_gradient(key.value):
            return True
        target = target.value
    if isinstance(target, ast.Tuple | ast.List):
        return any(map(is_called_gradient, target.elts))
    name = getattr(target, "attr", getattr(target, "id", ""))
    return is_gradient(name)


def computes(value: ast.expr) -> bool:
    """Whether numbers are computed here, and not only made, named or asked for elsewhere."""
    if isinstance(value, ast.BinOp):
        return not isinstance(value.op, ast.FloorDiv | ast.Mod) and bool(names_in(value))
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub) and not isinstance(value.operand, ast.Constant)
    if isinstance(value, ast.IfExp):
        return computes(value.body) or computes(value.orelse)
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        if name in MADE:
            return name == "array" and any(map(computes, value.args))
        inner = [value.func.value] if isinstance(value.func, ast.Attribute) else []
        return name.lower() in CONTRACTIONS or any(map(computes, [*inner, *value.args]))
    if isinstance(value, ast.Attribute | ast.Subscript | ast.Starred):
        return computes(value.value)
    if isinstance(value, ast.ListComp | ast.GeneratorExp):
        return computes(value.elt)
    if isinstance(value, ast.Tuple | ast.List):
        return any(map(computes, value.elts))
    if isinstance(value, ast.Dict):
        return any(map(computes, value.values))
    return False


def made_whole(value: ast.expr) -> bool:
    """`np.ones_like(x)`, `1.0`: a derivative that is a constant."""
    name = getattr(getattr(value, "func", None), "attr", "")
    return name in ("ones_like", "ones", "full_like") or (
        isinstance(value, ast.Constant) and type(value.value) in (int, float) and bool(value.value)
    )


def without_first(change: ast.expr) -> ast.expr:
    """What is taken from w in `w - lr * a - lr * b`."""
    assert isinstance(change, ast.BinOp)
    return change.right if not isinstance(change.left, ast.BinOp) else change


def multiplies(change: ast.expr) -> bool:
    """Whether a step computes its gradient: it does more than to take a rate times one that is known."""
    for node in ast.walk(change):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name.lower() in CONTRACTIONS - {"sum", "mean", "clip", "square"}:
                return True
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.MatMult):
                return True
            if isinstance(node.op, ast.Mult) and min(atoms(node.left), atoms(node.right)) > 0:
                return True
    return False


def atoms(value: ast.expr) -> int:
    """How many variables an expression uses that are no rates, strengths or other options."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        return atoms(value.left)
    if isinstance(value, ast.Name | ast.Attribute):
        name = last_name(value)
        return 0 if RATE.fullmatch(name) or is_strength(name) or is_option(name) else 1
    if isinstance(value, ast.Subscript):
        return atoms(value.value)
    if isinstance(value, ast.Call):
        return sum(map(atoms, value.args)) + (atoms(value.func.value) if isinstance(value.func, ast.Attribute) else 0)
    children = [node for node in ast.iter_child_nodes(value) if isinstance(node, ast.expr)]
    return sum(map(atoms, children))
