"""The statements of a function that change its parameters by a step, and a run in which they are watched."""

import ast
import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.names import DATA, is_truth

EPOCHS = re.compile(
    r"\b(\w*epochs?\w*|\w*iter(s|ations?)?|\w*steps|rounds|times|\d{2,}|\w*(轮|迭代|次数|周期)\w*)\b(?!\()",
    re.IGNORECASE,
)
PASS = re.compile(r"_|[轮次代]\w*|epoch\w*|iter\w*|it|step|round|t|cycle", re.IGNORECASE)
DRAWN = re.compile(r"\b(randint|randrange|integers|choice)$")
DECAYED = re.compile(r"\breg\w*|\w*decay\w*|\bshrink\w*|1(\.0)? - ", re.IGNORECASE)
SAMPLES = re.compile(
    r"\b(samples?|batch\w*|n_samples|[mnN]|zip|enumerate|examples|permutation|indices|idx)\b"
)


@dataclass(frozen=True)
class Updates:
    """The statements of a function that change parameters by a step, and the parameters by their names."""

    tree: ast.FunctionDef
    statements: tuple[ast.stmt, ...]
    names: tuple[str, ...]

    @cached_property
    def rates(self) -> list[ast.expr]:
        """What stands for the learning rate, as it is read; first in the updates: an α may be a penalty's."""
        nodes = [node for tree in (*self.statements, self.tree) for node in ast.walk(tree)]
        read = [node for node in nodes if isinstance(node, ast.Name | ast.Attribute)]
        return [node for node in read if RATE.fullmatch(last_name(node))]

    @cached_property
    def loops(self) -> list[ast.For | ast.While]:
        """Those around an update, from the outside inwards."""
        loops = [node for node in ast.walk(self.tree) if isinstance(node, ast.For | ast.While)]
        return [loop for loop in loops if any(inner in self.statements for inner in ast.walk(loop))]

    def is_of_the_next(self, name: str, known: frozenset[str] = frozenset()) -> bool:
        """Whether a variable is only given what a pass makes of parameters that it has changed before."""
        given = [value for value in self.given_to(name) if not isinstance(value, ast.List | ast.Constant)]
        if not given or min(value.lineno for value in given) < max(one.lineno for one in self.statements):
            return False
        inside = [ast.unparse(n) for value in given for n in ast.walk(value) if isinstance(n, ast.expr)]
        if any(one in self.names or re.match(r"self\.\w+\(", one) for one in inside):
            return True
        known |= {name}
        others = {one for one in inside if one.isidentifier()} - known
        return any(self.is_of_the_next(other, known) for other in others)

    def given_to(self, name: str) -> Iterator[ast.expr]:
        """What a variable is set to, and what is appended to it."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                yield node.value
            elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func) == f"{name}.append":
                yield node.args[0]

    @cached_property
    def starts(self) -> dict[str, str]:
        """The parameters that start from an argument, or a copy of one, by the argument's name."""
        arguments = {a.arg for a in self.tree.args.args} - set(self.names)
        plain = [n for n in ast.walk(self.tree) if isinstance(n, ast.Assign) and n not in self.statements]
        pairs = [(part.targets[0], part.value) for node in plain for part in one_by_one(node)]
        return {
            given: target.id
            for target, value in pairs
            if isinstance(target, ast.Name) and target.id in self.names
            if (given := copied_from(value)) in arguments
        }

    @property
    def is_by_sample(self) -> bool:
        """Whether one sample after the other is learnt: their gradients are those of different weights."""
        inner = [loop for loop in self.loops if isinstance(loop, ast.For) and not is_of_epochs(loop)]
        arguments = {a.arg for a in self.tree.args.args if DATA.fullmatch(a.arg) or is_truth(a.arg)}
        texts = [ast.unparse(loop.iter) for loop in inner]
        loops_over = any(
            SAMPLES.search(text) or arguments & set(re.findall(r"\w+", text)) for text in texts
        )  # fmt: skip
        return loops_over or any(map(self.draws_sample, arguments))

    def draws_sample(self, data: str) -> bool:
        """Whether one row of the data is taken by chance: i = randint(len(x)); x[i]."""
        drawn = {
            node.targets[0].id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
            if isinstance(node.value, ast.Call) and DRAWN.search(ast.unparse(node.value.func))
            if not any(k.arg == "size" for k in node.value.keywords)
        }
        return any(
            isinstance(node, ast.Subscript) and ast.unparse(node.value) == data
            and isinstance(node.slice, ast.Name) and node.slice.id in drawn
            for node in ast.walk(self.tree)
        )  # fmt: skip


