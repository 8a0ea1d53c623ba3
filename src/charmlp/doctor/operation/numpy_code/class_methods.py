"""Which methods of a class are its forward and backward passes, its cost and its derivatives."""

import functools
import inspect
import re
from collections.abc import Callable, Sequence, Set

from charmlp.doctor.arrangement import SIZES
from charmlp.doctor.operation.numpy_code.arrays import RATE
from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.numpy_code.layers.instances import Method, instance, method_of, methods_of
from charmlp.doctor.operation.numpy_code.losses.costs import COST_WORD, is_cost
from charmlp.doctor.operation.numpy_code.losses.deltas import delta_of
from charmlp.doctor.operation.numpy_code.losses.with_gradient import returns_gradient
from charmlp.doctor.operation.numpy_code.names import (
    DATA,
    OUTPUT,
    is_derivative,
    is_of_backward,
    is_of_forward,
    is_truth,
    words_of,
)
from charmlp.doctor.operation.source import behind, source_of

# Methods in the order in which they are looked for: a layer may have a forward and a `__call__` that uses it.
FORWARD = (
    "calculate", "forward", "fprop", "forward_pass", "feed_forward", "feedforward", "forward_propagation",
    "forward_prop", "forward_propagate", "propagate", "compute", "loss", "cost", "__call__", "activate",
    "activation", "function", "fn", "func", "f", "fun", "apply", "call", "calc", "compute_loss", "value",
    "evaluate", "forwardpass", "Forward", "fwd", "predict", "updateOutput", "update_output",
)  # fmt: skip
BACKWARD = (
    "backward", "bprop", "backward_pass", "back_prop", "backprop", "backpropagate", "backward_propagation",
    "back_propagation", "backpropagation", "backward_prop", "back_propagate", "backward_propagate", "bwd",
    "backwards", "back", "backwardpass", "Backward", "calculate_gradients", "compute_gradients", "bptt",
    "backprop_through_time", "backPropagate", "backProp", "backPropagation", "Backpropagation",
    "updateGradInput",    "update_grad_input",
)  # fmt: skip
DERIVATIVE = (
    "gradient", "grad", "derivative", "deriv", "prime", "df", "d", "delta", "compute_gradient", "gradients",
    "dloss", "loss_prime", "derivate", "diff", "calculate_gradient", "loss_derivative", "cost_derivative",
    "activation_derivative", "activation_prime", "fn_prime", "fprime", "f_prime", "dfun", "der", "jacobian",
    "loss_gradient", "loss_grad", "derivation", "df_dx", "d_activate", "get_gradient", "differentiate",
    "der1", "first_derivative", "g",
)  # fmt: skip
COST = (
    "loss", "compute_loss", "cost", "compute_cost", "loss_function", "calculate_loss", "calc_loss",
    "get_loss", "loss_fn", "objective", "cost_function", "costFunction", "mse", "cross_entropy",
    "binary_cross_entropy", "mse_loss", "cross_entropy_loss", "cost_func", "error", "J",
    "calculate_cost", "get_cost",
)  # fmt: skip
# One method that returns a loss and its gradient
BOTH = (
    "loss", "forward", "loss_and_grad", "compute_loss", "cost", "loss_grad", "objective", "__call__",
    "forward_backward", "loss_and_gradient", "compute_cost", "cost_and_grad", "loss_and_gradients",
    "forward_and_backward", "cost_function", "propagate", "compute_loss_and_grad",
)  # fmt: skip
HAS_WEIGHTS = re.compile(
    r"self\.(_?(params?|parameters|weights?\w*|bias(es)?\w*|[Ww]_?\w{0,3}|[bB]_?\d*|[Tt]heta\w*|layers|coefs?_?|intercepts?_?))\b"
)


def passes_of(kind: type) -> tuple[str, str] | None:
    """The names of its forward and backward method, the same twice where one does both."""
    own = set(methods_of(kind))
    both = [name for name in BOTH if name in own and returns_gradient(method_of(kind, name))]
    if both and has_weights(kind):
        return both[0], both[0]
    whole = {name for name in own if not {"index", "idx"} & set(method_of(kind, name).required)}
    forward = called(FORWARD, own) or spelled_like(FORWARD, whole) or with_word(is_of_forward, kind, whole)
    backward = called(BACKWARD + DERIVATIVE, own) or spelled_like(BACKWARD + DERIVATIVE, whole)
    backward = backward or private(kind, BACKWARD) or with_word(is_backward_pass, kind, whole)
    if forward and backward:
        first = method_of(kind, forward[0])
        if backward[0] == "delta" and not set(method_of(kind, "delta").required) <= set(first.required):
            if takes_output(first, method_of(kind, "delta")):
                return forward[0], "delta"
            is_of_logits = delta_of(kind, first, method_of(kind, "delta")) is not None
            return (forward[0], "delta") if is_of_logits else None
        costs = costs_of(kind)
        is_derivative_of_cost = spelled(backward[0]) in DERIVATIVE and takes_truth(kind, backward[0])
        return (costs[0] if costs and is_derivative_of_cost else forward[0]), backward[0]
    if backward and (state := forward_of_state(kind, backward[0])) is not None:
        return state, backward[0]
    if backward and (costs := [name for name in COST if name in own and name not in FORWARD]):
        return costs[0], backward[0]
    if backward and "score" in own and takes_truth(kind, "score") and not has_weights(kind):
        return "score", backward[0]  # of a loss; a classifier's score is how often it is right
    return (both[0], both[0]) if both else None


