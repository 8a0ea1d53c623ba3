"""What the source of a function says: what it returns, and what it compares its options with."""

import ast
import functools
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Anything = Callable[..., Any]
MEANS = ("mean", "average")
MODULES = ("np", "numpy", "math", "cp", "jnp", "torch")


def behind(function: Anything) -> Anything:
    """The function that somebody wrote, without decorators, `np.vectorize`, `partial` or a compiler."""
    for _ in range(10):
        if isinstance(function, FunctionType) and not vars(function):  # plain, as most are: said soon
            break
        inner = next(
            (
                found
                for name in ("__wrapped__", "pyfunc", "py_func", "func", "__func__")
                if callable(found := inspect.getattr_static(function, name, None) and getattr(function, name))
            ),
            None,
        )
        if inner is None:
            break
        function = inner
    return function


def uses_torch(around: Mapping[str, Any]) -> bool:
    """Whether a name of a module is torch's: torch itself, something of it, or a class made of that."""
    if "torch" not in sys.modules:
        return False
    return any(
        module_of(one).split(".")[0] == "torch"
        for value in list(around.values())
        for one in (value.__mro__ if issubclass(type(value), type) else (value,))  # it may answer no question
    )


def imports_torch(source: str) -> bool:
    """Whether a source imports torch itself: a file's, or a notebook's as it lies there."""
    return re.search(r"^\W*(import|from)\s+torch\b", source, re.MULTILINE) is not None


def module_of(thing: Any) -> str:
    """The name of the module that something is, or that it was defined in; "" where it does not say."""
    try:
        name = getattr(thing, "__module__", None) or getattr(thing, "__name__", "")
    except Exception:  # a module may hold anything, such as an object that answers no question
        return ""
    return name if isinstance(name, str) else ""


@functools.lru_cache(maxsize=512)
def source_of(function: Anything) -> str:
    """Its source, empty where there is none."""
    try:
        return textwrap.dedent(inspect.getsource(behind(function)))
    except (OSError, TypeError, SyntaxError, IndentationError):
        return ""


@functools.lru_cache(maxsize=512)
def definition(function: Anything) -> Definition | None:
    """The definition in its source, None where it is not to be found."""
    try:
        tree = ast.parse(source_of(function).strip())
    except (SyntaxError, ValueError, RecursionError):
        return None
    name = getattr(behind(function), "__name__", "")
    nodes = [node for node in ast.walk(tree) if isinstance(node, Definition)]
    return next((node for node in nodes if getattr(node, "name", "<lambda>") == name), None)


def returns_of(tree: Definition) -> list[ast.expr | None]:
    """What its return statements return, in the order of the source; inner functions have their own."""
    if isinstance(tree, ast.Lambda):
        return [tree.body]
    found: list[ast.Return] = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            found.append(node)
        elif not isinstance(node, Definition | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return [node.value for node in sorted(found, key=lambda node: node.lineno)]


@functools.lru_cache(maxsize=512)
def returned_names(function: Anything) -> list[str]:
    """The names in its last return statement that returns most, "" for what is no variable of its own.

    A factor, a sum or a cast changes no name: `return loss / n, float(b)` gives loss and b.

    >>> def f(x, w):
    ...     dx, dw = w, x
    ...     return dx, 2 * dw, x @ w
    >>> returned_names(f), returned_names(lambda g: 2 * g)
    (['dx', 'dw', ''], [''])
    """
    return names_of(function, returned_parts(function))


@functools.lru_cache(maxsize=512)
def set_anew_in_loops(function: Anything) -> set[str]:
    """The variables that each round of a loop gives another value, with nothing of the value before."""
    tree = definition(function)
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For)] if tree else []
    inside = [node for loop in loops for node in ast.walk(loop) if isinstance(node, ast.Assign)]
    return {
        target.id
        for node in inside
        for target in node.targets
        if isinstance(target, ast.Name)
        and target.id not in {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
    }


def inner_names(function: Anything) -> list[str]:
    """The names in a tuple inside the one that is returned: W and b of `return loss, (dW, db)`."""
    inner = [part for part in returned_parts(function) if isinstance(part, ast.Tuple | ast.List)]
    return names_of(function, inner[0].elts) if inner else []


def returned_closures(function: Anything) -> dict[int, ast.FunctionDef | ast.Lambda]:
    """The inner functions among what is returned, by their places.

    >>> def f(x):
    ...     def vjp(g):
    ...         return 2 * x * g
    ...     return x * x, vjp
    >>> list(returned_closures(f))
    [1]
    """
    tree = definition(function)
    inner = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} if tree else {}
    parts = enumerate(returned_parts(function))
    found = {i: inner.get(part.id) if isinstance(part, ast.Name) else part for i, part in parts}
    return {i: node for i, node in found.items() if isinstance(node, ast.FunctionDef | ast.Lambda)}


def unread(function: Anything) -> list[str]:
    """The parameters that a function's code never looks at."""
    tree = definition(function)
    if tree is None:
        return []
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    given = tree.args
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs) if one.arg not in read]


@functools.lru_cache(maxsize=512)
def returned_parts(function: Anything) -> list[ast.expr]:
    """The expressions in the last return statement of those that return most."""
    tree = definition(function)
    returns = [elements(value) for value in returns_of(tree) if value is not None] if tree else []
    most = max(map(len, returns), default=0)
    return next((parts for parts in reversed(returns) if len(parts) == most), [])


def names_of(function: Anything, parts: Sequence[ast.expr]) -> list[str]:
    tree = definition(function)
    parameters = {argument.arg for argument in tree.args.args} if tree else set()
    plain = {part.id for part in parts if isinstance(part, ast.Name)}
    names = [(part, name_of(part, parameters)) for part in parts]
    return [name if isinstance(part, ast.Name) or name not in plain else "" for part, name in names]