Step = ast.Assign | ast.AugAssign


def updates_in(
    tree: ast.FunctionDef, also: Callable[[Step, ast.expr], bool] = lambda node, change: False
) -> Updates | None:
    """None where there are none, or where they are no steps: a gradient is added up without a rate.

    `also` may say otherwise of a statement and what it adds.
    """
    rated = rated_names(tree)
    found: list[tuple[ast.stmt, str]] = [
        (node, base)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for change in [change_of(node)]
        if change is not None and (is_rated(change, rated) or also(node, change))
        for base in [base_of(target_of(node))]
        if base
    ]
    found += taken_back(tree, rated)
    found = found or list(returned(tree, rated))
    if not found:
        return None
    return updates_of(tree, found)


def updates_of(tree: ast.FunctionDef, found: Sequence[tuple[ast.stmt, str]]) -> Updates:
    return Updates(tree, tuple(dict.fromkeys(s for s, _ in found)), tuple(dict.fromkeys(b for _, b in found)))


def taken_back(tree: ast.FunctionDef, rated: set[str]) -> Iterator[tuple[ast.stmt, str]]:
    """The statements that give parameters what was computed of them under other names, and the parameters.

    `t0 = theta[0] - lr * d0`, then `theta = np.array([t0, t1])`.
    """
    every = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
    nodes = [node for node in every if len(node.targets) == 1]
    moved = {
        base_of(node.targets[0]): origin
        for node in nodes
        if is_rated(node.value, rated) and (origin := origin_of(node.value))
        if base_of(node.targets[0]) not in ("", origin)
    }
    for node in nodes:
        pairs = list(zip(parts_of(node.targets[0]), parts_of(node.value), strict=False))
        wholes = [(base_of(one), {moved[name] for name in names_moved(part, moved)}) for one, part in pairs]
        for base, _ in wholes if all(whose == {base} for base, whose in wholes) else ():
            yield node, base


def names_moved(value: ast.expr, moved: Mapping[str, str]) -> set[str]:
    """The variables of a parameter's new numbers in what only puts them together; none in a calculation."""
    if any(isinstance(node, ast.BinOp) for node in ast.walk(value)):
        return set()
    return {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} & set(moved)


