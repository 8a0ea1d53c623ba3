"""What a file's own training with torch does wrong around gradients that torch computes.

Nobody wrote these gradients, and there is nothing to compare them with; the source tells. Only what leaves no
doubt is told of: gradients that nothing ever sets to 0, a mean that is taken twice, noise that is scaled by a
variance, one mean of all log-probabilities where each has a return of its own, a loss as its own upstream
gradient.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import TypeGuard

from charmlp.doctor.mistake import Mistake
from charmlp.doctor.operation.source import imports_torch
from charmlp.doctor.survey.own_steps import step_mistakes
from charmlp.doctor.survey.parts import Piece
from charmlp.doctor.survey.scopes import Scope, called_name, mistake, scopes_of

# What gives gradients a new start, or makes others of the weights
RESET = re.compile(
    r"zero_|\.grad(\.data)? *\*?=[^=]|fill_\(|autograd\.grad|requires_grad_?\(|detach_\(|\.grad\("
)
AVERAGES = {"mse_loss", "cross_entropy", "nll_loss", "binary_cross_entropy", "l1_loss", "smooth_l1_loss"}
BATCH = re.compile(r"(self\.)?batch_?size|len\(\w+\)|\w+\.(shape\[0\]|size\(0\))", re.IGNORECASE)
NOISE = re.compile(r"(?i)\w*(eps|epsilon|noise|randn\w*|normal\w*|\bz)\w*")
LOG_VARIANCE = re.compile(r"(\w+\.)*_*\w*log_?var(iance)?\w*", re.IGNORECASE)
LOG_PROBABILITIES = re.compile(r"(\w+\.)*_*log_?(p|probs|probabilities)\w*", re.IGNORECASE)
DRAWING = {"sample", "rsample"}


def mistakes_in(pieces: Sequence[Piece]) -> Iterator[tuple[str, Mistake]]:
    """The name of a function, or "", and what is wrong there."""
    source = "\n".join(piece.source for piece in pieces)
    if not imports_torch(source):
        return
    scopes = [scope for piece in pieces for scope in scopes_of(piece.source)]
    for scope in scopes:
        yield from ((scope.name, one) for check in CHECKS for one in check(scope))
    if not re.search(r"def backward\(self\)", source):  # an engine of one's own
        yield from never_reset(scopes, source)
        yield from averaged_twice(scopes, source)


# Gradients


def backwards(nodes: Sequence[ast.AST]) -> list[ast.Call]:
    """The calls loss.backward()."""
    return [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "backward"
        and not node.args
    ]


def steps(nodes: Sequence[ast.AST]) -> list[ast.stmt]:
    """The statements that change weights by their `.grad`, or have an optimizer do so."""
    statements = [node for node in nodes if isinstance(node, ast.Expr | ast.AugAssign | ast.Assign)]
    return [node for node in statements if is_step(node)]


def is_step(node: ast.stmt) -> bool:
    text = ast.unparse(node)
    if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub):
        return bool(re.search(r"\.grad\b", text))
    return bool(
        re.fullmatch(r"(\w+\.)*\w*opt\w*\.step\(\)", text) or re.search(r"\.(sub_|add_)\(.*\.grad\b", text)
    )


def never_reset(scopes: Sequence[Scope], source: str) -> Iterator[tuple[str, Mistake]]:
    """Steps in a loop whose gradients grow from one to the next, as nothing ever sets them to 0."""
    if RESET.search(source):
        return
    for scope in scopes:
        loops = [node for node in scope.nodes if isinstance(node, ast.For | ast.While)]
        rounds = [list(ast.walk(loop)) for loop in loops] + ([scope.nodes] if scope.in_loop else [])
        for nodes in rounds:
            found = backwards(nodes)
            if found and steps(nodes):
                yield scope.name, mistake("not-accumulated", "never-reset", found[0])
                return


def averaged_twice(scopes: Sequence[Scope], source: str) -> Iterator[tuple[str, Mistake]]:
    """A step of grad / batch_size, where the loss is a mean already."""
    if re.search(r"\.sum\((\w*)\)\.backward|reduction=['\"](sum|none)", source):
        return
    found = [(scope, call) for scope in scopes for call in backwards(scope.nodes)]
    if not found or not all(is_mean(scope, call) for scope, call in found):
        return
    for scope in scopes:
        divisions = (node for step in steps(scope.nodes) for node in ast.walk(step) if is_of_batch(node))
        for node in divisions:
            yield scope.name, mistake("extra-mean", "step", node, divisor=ast.unparse(node.right))
            return


def is_of_batch(node: ast.AST) -> TypeGuard[ast.BinOp]:
    """Whether it is grad / batch_size."""
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div):
        return False
    of_batch = BATCH.fullmatch(ast.unparse(node.right)) is not None
    return of_batch and re.search(r"\.grad\b", ast.unparse(node.left)) is not None


def is_mean(scope: Scope, call: ast.Call) -> bool:
    assert isinstance(call.func, ast.Attribute)
    loss = scope.meant(call.func.value)
    return called_name(loss) in {"mean", *AVERAGES}


def led_by_itself(scope: Scope) -> Iterator[Mistake]:
    """loss.backward(loss): the upstream gradient of a loss is 1, not the loss."""
    for node in scope.nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        loss = ast.unparse(node.func.value)
        if node.func.attr == "backward" and [ast.unparse(one) for one in node.args] == [loss]:
            yield mistake("cotangent-twice", "loss", node, loss=loss)
            return


# Forward


def noise_by_variance(scope: Scope) -> Iterator[Mistake]:
    """eps · exp(log σ²), where eps · exp(½ log σ²) is a number of that variance."""
    for node in scope.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = [scope.meant(node.left), scope.meant(node.right)]
            if any(map(is_exp_of_log_variance, sides)) and any(map(is_noise, sides)):
                yield mistake("forward-wrong", "deviation", node)
                return


def is_exp_of_log_variance(node: ast.expr) -> bool:
    if called_name(node) != "exp" or not isinstance(node, ast.Call):
        return False
    of = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else node
    return LOG_VARIANCE.fullmatch(ast.unparse(of)) is not None


def is_noise(node: ast.expr) -> bool:
    name = called_name(node) or (node.id if isinstance(node, ast.Name) else "")
    return name in DRAWING or NOISE.fullmatch(name) is not None


def one_mean_for_all(scope: Scope) -> Iterator[Mistake]:
    """The mean of all log-probabilities times each return, where each action has a return of its own."""
    for node in scope.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = [scope.meant(node.left), scope.meant(node.right)]
            if any(map(is_mean_of_log_probabilities, sides)) and not any(
                isinstance(s, ast.Constant) for s in sides
            ):
                others = [side for side in sides if not is_mean_of_log_probabilities(side)]
                if others and all(
                    re.search(r"(?i)return|reward|delta|advantage|\bgs?\b", ast.unparse(o)) for o in others
                ):
                    yield mistake("forward-wrong", "one-mean", node)
                    return


def is_mean_of_log_probabilities(node: ast.expr) -> bool:
    if called_name(node) not in ("mean", "sum") or not isinstance(node, ast.Call) or node.keywords:
        return False
    is_method = isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) != "torch"
    if (is_method and node.args) or (not is_method and len(node.args) != 1):
        return False  # along one dimension
    of = node.func.value if is_method and isinstance(node.func, ast.Attribute) else node.args[0]
    return LOG_PROBABILITIES.fullmatch(ast.unparse(of)) is not None


CHECKS = (led_by_itself, noise_by_variance, one_mean_for_all, step_mistakes)
