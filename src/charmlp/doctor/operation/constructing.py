"""Instances of somebody's classes: their constructors are given what they probably take."""

import inspect
import re
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np

from charmlp.doctor.operation.constructor_arguments import (
    ARRAYS,
    CHANNELS,
    GROUPS,
    HEADS,
    HIDDEN,
    USUAL_WORDS,
    WIDTHS,
    WINDOW,
    array_for,
    guess_argument,
    is_size,
    of_annotation,
    other_form,
    parameters_of,
    sized,
    taken_apart,
    unpacked,
    words_compared,
)
from charmlp.doctor.operation.options import is_flag, matches, plain
from charmlp.doctor.operation.source import source_of

# Arguments that may be left out, but that an object cannot do without
WANTED = re.compile(r"(input|in)_?(shape|dim|size|units|features)|n_?in(puts?)?", re.IGNORECASE)
# In classes of such a name options of such a name have no effect by default; then what they are instead
ASLEEP = (
    ("focal", "gamma|focus.*", 0, 2.0),
    ("smooth", "(label)?(smooth|eps).*", 0, 0.1),
    ("smoothl1|huber", "beta|delta|sigma", 1, 0.4),
)
DRAWS = {
    "normal", "standard_normal", "uniform", "random", "integers", "randn", "rand", "randint", "choice",
    "random_sample", "shuffle", "permutation",
}  # fmt: skip
OF_DERIVATIVE = re.compile(r"prime|deriv|grad|diff|^d_?act|^df?$", re.IGNORECASE)
OPTIMIZER = re.compile(r"_?(optim|optimi[sz]er|opt|updater)", re.IGNORECASE)


class PlainDescent:
    """An optimizer that takes one step of minus the gradient, in the ways in which optimizers are called."""

    lr = learning_rate = 1.0

    def update(self, weights: Any = None, gradients: Any = None, *rest: Any) -> Any:
        """The new weights; those in a dict or a list are changed there."""
        if isinstance(weights, dict) and isinstance(gradients, dict):
            for key in weights:
                weights[key] = weights[key] - gradients[key]
        elif isinstance(weights, list) and isinstance(gradients, list):
            weights[:] = [weight - gradient for weight, gradient in zip(weights, gradients, strict=False)]
        elif isinstance(weights, np.ndarray | float) and gradients is not None:
            return weights - gradients
        return weights

    step = update_params = apply_gradients = apply = update_weights = __call__ = update

    def zero_grad(self) -> None:
        """There is nothing to forget."""


def construct(
    kind: type, sizes: Mapping[str, int], *, arrays: bool = False, given: Mapping[str, Any] | None = None
) -> Any:
    """An instance; what has no default is guessed, and `dim`; weights as `arrays` where asked for.

    Raises what the constructor raises for the likeliest arguments, where it takes no others either.
    """
    if re.search(r"(?i)rnn|lstm|gru|cell|recurrent", kind.__name__) or takes_state(kind):
        sizes = {
            **sizes,
            "K": sizes.get("D", HIDDEN),
            "H": sizes.get("D", HIDDEN),
        }  # a state as wide as x
    if any(re.fullmatch(HEADS, plain(name)) for name, _ in parameters_of(kind)):
        sizes = {**sizes, "D": 2 * sizes.get("K", 3), "K": 2 * sizes.get("K", 3)}  # which heads divide
    first: Exception | None = None
    for wide in (False, True):
        try:
            return constructed(kind, sizes, arrays, given or {}, wide)
        except Exception as error:
            first = first or error
    assert first is not None
    raise first


def letters(kind: type, sizes: Mapping[str, int]) -> dict[str, int]:
    """Where sizes have single letters for names, their order tells: inputs, hidden units, outputs."""
    needed = [n for n, p in parameters_of(kind) if p.default is p.empty]
    if len(needed) not in (2, 3) or not all(re.fullmatch(r"[a-zA-Z]\d?|n_?[a-z]", name) for name in needed):
        return {}
    if any(re.fullmatch(pattern, name.lower()) for name in needed for pattern in ARRAYS):
        return {}
    widths = sized(WIDTHS, sizes)
    return dict(zip(needed, widths if len(needed) == 3 else widths[::2], strict=True))


def takes_state(kind: type) -> bool:
    return any(re.fullmatch(r"w_?h\w?", name.lower()) for name, _ in parameters_of(kind))


