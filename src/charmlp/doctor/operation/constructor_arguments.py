"""What a constructor's parameter probably takes: by its name, its annotation and the source."""

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import random_numbers
from charmlp.doctor.operation.options import plain, usual_option
from charmlp.doctor.operation.source import source_of

HIDDEN = 4  # units of a hidden layer
CHANNELS = 3
WIDTHS = ["D", HIDDEN, "K"]
HEADS = "(num|n)?heads?"  # of attention
GROUPS = "(num|n)?groups?|g"  # of channels
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
    "(.*out.*|filters|(n|num)filters|depth|nkernels)channels?$|channels?out$|(n|num)?(filters|kernels)$|outc$|cout$|fn$|nf$"
    "|outplanes$": "K",
    ".*channels?$|channels?in$|inc$|cin$|c$|inputdepth$|inplanes$": CHANNELS,
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
WIDE = re.compile(r"kernel|filter|pool|window|stride|shape")
WINDOW = re.compile(r"kernel|filter|pool|window|conv")  # which has a height and a width
USUAL_WORDS = re.compile("relu|train")


def other_form(name: str, value: Any) -> Any:
    """Windows have one size for both dimensions, or two; hidden layers one width, or a list of them."""
    if isinstance(value, int) and WIDE.search(name):
        return (value, value)
    if "hidden" in name:
        return [value] if isinstance(value, int) else value[0] if isinstance(value, list) else value
    return value


def parameters_of(kind: type) -> Iterator[tuple[str, inspect.Parameter]]:
    """What a constructor takes by name; nothing where it has no signature, as some that C++ wrote."""
    if "__init__" not in {name for base in kind.__mro__[:-1] for name in vars(base)} and (
        "__new__" not in {name for base in kind.__mro__[:-1] for name in vars(base)}
    ):
        return
    try:
        signature = inspect.signature(kind)
    except ValueError:
        return
    for name, parameter in signature.parameters.items():
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            yield name, parameter


# Settings that have no effect, or one that another mistake may have too, and others that tell
TELLING: tuple[tuple[str, Mapping[Any, Any]], ...] = (
    (
        "(drop(out)?)?(p|rate|prob|ratio|probability|proportion|fraction)|dropout|dropp|keep(prob|rate)?",
        {0.5: 0.3},
    ),
    ("beta|alpha|a|(neg(ative)?)?slope|scale|temperature|temp|tau|t|sharpness|steepness|k|c|delta", {1: 1.6}),
    ("strides?", {1: 2, 2: 1, (1, 1): (2, 2), (2, 2): (1, 1)}),
    ("pad(ding)?", {0: 1, (0, 0): (1, 1)}),
)


def telling_settings(kind: type) -> dict[str, Any]:
    """Arguments of a constructor that are not what they are usually, so that leaving them out shows.

    A stride is as wide as a window by default where windows do not overlap; where it must be given, it is 1
    at first.
    """
    found = {}
    for name, parameter in parameters_of(kind):
        usual = parameter.default
        if usual is parameter.empty:
            usual = guess_argument(name, {})
        if isinstance(usual, bool) or not isinstance(usual, int | float | tuple):
            continue
        for pattern, others in TELLING:
            if re.fullmatch(pattern, plain(name)) and usual in others:
                other = others[usual]
                found[name] = float(other) if isinstance(usual, float) else other
    return found


def guess_argument(name: str, sizes: Mapping[str, int]) -> Any:
    """An argument of a constructor, from its name; a number of inputs where nothing else is known.

    >>> guess_argument("in_features", {"D": 7, "K": 3}), guess_argument("act_type", {})
    (7, 'relu')
    >>> guess_argument("layer_sizes", {"D": 7, "K": 3}), guess_argument("dropout_rate", {})
    ([7, 4, 3], 0.4)
    """
    found = [value for pattern, value in ARGUMENTS.items() if re.match(pattern, plain(name))]
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
