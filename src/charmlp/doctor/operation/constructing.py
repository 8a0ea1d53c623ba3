"""Instances of somebody's classes: what constructors take is guessed from names, annotations and source."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.options import is_flag, matches, usual_option
from charmlp.doctor.operation.source import source_of

HIDDEN = 4  # units of a hidden layer
CHANNELS = 3
WIDTHS = ["D", HIDDEN, "K"]

HEADS = "(num|n)?heads?"  # of attention
# Arguments by their names, without underscores, and what they are here; letters are sizes.
ARGUMENTS: dict[str, Any] = {
    "(type|kind|name|acttype|activations?|act|nonlinearity|activation(name|type|function|func|fn))$": "relu",
    "(layersizes?|layerdims?|layersdims?|sizes|layersizelist|dims|architecture|topology|units?list|layers"
    "|structure|networkstructure|nnstructure)$": WIDTHS,
    "(hidden(dims|sizes|layersizes|layers))$": [HIDDEN],
    "(inputshape|inshape|shape|normalizedshape)$": ("D",),
    f"{HEADS}$": 2,
    "(stride|strides|strideshape|stridesize|dilation|groups)$": 1,
    "(dim|axis)$": -1,
    "(use)?.*bias$": True,
    "(.*out.*|filters|(n|num)filters|depth|nkernels)channels?$|(n|num)?(filters|kernels)$|outc$|cout$|fn$|nf$"
    "|outplanes$": "K",
    ".*channels?$|inc$|cin$|c$|inputdepth$|inplanes$": CHANNELS,
    "(n|num)?.*hidden.*|(hsize|h|nh|hdim)$": "H",
    "(n|num)?layers?$|.*layers$": 2,
    "(kernelsize|kernel|filtersize|ksize|poolsize|windowsize|fh|fw|f|poolh|poolw|k[hw]|pool(height|width)"
    "|(kernel|filter)(height|width|h|w|shape))$": 2,
    "pad|padding": 0,
    "scalar$": 3,  # an exponent, say: no size, which another trial would change
    "seed|random(state|seed)$|rng$": 0,
    "(lr|learningrate|eta|stepsize)$": 1.0,
    "(std|weightscale|weightinitstd|initscale|sigma|weightstd)": 0.5,
    "(n|num)?in(put|puts)?((dim|size|units|features|neurons|nodes|width|d|n)s?)?$|input.*|fanin|prev.*"
    "|insize|from": "D",
    "(batchsize|nsamples|seqlen|seqlength|sequencelength|maxlen|n|batch)$": "N",
    "n?out|dout|nout|fanout|.*class|.*classes|.*neurons?|.*units?|.*outputs?$|(outputdim|outputsize|output|ny|[kmo])$"
    "|embed(ding)?(dim|size)$|ncategories|noutputs?": "K",
}  # fmt: skip
ARRAYS: dict[str, str] = {
    "w|weights?|kernel|wx|w_x|wxh|u|theta": "DK", "b|bias|biases": "K", "gamma|gain": "D", "beta|shift": "D",
    "wh|w_h|whh": "KK",
}  # fmt: skip
GATES = {"lstm": 4, "gru": 3}  # blocks of weights beside each other
# Arguments that may be left out, but that an object cannot do without
WANTED = re.compile(r"(input|in)_?(shape|dim|size|units|features)|n_?in(puts?)?", re.IGNORECASE)
WIDE = re.compile(r"kernel|filter|pool|window|stride|shape")
WINDOW = re.compile(r"kernel|filter|pool|window|conv")  # which has a height and a width
USUAL_WORDS = re.compile("relu|train")
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
    if any(re.fullmatch(HEADS, name.lower().replace("_", "")) for name, _ in parameters_of(kind)):
        sizes = {**sizes, "D": 2 * sizes.get("K", 3), "K": 2 * sizes.get("K", 3)}  # which heads divide
    first: Exception | None = None
    for wide in (False, True):
        try:
            return constructed(kind, sizes, arrays, given or {}, wide)
        except Exception as error:
            first = first or error
    assert first is not None
    raise first


def other_form(name: str, value: Any) -> Any:
    """Windows have one size for both dimensions, or two; hidden layers one width, or a list of them."""
    if isinstance(value, int) and WIDE.search(name):
        return (value, value)
    if "hidden" in name:
        return [value] if isinstance(value, int) else value[0] if isinstance(value, list) else value
    return value


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
    if not arguments and takes_layers(kind):
        positional += made_layers(kind, sizes) or []
    return kind(*positional, **arguments)


def takes_layers(kind: type) -> bool:
    """Whether a network is given its layers one after the other: Network(*layers)."""
    parameters = inspect.signature(kind).parameters.values()
    return any(p.kind is p.VAR_POSITIONAL and re.search(r"layer|module", p.name) for p in parameters)


def made_layers(kind: type, sizes: Mapping[str, int]) -> list[Any] | None:
    """Layers of the module's own classes for a network; None where it has none."""
    around = vars(sys.modules.get(kind.__module__, inspect))
    own = {n: thing for n, thing in around.items() if getattr(thing, "__module__", None) == kind.__module__}
    return layers_of(kind, own, sizes)