def constructed(
    kind: type, sizes: Mapping[str, int], arrays: bool, given: Mapping[str, Any], wide: bool
) -> Any:
    """With one choice of arguments; `wide` is the other one, where there are two."""
    arguments: dict[str, Any] = {}
    positional: list[Any] = []
    given = {**letters(kind, sizes), **given}
    for name, parameter in parameters_of(kind):
        has_default = parameter.default is not parameter.empty
        wanted = (name == "dim" and not arrays) or (parameter.default is None and WANTED.fullmatch(name))
        if has_default and not wanted and name not in given:
            if (value := awake(kind, name, parameter.default)) is not None:
                arguments[name] = value
            continue
        value = given[name] if name in given else argument(kind, name, parameter, sizes, arrays)
        if name in given and (own := named_class(kind, value)) is not None:
            value = construct(own, sizes)
        if wide:
            value = other_form(name, value)
        if parameter.kind is parameter.POSITIONAL_ONLY:
            positional.append(value)
        else:
            arguments[name] = value
    arguments |= divisible(arguments)
    if not arguments and takes_layers(kind):
        positional += made_layers(kind, sizes) or []
    return kind(*positional, **arguments)


def divisible(arguments: Mapping[str, Any]) -> dict[str, int]:
    """As many channels as groups divide, where both are asked for."""
    groups = next((arguments[name] for name in arguments if re.fullmatch(GROUPS, plain(name))), 1)
    if not isinstance(groups, int) or groups < 2:
        return {}
    channels = [n for n in arguments if re.fullmatch(r".*(channels?|features)|c|dim", plain(n))]
    return {name: 2 * groups for name in channels if isinstance(arguments[name], int)}


def awake(kind: type, name: str, default: Any) -> float | None:
    """Another number than the default, where with that an option has no effect and hides mistakes."""
    for of_kind, of_name, asleep, value in ASLEEP:
        if re.search(of_kind, kind.__name__.lower()) and re.fullmatch(of_name, plain(name)):
            return value if type(default) in (int, float) and default == asleep else None
    return None


def takes_layers(kind: type) -> bool:
    """Whether a network is given its layers one after the other: Network(*layers)."""
    parameters = inspect.signature(kind).parameters.values()
    return any(p.kind is p.VAR_POSITIONAL and re.search(r"layer|module", p.name) for p in parameters)


def made_layers(kind: type, sizes: Mapping[str, int]) -> list[Any] | None:
    """Layers of the module's own classes for a network; None where it has none."""
    around = vars(sys.modules.get(kind.__module__, inspect))
    own = {n: thing for n, thing in around.items() if getattr(thing, "__module__", None) == kind.__module__}
    return layers_of(kind, own, sizes)


def argument(
    kind: type, name: str, parameter: inspect.Parameter, sizes: Mapping[str, int], arrays: bool
) -> Any:
    """One argument: weights, an object of the module's own, a word that it is compared with, or a number."""
    own: Any = array_for(kind, name, sizes) if arrays else None
    if own is None and arrays and OPTIMIZER.fullmatch(name):
        own = PlainDescent()
    if own is None:
        own = helper(kind, name, sizes)
    if own is not None:
        return own
    if words := words_compared(kind, name):
        return next(filter(USUAL_WORDS.fullmatch, words), words[0])
    if plain(name) == "dim" and (arrays or is_size(kind, name)):
        return sizes.get("D", 1)  # a layer's size, and no axis
    value = guess_argument(name, sizes)
    if isinstance(value, int) and not isinstance(value, bool) and (count := taken_apart(kind, name)) > 1:
        own_width = 2 if WINDOW.search(name.lower()) else value
        return tuple([CHANNELS] * (count - 2) + [own_width] * 2)
    if isinstance(value, list) and (count := unpacked(kind, name)) >= len(WIDTHS):
        value = sized([WIDTHS[0], *(HIDDEN + i for i in range(count - 2)), WIDTHS[-1]], sizes)
    return of_annotation(parameter.annotation, value, sizes)


def helper(kind: type, name: str, sizes: Mapping[str, int]) -> Any:
    """A function, or an object of a class, of the same module that has what an argument is used for."""
    source, around = source_of(kind), vars(sys.modules.get(kind.__module__, inspect))
    own = {n: thing for n, thing in around.items() if getattr(thing, "__module__", None) == kind.__module__}
    methods = set(re.findall(rf"\b{name}\.(\w+)\(", source))
    if methods and (one := class_with(methods, kind, own)) is not None:
        return construct(one, sizes)
    if methods & DRAWS:
        return np.random.default_rng(0) if methods & DRAWS <= set(dir(np.random.Generator)) else (
            np.random.RandomState(0)
        )  # fmt: skip
    if (settings := settings_for(kind, name, own)) is not None:
        return settings
    if re.search(rf"for \w+ in (reversed\()?(self\.)?_?{name}\b", source) and re.search(
        r"layer|module", name
    ):
        return layers_of(kind, own, sizes)
    if not re.search(rf"\b{name}\(", source) or re.search(rf"def {name}\(", source):
        return None
    functions = {n: thing for n, thing in own.items() if inspect.isfunction(thing)}
    return function_called(name, functions)


