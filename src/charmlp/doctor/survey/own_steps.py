"""The order and the signs of a training loop's statements: backward(), the step, gradients set to 0."""

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import chain

from charmlp.doctor.mistake import Mistake
from charmlp.doctor.survey.scopes import Scope, mistake

RATE = r"(\w+\.)*(\w*lr|learning_?rate|eta|step_?size|alpha|\w*rate|epsilon)|\d[\d.e-]*"
OWN_STEP = re.compile(
    rf"(?P<name>[a-zA-Z_]\w*)(\.data)? (?P<sign>[+-])= "
    rf"(({RATE}) \* (?P=name)\.grad(\.data)?|(?P=name)\.grad(\.data)? \* ({RATE}))",
    re.IGNORECASE,
)
OWN_RESET = re.compile(
    r"([a-zA-Z_]\w*)\.grad(?:(?:\.data)? = None|(?:\.data)?\.zero_\(\)|\.fill_\(0(?:\.0)?\))"
)
OTHER_RESET = re.compile(
    r"zero_grad|autograd\.grad|requires_grad_?\(|detach_\(|for \w+ in .*:\n(.*\n)*?.*\.grad\b"
)
OF_OPTIMIZER = re.compile(r"((?:\w+\.)*\w*opt\w*)\.(step|zero_grad)\(.*\)", re.IGNORECASE)
# A loss that nobody wants to be large
MADE_SMALL = re.compile(
    r"^ *(loss|cost|l) = (?!-|\d)[^\n]*(\*\* 2|pow\(2\)|mse_loss\(|cross_entropy\(|nll_loss\(|criterion\()",
    re.M,
)
# What is made large: what somebody wants, an attack's input, a multiplier
GAINED = re.compile(r"(?i).*(reward|return|objective|utility|likelihood|elbo|adv|score|gain|log_?p)")
NO_WEIGHT = re.compile(r"(?i)x\d?|\w*(input|image|img|data|noise|delta|adv|pert|lam|dual|mult|mu)\w*")


def step_mistakes(scope: Scope) -> Iterator[Mistake]:
    loops = [node for node in scope.nodes if isinstance(node, ast.For | ast.While)]
    yield from reset_before_step(loops)
    for node in loops:
        yield from one_is_not_reset(node)
        yield from goes_uphill(node)


def reset_before_step(loops: Sequence[ast.For | ast.While]) -> Iterator[Mistake]:
    """A step by gradients that were set to 0 after backward(), or before it was called."""
    for loop in loops:
        events = [event for statement in loop.body for event in events_of(statement)]
        for at, (name, what, node) in enumerate(events):
            if what != "step":
                continue
            before = [*events[:at][::-1], *events[at + 1 :][::-1]]
            last = next(
                (e for e in before if e[1] == "backward" or (e[0] == name and e[1] == "zero_grad")), None
            )
            if last is not None and last[1] == "zero_grad" and any(e[1] == "backward" for e in events):
                yield mistake("missing-gradient", "reset", node)
                return


def events_of(statement: ast.stmt) -> Iterator[tuple[str, str, ast.stmt]]:
    """backward(), zero_grad() and step() as statements of their own; a block of them counts as backward()."""
    text = ast.unparse(statement)
    if isinstance(statement, ast.Expr) and (found := OF_OPTIMIZER.fullmatch(text)):
        yield found[1], found[2], statement
    elif "backward" in text or re.search(r"\.grad\b|autograd|\bclosure\b|step\(", text):
        yield "", "backward", statement


def one_is_not_reset(loop: ast.For | ast.While) -> Iterator[Mistake]:
    """Of several weights that take steps by their .grad one whose gradient alone is never set to 0."""
    if OTHER_RESET.search("\n".join(map(ast.unparse, loop.body)) + "\n"):
        return
    texts = [(ast.unparse(node), node) for node in ast.walk(loop) if isinstance(node, ast.stmt)]
    steps = {found["name"]: node for text, node in texts if (found := OWN_STEP.fullmatch(text))}
    resets = {found[1] for text, _ in texts if (found := OWN_RESET.fullmatch(text))}
    made = set(chain.from_iterable(names_made(node) for _, node in texts))
    left = [name for name in steps if name not in resets | made]
    if resets & set(steps) and len(left) == 1:
        yield mistake("not-accumulated", "one-reset", steps[left[0]], weight=left[0])


def names_made(node: ast.stmt) -> Sequence[str]:
    """The variables that an assignment gives another value to."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [inner.id for target in targets for inner in ast.walk(target) if type(inner) is ast.Name]


def goes_uphill(loop: ast.For | ast.While) -> Iterator[Mistake]:
    """A weight that takes its step along the gradient of a loss, or where others go against theirs."""
    statements = [node for node in ast.walk(loop) if isinstance(node, ast.AugAssign)]
    steps = [(found, node) for node in statements if (found := OWN_STEP.fullmatch(ast.unparse(node)))]
    up = [(found["name"], node) for found, node in steps if found["sign"] == "+"]
    down = [found["name"] for found, _ in steps if found["sign"] == "-"]
    text = ast.unparse(loop)
    is_sure = len(up) == 1 if down else MADE_SMALL.search(text)
    if up and is_sure and not GAINED.search(text) and not any(NO_WEIGHT.fullmatch(name) for name, _ in up):
        yield mistake("sign-flipped", "ascent", up[0][1], weight=up[0][0])
