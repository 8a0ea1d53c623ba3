"""What the inputs of a torch Function are, as far as its code tells: trained tensors, constants, numbers."""

import ast
import re
from collections.abc import Iterator, Sequence, Set
from typing import Any

from charmlp.doctor.operation.conditions import SENTENCE, said_of
from charmlp.doctor.operation.source import definition, elements, returned_parts, source_of

# Tensors that nobody trains: tables of angles, masks, what another model says, positions
DATA = re.compile(
    r"(cos|sin)(_?(table|cache|emb|pos|theta|freqs?))?|freqs?(_?cis)?|\w*mask|mask\w*|\w*teacher\w*|\w*_ref|ref_\w+|noise"
    r"|eps(ilon)?|rand\w*|\w*target\w*|ground_?truth\w*|gt_\w+|soft_?(targets?|labels?)|pos_?weight|(class|sample)_?weights?|pos(ition)?s?(_ids)?|\w*lengths?|running_\w+|batch_?size\w*",
    re.IGNORECASE,
)
FROZEN = re.compile(
    r"frozen|constant|not (trained|trainable)|non-?trainable|no grad(ient)?s?\b|\bfixed\b|冻结|常数|常量",
    re.IGNORECASE,
)
# What a quantiser rounds to, which is measured and not trained where backward returns None for it
ROUNDS = re.compile(r"\b(round|floor)_?\(")
GRID = re.compile(r"(\w+_)?(scales?|zero_?points?|step_?size)", re.IGNORECASE)
# What hands gradients on with the sign turned round, by its name
REVERSES = re.compile(r".*(revers|rev_?grad|grad_?rev|\bgrl).*", re.IGNORECASE)
COUNT = re.compile(r"strides?|pad(ding)?|(kernel|block|group|chunk|window)_?size|(n|num)_\w+", re.IGNORECASE)
BATCH = re.compile(r"batch_?size|bs", re.IGNORECASE)
POWER = re.compile(r"gamma|focus\w*|\w*power|order|degree", re.IGNORECASE)
KEPT = re.compile(r"^\s*ctx\.\w+ *=.*$", re.MULTILINE)  # what is kept for backward is not used yet
BEFORE_BODY = re.compile(r"^[\s\S]*?\)( *->[^\n]*)?:\n")
# How a whole number is used, such as a count of bits or of groups
WHOLE = (
    r"2(\.0)? ?\*\* ?\(? ?{name}\b|range\({name}\)|// ?{name}\b|<< ?\(?{name}\b"
    r"|[(,] ?{name}, -1|=\s?{name}[,)]"
)