def parameters_of(kind: type) -> Iterator[tuple[str, inspect.Parameter]]:
    """What a constructor takes by name."""
    if "__init__" not in {name for base in kind.__mro__[:-1] for name in vars(base)} and (
        "__new__" not in {name for base in kind.__mro__[:-1] for name in vars(base)}
    ):
        return
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield name, parameter


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
    plain = name.lower().replace("_", "")
    if plain == "dim" and (arrays or is_size(kind, name)):
        return sizes.get("D", 1)  # a layer's size, and no axis
    value = guess_argument(name, sizes)
    if isinstance(value, int) and not isinstance(value, bool) and (count := taken_apart(kind, name)) > 1:
        own_width = 2 if WINDOW.search(name.lower()) else value
        return tuple([CHANNELS] * (count - 2) + [own_width] * 2)
    if isinstance(value, list) and (count := unpacked(kind, name)) >= len(WIDTHS):
        value = sized([WIDTHS[0], *(HIDDEN + i for i in range(count - 2)), WIDTHS[-1]], sizes)
    return of_annotation(parameter.annotation, value, sizes)


def guess_argument(name: str, sizes: Mapping[str, int]) -> Any:
    """An argument of a constructor, from its name; a number of inputs where nothing else is known.

    >>> guess_argument("in_features", {"D": 7, "K": 3}), guess_argument("act_type", {})
    (7, 'relu')
    >>> guess_argument("layer_sizes", {"D": 7, "K": 3}), guess_argument("dropout_rate", {})
    ([7, 4, 3], 0.4)
    """
    plain = name.lower().replace("_", "")
    found = [value for pattern, value in ARGUMENTS.items() if re.match(pattern, plain)]
    if not found and (option := usual_option(name)) is not None:
        return option
    return sized(found[0] if found else "D", sizes)


def sized(meant: Any, sizes: Mapping[str, int]) -> Any:
    """Letters as the sizes that they stand for."""
    if isinstance(meant, list | tuple):
        return type(meant)(sizes.get(size, size) for size in meant)
    return {"H": HIDDEN, **sizes}.get(meant, meant) if isinstance(meant, str) else meant


def unpacked(kind: type, name: str) -> int:
    """Into how many names a list of sizes is taken apart: 4 for `n_in, n_1, n_2, n_out = sizes`."""
    found = re.search(rf"^\s*([\w., ]+,[\w., ]+?)\s*=\s*(self\.)?{name}\s*$", source_of(kind), re.MULTILINE)
    return found[1].count(",") + 1 if found else 0


def of_annotation(annotation: Any, value: Any, sizes: Mapping[str, int]) -> Any:
    """The guess, unless the annotation says that it is something else."""
    said = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    said = re.sub(r"typing\.|Optional\[(.*)\]", r"\1", said)
    if said == "int" and not isinstance(value, int):
        return sizes.get("D", 1)
    if said == "float" and not isinstance(value, float):
        return 0.5
    if said == "bool" and not isinstance(value, bool):
        return True
    if re.match(r"(list|List|Sequence)\b", said) and not isinstance(value, list):
        return sized(WIDTHS, sizes)
    if re.match(r"(tuple|Tuple)\b", said) and isinstance(value, int):
        return (value, value)
    return value