def returned(tree: ast.FunctionDef, rated: set[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Where it returns parameters after a step: `return w - lr * dw`; and the arguments that they were."""
    arguments = {a.arg for a in tree.args.args}
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            for part in parts_of(node.value):
                if is_rated(part, rated) and (origin := origin_of(part)) in arguments:
                    yield node, origin


def parts_of(value: ast.expr) -> list[ast.expr]:
    return value.elts if isinstance(value, ast.Tuple) else [value]


def origin_of(value: ast.expr) -> str:
    """The variable of which a sum or difference begins: w of `w[0] - lr * g`; "" for none."""
    value = unmarked(value)
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add | ast.Sub):
        return ""
    return base_of(unmarked(leftmost_of(value)))


def leftmost_of(value: ast.BinOp) -> ast.expr:
    left = unmarked(value.left)
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub):
        value, left = left, unmarked(left.left)
    return value.left


def target_of(node: ast.Assign | ast.AugAssign) -> ast.expr:
    return node.target if isinstance(node, ast.AugAssign) else node.targets[0]


def change_of(node: ast.Assign | ast.AugAssign | ast.Return) -> ast.expr | None:
    """What is added to a variable or taken from it."""
    if isinstance(node, ast.Return):
        return node.value
    if isinstance(node, ast.AugAssign):
        return node.value if isinstance(node.op, ast.Add | ast.Sub) else None
    value, target = unmarked(node.value), text_of(node.targets[0])
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add | ast.Sub):
        return None
    leftmost = unmarked(leftmost_of(value))
    if text_of(leftmost) == target or is_shrunk(leftmost, target):
        return value
    return value if isinstance(value.op, ast.Add) and text_of(value.right) == target else None


def unmarked(value: ast.expr) -> ast.expr:
    """What the doctor itself leads through a function while it looks for a mistake."""
    while isinstance(value, ast.Call) and getattr(value.func, "id", "").startswith("__charmlp_"):
        value = value.args[-1]
    return value


class Unmarked(ast.NodeTransformer):
    """A tree without what the doctor leads through functions of its own."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        inner = unmarked(node)
        return self.visit(inner) if inner is not node else self.generic_visit(node)


def text_of(node: ast.expr) -> str:
    """What one reads in the code."""
    text = ast.unparse(node)
    return ast.unparse(Unmarked().visit(copy.deepcopy(node))) if "__charmlp_" in text else text


def is_shrunk(value: ast.expr, target: str) -> bool:
    """Whether it is a parameter times 1 - rate · decay, as it stands in an update."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mult):
        return False
    sides = text_of(value.left), text_of(value.right)
    return target in sides and DECAYED.search(" ".join(sides)) is not None


def rated_names(tree: ast.FunctionDef) -> set[str]:
    """The names of learning rates, and of what is computed with one, but for the parameters themselves."""
    known: set[str] = set()
    for _ in range(3):  # update = eta * error; dw = update * x
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and change_of(node) is None and is_rated(node.value, known):
                known |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return known


def is_rated(value: ast.expr, known: set[str]) -> bool:
    nodes = [node for node in ast.walk(value) if isinstance(node, ast.Name | ast.Attribute)]
    return any(RATE.fullmatch(last_name(node)) or ast.unparse(node) in known for node in nodes)


def last_name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def base_of(target: ast.expr) -> str:
    """The variable that a target is, or is a part of: `w`, or `self.w` of `self.w[1:]`; "" for others.

    A tensor's numbers are the tensor: `w.data`.
    """
    target = unmarked(target)
    while isinstance(target, ast.Subscript) or (isinstance(target, ast.Attribute) and target.attr == "data"):
        target = unmarked(target.value)
    if isinstance(target, ast.Name):
        return target.id
    is_own = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name)
    return ast.unparse(target) if is_own and target.value.id == "self" else ""  # type: ignore[attr-defined]


def is_of_epochs(loop: ast.For) -> bool:
    """Whether a loop does the same again and again."""
    is_range = isinstance(loop.iter, ast.Call) and ast.unparse(loop.iter.func) in ("range", "tqdm", "trange")
    return is_range and (
        bool(EPOCHS.search(ast.unparse(loop.iter)))
        or (isinstance(loop.target, ast.Name) and bool(PASS.fullmatch(loop.target.id)))
    )


def one_by_one(node: ast.Assign) -> list[ast.Assign]:
    """`w, b = np.zeros(n), 0` and `w = b = 0` as one assignment each."""
    if len(node.targets) > 1:
        return [ast.Assign([target], copy.deepcopy(node.value)) for target in node.targets]
    target, value = node.targets[0], node.value
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
        return [node]
    pairs = zip(target.elts, value.elts, strict=False)
    given = {name.id for name in ast.walk(value) if isinstance(name, ast.Name)}
    swaps = any(isinstance(one, ast.Name) and one.id in given for one in target.elts)
    alike = len(target.elts) == len(value.elts) and not swaps
    return [ast.Assign([one], number) for one, number in pairs] if alike else [node]


def copied_from(value: ast.expr) -> str:
    """The variable that an expression is, or a copy of: `w0`, `np.array(w0, float)`, `w0.copy()`; else ""."""
    if isinstance(value, ast.Call):
        called = value.func.attr if isinstance(value.func, ast.Attribute) else ast.unparse(value.func)
        if called in ("array", "asarray", "copy", "deepcopy", "float", "list", "astype"):
            of_method = isinstance(value.func, ast.Attribute) and called in ("copy", "astype")
            of_array = of_method and ast.unparse(value.func.value) not in ("np", "numpy", "copy")  # type: ignore[attr-defined]
            value = value.func.value if of_array else value.args[0] if value.args else value  # type: ignore[attr-defined]
    return value.id if isinstance(value, ast.Name) else ""