def constants(function: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The inputs for which None is written in backward, and which are said to be, or named as, constant."""
    without = without_gradient(function, names)
    text = f"{said_of(function.forward)}\n\n{function.__doc__ or ''}"
    sentences = [sentence for sentence in SENTENCE.split(text) if FROZEN.search(sentence)]
    kept, rounds = kept_as_numbers(function), ROUNDS.search(source_of(function.forward))
    return tuple(
        name
        for name in without
        if name in kept
        or DATA.fullmatch(name)
        or FROZEN.fullmatch(name)
        or REVERSES.match(function.__name__)
        or (rounds and GRID.fullmatch(name))
        or is_teacher(name, names)
        or any(re.search(rf"\b{re.escape(name)}\b", sentence) for sentence in sentences)
    )


def is_teacher(name: str, names: Sequence[str]) -> bool:
    """Whether another input is called as a student is where this one is called as a teacher: y_s and y_t."""
    student = re.sub(r"(^|_)t(_|$)", r"\1s\2", name)
    return student != name and student in names


def saved(function: Any) -> tuple[str, ...]:
    """The inputs that are kept as tensors, and so are none of the numbers that their names may say."""
    calls = [
        node
        for half in halves(function)
        for node in ast.walk(definition(half) or ast.Module([], []))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "save_for_backward"
    ]
    return tuple(arg.id for call in calls for arg in call.args if isinstance(arg, ast.Name))


def without_gradient(function: Any, names: Sequence[str]) -> list[str]:
    """The inputs in whose place backward returns None, as such, or as a variable that is never else."""
    nothing = only_none(function.backward)
    pairs = zip(names, returned_parts(function.backward), strict=False)
    return [name for name, part in pairs if is_nothing(part, nothing)]


def is_nothing(part: ast.expr, nothing: Set[str]) -> bool:
    return isinstance(part, ast.Constant) or getattr(part, "id", "") in nothing


def only_none(function: Any) -> set[str]:
    """The variables that are given None and nothing else: grad_input = grad_target = None."""
    tree = definition(function)
    assigned = [pair for node in ast.walk(tree or ast.Module([], [])) for pair in assignments_in(node)]
    some = {name for name, value in assigned if not isinstance(value, ast.Constant)}
    return {
        name for name, value in assigned if isinstance(value, ast.Constant) and value.value is None
    } - some


def assignments_in(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement gives a value to, with that value."""
    if isinstance(node, ast.AugAssign | ast.AnnAssign) and node.value is not None:
        yield ast.unparse(node.target), node.value
    for target in node.targets if isinstance(node, ast.Assign) else ():
        for one, value in pairs_in(target, node.value):  # type: ignore[attr-defined]
            yield ast.unparse(one), value


def switches(function: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The inputs that only decide what is computed: `if causal:`, and `if ctx.causal:` in backward.

    What decides that backward itself adds to somebody's `.grad`, and returns none, is left as it is.
    """
    gives_itself = re.search(r"\.grad\b *\+?= ", source_of(function.backward))
    return () if gives_itself else only_asked(function, names)


def only_asked(function: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The inputs of which the code asks nothing but whether they are true."""
    every = [*halves(function), function.backward]
    trees = [tree for half in every if (tree := definition(half)) is not None]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    asked = {spelled for node in nodes for test in tests_in(node) for spelled in names_asked(test)}
    return tuple(
        name
        for name in without_gradient(function, names)
        if name in asked and not DATA.fullmatch(name) and not computed_with(nodes, name)
    )


def tests_in(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        yield node.test


def names_asked(test: ast.expr) -> Iterator[str]:
    """Names, and attributes, whose truth alone a condition asks for."""
    if isinstance(test, ast.Name):
        yield test.id
    elif isinstance(test, ast.Attribute):
        yield test.attr
    elif isinstance(test, ast.BoolOp | ast.UnaryOp):
        for part in test.values if isinstance(test, ast.BoolOp) else [test.operand]:
            yield from names_asked(part)


def computed_with(nodes: Sequence[ast.AST], name: str) -> bool:
    """Whether an input is a number as well: a factor, what another number is compared with, an index."""
    inside = [
        part
        for node in nodes
        if isinstance(node, ast.BinOp | ast.Compare | ast.Subscript)
        for part in ast.iter_child_nodes(node)
    ]
    return any(
        (isinstance(part, ast.Name) and part.id == name)
        or (isinstance(part, ast.Attribute) and part.attr == name)
        for part in inside
    )


def kept_as_numbers(function: Any) -> set[str]:
    """What is kept on ctx as it is, beside tensors that are saved."""
    sources = [source_of(half) for half in halves(function)]
    if not any("save_for_backward" in source for source in sources):
        return set()
    assigned = [
        pair
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Assign)
        for pair in pairs_in(node.targets[0], node.value)
    ]
    return {v.id for t, v in assigned if isinstance(t, ast.Attribute) and isinstance(v, ast.Name)}


def pairs_in(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is assigned to what; several may be kept as one tuple: ctx.other = low, high."""
    targets, values = elements(target), elements(value)
    yield from zip(targets * len(values) if len(targets) == 1 else targets, values, strict=False)


def is_unused(function: Any, name: str) -> bool:
    """Whether forward takes an input and does nothing with it."""
    return all(len(re.findall(rf"\b{re.escape(name)}\b", source_of(half))) < 2 for half in halves(function))


def numbers(function: Any, names: Sequence[str]) -> dict[str, float]:
    """The inputs without a gradient that are kept as numbers, or taken for such, and what they may be."""
    source = KEPT.sub("", source_of(function.forward))
    found: dict[str, float] = dict.fromkeys(only_asked(function, names), False)
    tensors = saved(function)
    for name in {one for one in without_gradient(function, names) if one not in found}:
        if BATCH.fullmatch(name) and name not in tensors:
            found[name] = 5
        elif DATA.fullmatch(name):
            continue
        elif COUNT.fullmatch(name) or re.search(WHOLE.format(name=name), source) or is_unused(function, name):
            found[name] = 3 if name.lower().startswith("dilat") else 2  # no stride
        elif ROUNDS.search(source) and not re.search(rf"\b{name}\b", BEFORE_BODY.sub("", source)):
            found[name] = 1.0  # backward alone scales a gradient by it, that of a step size
        elif name in kept_as_numbers(function) and not re.search(rf"\b{name}(\.\w|\[)", source):
            found[name] = 2.0 if POWER.fullmatch(name) else 0.7
    return found


def halves(function: Any) -> tuple[Any, ...]:
    """What runs before backward."""
    return (function.forward, function.setup_context)


def trained(function: Any, names: Sequence[str]) -> tuple[str, ...]:
    """The inputs for which backward computes something: no options, no labels, whatever their names."""
    pairs, nothing = zip(names, returned_parts(function.backward), strict=False), only_none(function.backward)
    return tuple(
        name for name, part in pairs if not is_nothing(part, nothing) and "zeros" not in ast.unparse(part)
    )