def elements(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple | ast.List) else [value]


def name_of(value: ast.expr, parameters: set[str]) -> str:
    """The variable that an expression is, or the function's own one that it is mostly made of."""
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Dict | ast.Tuple | ast.List):
        return "grads" if not isinstance(value, ast.Dict) or value.keys else ""
    inner = main_part(value)
    name = name_of(inner, parameters) if inner is not None else ""
    return "" if name in parameters else name


def main_part(value: ast.expr) -> ast.expr | None:
    """What is left of an expression without factors, casts, sums and what is added to it."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult | ast.Div):
        return value.right if isinstance(value.left, ast.Constant) else value.left
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return value.left
    if isinstance(value, ast.UnaryOp):
        return value.operand
    if isinstance(value, ast.Attribute | ast.Subscript):
        return value.value
    if not isinstance(value, ast.Call):
        return None
    called = value.func
    if isinstance(called, ast.Attribute) and not (
        isinstance(called.value, ast.Name) and called.value.id in MODULES
    ):
        return called.value
    return value.args[0] if len(value.args) == 1 else None


@functools.lru_cache(maxsize=512)
def compared_with(function: Anything, name: str) -> list[str]:
    """The strings that a function compares one of its parameters with, in the order of the source.

    >>> def f(x, mode):
    ...     return x if mode == "max" else -x
    >>> compared_with(f, "mode")
    ['max']
    """
    tree = definition(function)
    comparisons = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.Compare)) if tree else (),
        key=lambda node: (node.lineno, node.col_offset),
    )
    found = [
        string
        for node in comparisons
        if any(isinstance(side, ast.Name) and side.id == name for side in [node.left, *node.comparators])
        for side in [node.left, *node.comparators]
        for string in strings_in(side)
    ]
    return list(dict.fromkeys(found))


def strings_in(node: ast.expr) -> Iterator[str]:
    for part in elements(node) if not isinstance(node, ast.Set) else node.elts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


@functools.lru_cache(maxsize=512)
def averages(function: Anything) -> bool:
    """Whether a function divides by anything, or takes a mean."""
    tree = definition(function)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            return True
        if isinstance(node, ast.Attribute) and node.attr in MEANS:
            return True
    return False


@functools.lru_cache(maxsize=512)
def divides_by_count(function: Anything) -> bool:
    """Whether a function divides by how many elements fulfil a condition, which is an array of integers."""
    tree = definition(function)
    nodes = list(ast.walk(tree)) if tree else []
    conditions = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Compare)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    counts = [
        node.right
        for node in nodes
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.Call)
    ]
    return any(
        re.search(r"\b(sum|count_nonzero)\(", ast.unparse(count))
        and any(isinstance(n, ast.Compare) or getattr(n, "id", "") in conditions for n in ast.walk(count))
        for count in counts
    )


@functools.lru_cache(maxsize=512)
def subscripts_of(function: Anything, name: str) -> list[str]:
    """The strings by which a function indexes one of its parameters, a dict."""
    tree = definition(function)
    found = [
        node.slice.value
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ]
    return list(dict.fromkeys(found))


@functools.lru_cache(maxsize=512)
def items_of(function: Anything, name: str) -> list[str]:
    """A name for each item of a parameter of which nothing but items is used, and as a tuple returned.

    Of x[0] alone, which may be the first row of an array, that tuple tells: return (f(x[0]),).
    """
    tree = definition(function)
    returned = [value for value in returns_of(tree) if value is not None] if tree else []
    if tree is None or not returned or not all(isinstance(value, ast.Tuple) for value in returned):
        return []
    nodes = list(ast.walk(tree))
    taken = [
        node.slice.value
        for node in nodes
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, int)
    ]
    uses = sum(isinstance(node, ast.Name) and node.id == name for node in nodes)
    if not taken or uses > len(taken) or set(taken) != set(range(max(taken) + 1)):
        return []
    return [name] if max(taken) == 0 else [f"{name}{i}" for i in range(max(taken) + 1)]


@functools.lru_cache(maxsize=512)
def prefixes_of(function: Anything, name: str) -> list[str]:
    """The texts before a number by which a function indexes a dict: W and b of `p["W" + str(l)]`."""
    tree = definition(function)
    found = [
        prefix_of(node.slice)
        for node in (ast.walk(tree) if tree else ())
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == name
    ]
    return list(dict.fromkeys(filter(None, found)))


def prefix_of(index: ast.expr) -> str | None:
    """The text before a number: W of "W" + str(i), f"W{i}", "W%d" % i."""
    text = ast.unparse(index)
    patterns = (
        r"'(\w*)' \+ (?:str|repr)\(.*\)",
        r"f'(\w*?)\{.*\}'",
        r"'(\w*)%[dis]' % .*",
        r"'(\w*)\{\}'\.format\(.*\)",
    )
    return next((m[1] for p in patterns if (m := re.fullmatch(p, text)) and m[1]), None)


@functools.lru_cache(maxsize=512)
def unpacked_from(function: Anything, name: str) -> list[str]:
    """The names that a function unpacks one of its parameters into.

    >>> def f(x, params):
    ...     w, b = params
    ...     return x @ w + b
    >>> unpacked_from(f, "params"), unpacked_from(f, "x")
    (['w', 'b'], [])
    """
    tree = definition(function)
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Name) or node.value.id != name:
            continue
        if isinstance(target := node.targets[0], ast.Tuple | ast.List):
            return [part.id for part in target.elts if isinstance(part, ast.Name)]
    return []