def private(kind: type, names: Sequence[str]) -> list[str]:
    """The private methods of such a name that take nothing but data and what should come of them."""
    own = {public(kind, n): n for n in methods_of(kind) if n.startswith("_") and not n.endswith("__")}
    return [
        own[name]
        for name in names
        if name in own and takes_truth(kind, own[name])
        if all(is_truth(n) or DATA.fullmatch(n) for n in method_of(kind, own[name]).required or ())
    ]


def with_word(is_one: Callable[[str], bool], kind: type, own: Set[str]) -> list[str]:
    """The one method that has the word for a pass in its name: fp_compute, layer_forward."""
    found = [name for name in methods_of(kind) if name in own and is_one(name) and not name.startswith("_")]
    return found if len(found) == 1 and method_of(kind, found[0]).required else []


def is_backward_pass(name: str) -> bool:
    return is_of_backward(name) and not is_derivative(name)


def takes_output(forward: Method, delta: Method) -> bool:
    """Whether an activation's delta takes input and output: compute(incoming), delta(incoming, outgoing)."""
    further = [name for name in delta.required if name not in forward.required]
    of_both = len(forward.required) == len(further) == 1 and len(delta.required) == 2
    return of_both and OUTPUT.fullmatch(further[0]) is not None


def forward_of_state(kind: type, backward: str) -> str | None:
    """The method that leaves on its object what backward reads there, whatever it is called."""
    read = set(re.findall(r"self\.(\w+)", source_of(method_of(kind, backward).call)))
    found: dict[str, int] = {}
    for name in methods_of(kind):
        method = method_of(kind, name)
        source = source_of(method.call)
        kept = set(re.findall(r"self\.(\w+)(?:\[[^\]]+\])*\s*=[^=]", source)) & read
        takes = [n for n in method.required or () if not RATE.fullmatch(n)]
        if name != backward and len(takes) == 1 and not is_truth(takes[0]) and f".{backward}(" not in source:
            found[name] = len(kept)
    best = max(found, key=lambda name: found[name], default="")
    return best if found.get(best) and not best.startswith("__") else None


def called(names: Sequence[str], own: Set[str]) -> list[str]:
    return [name for name in names if name in own]


def spelled_like(names: Sequence[str], own: Set[str]) -> list[str]:
    """The methods that are called so but for their spelling.

    >>> spelled_like(("activation", "f", "df"), {"ActivationFunction", "Df"})
    ['ActivationFunction', 'Df']
    """
    plain = {
        "_".join(w for w in words_of(name) if w not in ("function", "func")): name for name in sorted(own)
    }
    return [plain[name] for name in names if name in plain]


def spelled(name: str) -> str:
    """A method's name without what people put around it.

    >>> spelled("cost_"), spelled("computeLoss"), spelled("__error")
    ('cost', 'compute_loss', 'error')
    """
    return "_".join(words_of(name))


def costs_of(kind: type) -> list[str]:
    """The methods that compute a loss of predictions or data and what they should be, usual names first."""
    own = [name for name in methods_of(kind) if takes_truth(kind, name)]
    exact = [name for name in COST if name in own]
    alike = [name for name in own if spelled(public(kind, name)) in COST and name not in exact]
    return [*exact, *alike]


def costs_of_variables(kind: type, step: Method, methods: Sequence[Method]) -> list[Method]:
    """The losses among methods that take what a step calls by the same names: loss(i, j, rating)."""
    own = set(behind(step.call).__code__.co_varnames)
    named = [one for one in methods if public(kind, one.name) in COST and not is_cost_method(kind, one)]
    takes_nothing = not step.required
    return [one for one in named if (one.required or takes_nothing) and set(one.required or ()) <= own]


def is_cost_method(kind: type, method: Method) -> bool:
    """Whether a method is a loss, by its name, and what it takes: targets, or two things, data first."""
    if public(kind, method.name) in COST and takes_truth(kind, method.name):
        return True
    required = method.required or ()
    if len(required) == 1 and DATA.fullmatch(required[0]) and public(kind, method.name) in COST:
        return True  # of an autoencoder
    of_data = len(required) == 2 and bool(DATA.fullmatch(required[0]))
    return of_data and bool(COST_WORD.search(method.name)) and not is_of_backward(method.name)


def public(kind: type, name: str) -> str:
    """The name of a method without what makes it private: loss of __loss."""
    return name.removeprefix(f"_{kind.__name__}").strip("_")


def costs_called(method: Method) -> list[Function]:
    """The losses among its module's functions that a method calls, to note how it goes."""
    own = behind(method.call)
    called = [(name, own.__globals__.get(name)) for name in own.__code__.co_names]
    functions = [Function(name, thing) for name, thing in called if inspect.isfunction(thing)]
    return [one for one in functions if is_cost(one)]


def takes_truth(kind: type, name: str) -> bool:
    return any(map(is_truth, method_of(kind, name).inputs))


@functools.lru_cache(maxsize=512)
def has_weights(kind: type) -> bool:
    """Whether its source mentions weights of its own; empty lists for them are none."""
    lines = "\n".join(source_of(base) for base in kind.__mro__[:-1]).splitlines()
    mentions = any(
        HAS_WEIGHTS.search(line) and not re.search(r"=\s*(\[\]|\{\}|list\(\))(,|\s*$)", line)
        for line in lines
    )
    return mentions and holds_more_than_numbers(kind)


def holds_more_than_numbers(kind: type) -> bool:
    """Whether an object may hold arrays: a loss with `self.weight = 1.0` holds none."""
    try:
        held = vars(instance(kind, SIZES[0])).values()
    except (Exception, SystemExit):
        return True
    return not held or any(not isinstance(value, int | float | str) for value in held)