def settings_for(kind: type, name: str, own: Mapping[str, Any]) -> Any:
    """An object of the module's class of settings: of what is read of it, `config.hidden_size` say."""
    read = set(re.findall(rf"\b{name}\.(\w+)\b(?!\()", source_of(kind)))
    aliases = re.findall(rf"\b(\w+)\s*=\s*{name}\b(?![.\w(])", source_of(kind))
    read |= {one for alias in aliases for one in re.findall(rf"\b{alias}\.(\w+)\b(?!\()", source_of(kind))}
    for one in own.values() if read else ():
        if isinstance(one, type) and one is not kind:
            try:
                made = construct(one, {})
            except Exception:  # a class of something else
                continue
            if all(hasattr(made, attribute) for attribute in read):
                return made
    return None


def named_class(kind: type, value: Any) -> type | None:
    """The class of the same module that a choice names."""
    around = vars(sys.modules.get(kind.__module__, inspect))
    thing = around.get(value) if isinstance(value, str) else None
    return thing if isinstance(thing, type) and thing.__module__ == kind.__module__ else None


def activations_with(methods: set[str], kind: type) -> list[str]:
    """The names of the module's classes that have a function of one input, its derivative, and no weights."""
    around = vars(sys.modules.get(kind.__module__, inspect))
    own = [one for one in around.values() if getattr(one, "__module__", None) == kind.__module__]
    classes = [one for one in own if isinstance(one, type) and one is not kind]
    bases = {base for one in classes for base in one.__mro__[1:]}
    return [
        one.__name__
        for one in classes
        if one not in bases and all(takes_one(getattr(one, method, None)) for method in methods)
        if not any(p.default is p.empty for _, p in parameters_of(one))
    ]


def takes_one(method: Any) -> bool:
    """Whether a method, or a static one, takes one thing."""
    if not inspect.isfunction(method):
        return False
    return len([name for name in inspect.signature(method).parameters if name != "self"]) == 1


def class_with(methods: set[str], kind: type, own: Mapping[str, Any]) -> type | None:
    """An activation with these methods, or any class with them that needs no arguments."""
    classes = [thing for thing in own.values() if isinstance(thing, type) and thing is not kind]
    fitting = [one for one in classes if all(callable(getattr(one, method, None)) for method in methods)]
    plain = [one for one in fitting if not any(p.default is p.empty for _, p in parameters_of(one))]
    named = [one for one in fitting if re.search(r"(?i)relu|sigm|tanh|activation", one.__name__)]
    both = [one for one in named if one in plain]
    return next(iter([*both, *named, *plain]), None)


def layers_of(kind: type, own: Mapping[str, Any], sizes: Mapping[str, int]) -> list[Any] | None:
    """A list of the module's layers: a linear one, an activation where it has one, a linear one."""
    classes = [thing for thing in own.values() if isinstance(thing, type) and thing is not kind]
    linear = next((c for c in classes if is_linear(c)), None)
    activation = class_with({"forward", "backward"}, kind, own)
    if linear is None:
        return None
    made = [(linear, {**sizes, "K": HIDDEN}), (activation, sizes), (linear, {**sizes, "D": HIDDEN})]
    return [construct(one, own_sizes, arrays=True) for one, own_sizes in made if one is not None]


def is_linear(kind: type) -> bool:
    """Whether it is a layer with weights, by its name; one called Layer may be a base alone."""
    if kind.__name__ == "Layer":
        return len([name for name, p in parameters_of(kind) if p.default is p.empty]) > 1
    return bool(re.search(r"(?i)dense|linear|affine|fully|fc", kind.__name__))


def function_called(name: str, functions: Mapping[str, Any]) -> Any:
    """An activation among functions, or its derivative, as the name of an argument asks."""
    usual = ("sigmoid", "tanh", "relu")
    of_derivative = OF_DERIVATIVE.search(name)
    for activation in (*usual, *functions):
        derivative = next(
            (f for n, f in functions.items() if n != activation and activation in n.lower()), None
        )
        if activation in functions and derivative is not None:
            return derivative if of_derivative else functions[activation]
    if re.search(r"act|func|fn|nonlin|phi|prime|deriv", name.lower()):
        return slope_of_tanh if of_derivative else np.tanh
    return None


def slope_of_tanh(x: np.ndarray) -> np.ndarray:
    """∂ tanh(x)/∂x = 1 − tanh²(x)."""
    return np.asarray(1 - np.tanh(x) ** 2)


def choices_of(kind: type) -> tuple[str, list[str]] | None:
    """An argument that decides what an object computes, such as relu or sigmoid, and the words for it."""
    try:
        taken = [name for name, _ in parameters_of(kind)]
    except (TypeError, ValueError):
        return None
    for name in taken:
        methods = set(re.findall(rf"\b{name}\.(\w+)\(", source_of(kind)))
        has_derivative = any(map(OF_DERIVATIVE.search, methods))
        if has_derivative and len(activations := activations_with(methods, kind)) > 1:
            return name, activations
        words = [word for word in words_compared(kind, name) if not matches("train|test|eval|mean|sum", word)]
        if len(words) > 1 and not is_flag(name) and not re.search(r"init|reg|pad|optim|mode", name.lower()):
            return name, words
    return None