def array_for(kind: type, name: str, sizes: Mapping[str, int]) -> np.ndarray | None:
    """Weights, where an argument's name is that of weights; those of a convolution are filters."""
    shape = next((s for pattern, s in ARRAYS.items() if re.fullmatch(pattern, name.lower())), None)
    if shape is None and (dimensions := dimensions_of(kind, name)):
        return random_numbers(filters_of(dimensions, sizes), np.random.default_rng(3))
    if shape is None or is_length(kind, name):
        return None
    numbers = [sizes[letter] for letter in shape]
    title = kind.__name__.lower()
    if "conv" in title and shape == "DK":
        numbers = [sizes["K"], CHANNELS, 2, 2]
    gates = next((count for word, count in GATES.items() if word in title), 1)
    if gates > 1:
        numbers[-1] *= gates
    return random_numbers(numbers, np.random.default_rng(3))


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


def words_compared(kind: type, name: str) -> list[str]:
    """The words that a class compares an argument with, in the order of its source."""
    source = source_of(kind)
    attributes = re.findall(rf"self\.(\w+)\s*=\s*{name}\b(?!\()", source)
    names = "|".join(map(re.escape, {name, *attributes}))
    found = re.findall(rf"\b(?:{names})(?:\.lower\(\))?\s*==\s*[\"'](\w+)[\"']", source)
    for table in re.findall(rf"\b(\w+)\[(?:self\.)?(?:{names})\]", source):
        entries = getattr(sys.modules.get(kind.__module__), table, None)
        found += [key for key in entries if isinstance(key, str)] if isinstance(entries, dict) else []
    return list(dict.fromkeys(found))


def is_size(kind: type, name: str) -> bool:
    """Whether arrays are made of this size: `dim` is a number of features there, and no axis."""
    made = rf"(ones|zeros|empty|full|rand\w*|normal|uniform|Parameter|Tensor|Linear|Norm)\([^\n]*\b{name}\b"
    return bool(re.search(made, source_of(kind)))


def dimensions_of(kind: type, name: str) -> int:
    """Of how many dimensions of an argument a class reads the size; 0 where it reads none."""
    source = source_of(kind)
    attributes = re.findall(rf"self\.(\w+)\s*=\s*{name}\b(?![.\w(\[])", source)
    one = "|".join([rf"\b{name}", *(rf"self\.{attribute}" for attribute in attributes)])
    places = [int(place) for place in re.findall(rf"(?:{one})\.shape\[(\d)\]", source)]
    targets = re.findall(rf"^\s*\(?((?:\w+, *)+\w+)\)?\s*=\s*(?:{one})\.shape\s*$", source, re.MULTILINE)
    return max([0, *(place + 1 for place in places), *(target.count(",") + 1 for target in targets)])


def filters_of(dimensions: int, sizes: Mapping[str, int]) -> list[int]:
    """Weights of so many dimensions: those of a layer, or filters."""
    if dimensions < 3:
        return [sizes["D"], sizes["K"]][2 - dimensions :]
    return [sizes["K"], *[CHANNELS] * (dimensions - 3), 2, 2]


def is_length(kind: type, name: str) -> bool:
    """Whether a name that weights may have stands between the sizes of an array: normal(0, 1, (c, k, k))."""
    return bool(re.search(rf"\((\w+, *)+{name}\b[, )]|\({name}(, *\w+)+\)", shapes_in(kind)))


def shapes_in(kind: type) -> str:
    """What is written in the calls of a class that make arrays."""
    made = r"\b(?:ones|zeros|empty|full|rand\w*|normal|uniform)\(([^\n]*)"
    return "\n".join(re.findall(made, source_of(kind)))


def taken_apart(kind: type, name: str) -> int:
    """How many numbers an argument must hold: 2 for `sy, sx = self.stride`; 1 where it is one number."""
    source = source_of(kind)
    attributes = re.findall(rf"self\.(\w+)\s*=\s*{name}\b(?![.\w(\[])", source)
    one = "|".join([rf"\b{name}", *(rf"self\.{attribute}" for attribute in attributes)])
    targets = re.findall(rf"^\s*\(?([\w., ]+,[\w., ]+?)\)?\s*=\s*(?:{one})\s*$", source, re.MULTILINE)
    places = [int(place) for place in re.findall(rf"(?:{one})\[(\d)\]", source)]
    spread = 2 if re.search(rf"[(\[,] *\*(?:{one})\b(?=[,)\]])|len\((?:{one})\)", source) else 1
    return max([spread, *(target.count(",") + 1 for target in targets), *(place + 1 for place in places)])


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
