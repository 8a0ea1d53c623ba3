"""Names and expressions of gradients: what things are called, and whether numbers are computed."""

import ast
import re
from collections.abc import Iterator, Sequence

from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.descent.updates import last_name
from charmlp.doctor.operation.numpy_code.names import words_of
from charmlp.doctor.operation.options import is_option, is_strength

# What a variable that holds a gradient is called
OF = (
    "x|w|b|y|z|h|a|u|v|o|s|f|c|k|q|p|l|g|i|gamma|beta|alpha|theta|outs?|outputs?|inputs?|weights?|bias(es)?|scores?"
    "|logits|probs?|loss|hidden|pred|mu|mean|var|std|sigma|prev|next|embed\\w*|kernel|state|cell"
)
GRADIENT = re.compile(
    rf"_?(d_?[A-Z]\w*|D_[a-z]\w*|d_?({OF})[a-z]?\d*|d_[a-z]\w*|d[a-z]+_d?[a-z]\w*|del_?\w+|deltas?(_?[a-z]?\w*)?|\w+_deltas?\d*"
    r"|(\w+_)?grad(ient)?s?\d*(_\w+)?|g[A-Z]\w*|g[wbxhz]\d*|nabla\w*|(\w+_)?slopes?(_\w+)?|\w*error_?(term|signal)\w*)"
)
# and what one is not called: a difference of time, the size of a model, a gradient that is only compared
NO_GRADIENT = re.compile(
    r"d_?t|dtype\w*|d_(model|ff|head|dim)|delta_?t(ime)?|grad_?(fn|func|clip|scale)|\w*_fn|dist\w*|data\w*|del"
    r"|delete|dropout\w*|\w*(num|approx|estimat|check|norm|diff|error|expected|fd|requires)\w*",
    re.IGNORECASE,
)
TERM = re.compile(r"\w*error_?(term|signal)\w*", re.IGNORECASE)
# A function that is a backward pass or a derivative, by its name
BACKWARD = {
    "backward", "backwards", "bwd", "bw", "bprop", "backprop", "backpropagate", "backpropagation", "vjp",
    "derivative", "derivatives", "deriv", "derivate", "prime", "grad", "gradient", "gradients", "grads",
    "delta", "deltas", "slope", "jacobian",
}  # fmt: skip
# Functions that check gradients or show something, and what applies gradients that it is given
ASIDE = {
    "check", "checking", "checker", "gradcheck", "numeric", "numerical", "numerically", "numgrad", "plot",
    "draw", "show", "print", "verify", "compare", "approx", "test",
}  # fmt: skip
OPTIMIZERS = {
    "adam", "sgd", "momentum", "rmsprop", "adagrad", "adadelta", "nesterov", "optimizer", "optimiser",
    "scheduler",
}  # fmt: skip
OF_GIVEN = ("zero", "clip", "apply", "clear", "reset", "scale", "norm")  # zero_grad, clip_gradients

COMPUTING = {
    "dot", "matmul", "outer", "einsum", "tensordot", "inner", "multiply", "divide", "subtract", "add", "sum",
    "mean", "where", "mm", "bmm", "mv", "mul", "div", "neg", "negative", "t", "clip", "clamp", "exp",
    "square", "sign", "convolve", "correlate", "at", "masked_fill",
}  # fmt: skip
MAKING = {
    "zeros", "zeros_like", "empty", "empty_like", "ones", "ones_like", "randn", "rand", "normal", "uniform",
    "random", "array", "tensor", "full", "full_like", "arange", "choice", "standard_normal",
}  # fmt: skip
OF_SIZE = {"abs", "max", "min", "norm", "fabs", "absolute", "maximum", "amax"}  # |a − b| measures a step
OF_SHAPE = {"shape", "size", "ndim", "dtype"}


def is_aside(name: str) -> bool:
    """Whether a function only checks, shows or applies gradients, as its name says.

    >>> [is_aside(name) for name in ("gradient_check", "clip_grads", "clip_backward", "train")]
    [True, True, False, False]
    """
    words = words_of(name)
    of_given = any(word in OF_GIVEN for word in words) and any(word.startswith("grad") for word in words)
    return of_given or bool(ASIDE & set(words))


def is_optimizer(name: str) -> bool:
    """Whether a class only applies or checks gradients, as all words of its name say.

    >>> [is_optimizer(name) for name in ("Adam", "SGDMomentum", "MatrixFactorisationSGD")]
    [True, True, False]
    """
    return all(word in ASIDE | OPTIMIZERS | {"my", "with", "base"} for word in words_of(name))


OF_AND_BY = re.compile(r"d[a-z]*_?d[a-z]\w*")  # df_dw, dLdx


def is_backward(name: str, siblings: frozenset[str] = frozenset()) -> bool:
    """Whether a function's name says that it returns a gradient.

    >>> is_backward("relu_backward"), is_backward("d_tanh", frozenset({"tanh"})), is_backward("d_model")
    (True, True, False)
    """
    if is_aside(name):
        return False
    rest = name[1:].lstrip("_").lower()
    of_sibling = name[:1] in ("d", "D") and rest in {one.lower() for one in siblings}
    called = bool(BACKWARD & set(words_of(name))) or bool(TERM.fullmatch(name))
    return of_sibling or called or bool(OF_AND_BY.fullmatch(name) and not NO_GRADIENT.fullmatch(name))


def is_gradient(name: str) -> bool:
    """Whether a variable holds a gradient.

    >>> [is_gradient(name) for name in ("dW1", "grad_b", "l2_delta", "del_w", "data", "dt", "grad_norm")]
    [True, True, True, True, False, False, False]
    """
    return bool(GRADIENT.fullmatch(name)) and not NO_GRADIENT.fullmatch(name)


def is_called_gradient(target: ast.expr) -> bool:
    """Whether the variable, attribute or entry is one of a gradient."""
    while isinstance(target, ast.Subscript):
        key = target.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and is_gradient(key.value):
            return True
        target = target.value
    if isinstance(target, ast.Tuple | ast.List):
        return any(map(is_called_gradient, target.elts))
    return is_gradient(getattr(target, "attr", getattr(target, "id", "")))


def names_in(value: ast.expr) -> set[str]:
    """The variables whose numbers an expression uses; of a shape or a length it uses none."""
    found: set[str] = set()
    waiting: list[ast.AST] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Attribute) and node.attr in OF_SHAPE:
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("len", "range"):
            continue
        if isinstance(node, ast.Name):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return found


def name_called(call: ast.expr) -> str:
    """The name of the function that is called, without what it is a part of; "" for what is no call."""
    function = getattr(call, "func", None)
    return str(getattr(function, "attr", getattr(function, "id", "")))


def computes(value: ast.expr) -> bool:
    """Whether numbers are computed here, and not only made, named or asked for elsewhere."""
    if isinstance(value, ast.BinOp):
        if isinstance(value.left, ast.List) or isinstance(value.right, ast.List):  # [0.0] * n
            return False
        return not isinstance(value.op, ast.FloorDiv | ast.Mod) and bool(names_in(value))
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.USub) and not isinstance(value.operand, ast.Constant)
    if isinstance(value, ast.Call):
        name = name_called(value)
        if (name in MAKING and name != "array") or name in OF_SIZE:
            return False
        return name.lower() in COMPUTING or any(map(computes, parts_of(value)))
    return any(map(computes, parts_of(value)))


def parts_of(value: ast.expr) -> Iterator[ast.expr]:
    """What an expression hands on the numbers of."""
    if isinstance(value, ast.Call):
        yield from [value.func.value] if isinstance(value.func, ast.Attribute) else []
        yield from value.args
    elif isinstance(value, ast.IfExp):
        yield from (value.body, value.orelse)
    elif isinstance(value, ast.Attribute | ast.Subscript | ast.Starred):
        yield value.value
    elif isinstance(value, ast.ListComp | ast.GeneratorExp):
        yield value.elt
    elif isinstance(value, ast.Tuple | ast.List):
        yield from value.elts
    elif isinstance(value, ast.Dict):
        yield from value.values


def is_difference(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) and len(names_in(value)) > 1


def is_led_back(value: ast.expr, errors: frozenset[str]) -> bool:
    """Whether an error is multiplied by a transposed matrix or a slope: `X.T @ (p - y)`, `e * f_prime(z)`.

    errors: the variables that are differences.
    """
    return any(leads_back(factors_of(node), is_contraction(node), errors) for node in inside(value))


def leads_back(factors: Sequence[ast.expr], contracts: bool, errors: frozenset[str]) -> bool:
    if len({ast.unparse(factor).removesuffix(".T") for factor in factors}) < 2:
        return False  # none, or a matrix of squares
    parts = [part for factor in factors for part in inside(factor)]
    turned = any(getattr(f, "attr", "") == "T" or name_called(f) in ("t", "transpose") for f in factors)
    sloped = any(is_backward(name_called(part)) for part in parts)
    of_error = any(is_difference(part) or getattr(part, "id", "") in errors for part in parts)
    return of_error and (sloped or (turned and contracts))


def inside(value: ast.expr) -> list[ast.expr]:
    return [node for node in ast.walk(value) if isinstance(node, ast.expr)]


def is_contraction(node: ast.expr) -> bool:
    return name_called(node) in ("dot", "matmul") or isinstance(getattr(node, "op", None), ast.MatMult)


def factors_of(node: ast.expr) -> list[ast.expr]:
    """What a product multiplies; nothing for what is none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult):
        return [node.left, node.right]
    return list(parts_of(node)) if name_called(node) in ("dot", "matmul") else []


def is_constant(value: ast.expr) -> bool:
    """`np.ones_like(x)`, `1.0`: a derivative that is a constant, and not 0."""
    number = value.value if isinstance(value, ast.Constant) else None
    return name_called(value) in ("ones_like", "ones", "full_like") or (
        type(number) in (int, float) and bool(number)
    )


def multiplies(change: ast.expr) -> bool:
    """Whether a step computes its gradient: it does more than to take a rate times one that is known.

    >>> texts = "lr * dw / m", "lr * (p - y) * x", "lr * X.T @ e"
    >>> [multiplies(ast.parse(text).body[0].value) for text in texts]
    [False, True, True]
    """
    for node in ast.walk(change):
        if name_called(node).lower() in COMPUTING - {"sum", "mean", "clip", "square"}:  # type: ignore[arg-type]
            return True
        if isinstance(node, ast.BinOp):
            if isinstance(node.op, ast.MatMult):
                return True
            if isinstance(node.op, ast.Mult) and min(variables(node.left), variables(node.right)) > 0:
                return True
    return False


def variables(value: ast.expr) -> int:
    """How many variables an expression uses that are no rates, strengths or other options, nor divisors."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        return variables(value.left)
    if isinstance(value, ast.Name | ast.Attribute):
        name = last_name(value)
        return 0 if RATE.fullmatch(name) or is_strength(name) or is_option(name) else 1
    children = [node for node in ast.iter_child_nodes(value) if isinstance(node, ast.expr)]
    of_call = [c for c in parts_of(value)] if isinstance(value, ast.Call | ast.Subscript) else children
    return sum(map(variables, of_call))
