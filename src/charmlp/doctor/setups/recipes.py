"""What the inputs of an operation of no known kind may be: shapes and sorts, the usual ones first."""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from charmlp.doctor.arrangement import Sizes
from charmlp.doctor.functions import Array, sigmoid
from charmlp.doctor.operation.conditions import shapes_for
from charmlp.doctor.operation.numpy_code.names import is_mask
from charmlp.doctor.operation.options import is_option
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.subject import Subject
from charmlp.doctor.setups.said_shapes import BINARY, INTEGERS, said_recipe
from charmlp.doctor.setups.shapes import COEFFICIENTS, INDEX, LABELS, VECTORS, Shape, by_names, of_einsum
from charmlp.doctor.setups.trial import is_label

ONE_HOT, SIGNS, WORDS_2D, PLACES, OPTION = "one-hot", "signs", "words", "places", "option"
PRODUCT = re.compile(r" @ |\b(dot|matmul|mm|mv|einsum|linear)\(")
# Pairs that belong together or do not are told by 1 and −1 where their cosine is compared
PLUS_OR_MINUS = re.compile(r"[=!]= *-1\b|\bcos(ine)?(_?sim\w*)?\b", re.IGNORECASE)
LABELS_FIRST = re.compile(r"labels?|targets?|classes", re.IGNORECASE)  # before what they are the labels of
# Where forward is finite: everywhere, where x > 0 (a logarithm), or between 0 and 1 (probabilities)
DOMAINS: tuple[Callable[[Array], Array], ...] = (np.array, np.abs, sigmoid)


def recipes(subject: Subject, sizes: Sizes) -> Iterator[list[Any]]:
    """Shapes to try, one for each input; "label" stands for a class index a row."""
    matrices = [p for i, p in subject.parameters.items() if p.ndim >= 2 and not is_bias(subject.name_of(i))]
    d = int(matrices[0].shape[1]) if matrices else sizes["D"]  # what a module's first weight takes
    n, k = sizes["N"], sizes["K"]
    counts = [1, 2, 3]
    if subject.required is not None:
        inputs = subject.required[: len(subject.required) - len(subject.parameters)]
        names = [name for name in inputs if is_of_array(subject, name)]
        yield from with_options_between(inputs, names, n, d)
        counts = [len(names)] if len(names) or subject.parameters else [len(inputs)]
        said = "\n".join([*map(docstring_of_class, subject.code), *SAID.findall(all_sources(subject))])
        yield from said_recipe(names, said, sizes)
        if subject.conditions:
            yield from shapes_for(inputs, subject.conditions, n, d)
            return
        yield from of_channels(subject, len(names))
        yield from of_parts(subject, len(names), n, k)
        yield from of_norms(subject, len(names), d)
        yield from of_sequences(all_sources(subject), names)
        yield from unpacked(all_sources(subject), names)
        yield from of_einsum(names, subject.forward_source, sizes)
        yield from spread_out(subject, inputs, n, d)
        yield from of_scaled(subject, names, n, d)
        yield from by_names(names, sizes, d)
        if len(names) == 2 and COEFFICIENTS.fullmatch(names[1]):
            if subject.forward_source and not PRODUCT.search(subject.forward_source):
                yield [(n, d), (n, d)]  # an angle, say
            yield from ([(n, d), shape] for shape in ((k, d), (d, k), (d,), (1,)))
        if not names and subject.parameters:
            yield []
        if matrices:
            yield from of_network(len(names), n, matrices[0].shape, matrices[-1].shape)
            yield from of_states(len(names), n, matrices[0].shape[0], sizes)
        if not subject.parameters:
            counts += range(counts[0] - 1, 0, -1)  # the last may be options
    usual: dict[int, list[list[Any]]] = {
        2: [[(n, k), LABELS]],
        3: [[(n, d), (k, d), (k,)], [(n, d), (d, k), (k,)]],
    }
    less_usual: dict[int, list[list[Any]]] = {
        2: [
            [(n, d), (k, d)], [(n, d), (d, k)], [(n, d), (d,)], [(n, d), (1, d)], [(n, d), (1,)],
            [(n, k, d), (n, d, k)],
        ],
        3: [
            [(n, d), (d,), (d,)], [(n, d), (1, d), (1, d)], [(n, d), (d, k), (1, k)], [(n, d), (d, 1), (1,)],
            [(n, d), (1, d), (1,)], [(n, k, d), (d,), (d,)],
            [(2, k, 4, 4), (k,), (k,)], [(2, n, d), (d, k), (k,)], [(2, n, d), (2, k, d), (2, k, n)],
            [(n, d), (n,), (k, d)], [(n, d), (k, d), (n,)], [(n, d), (n, d), (n, k, d)],
        ],
        4: [[(n, d), (n, 4), (k, d, 4), (k,)]],
    }  # fmt: skip
    for count in filter(None, counts):
        yield from usual.get(count, [])
        yield [(n, d)] * count
        yield from less_usual.get(count, [])
        if count == 3 and subject.counts:
            yield [(n, d), (1,), (1,)]  # a scale and a zero point
        yield from ([shape] * count for shape in ((n,), (), (n, n), (n, k, d), (n, 3, 8, 8), (6, 4)))
    if subject.required is not None and len(names) < len(inputs):  # p and n are arrays: a, p, n
        yield [(n, d)] * len(inputs)


def all_sources(subject: Subject) -> str:
    """What is written in forward, then in backward."""
    functions = dict.fromkeys((*subject.forward_code, *subject.code))
    return "\n".join([subject.forward_source, *map(source_of, functions)])


SAID = re.compile(r'"""[\s\S]*?"""|#.*')  # docstrings and comments


def docstring_of_class(function: Callable[..., Any]) -> str:
    """What is said of the class whose method it is."""
    owner, _, _ = getattr(function, "__qualname__", "").rpartition(".")
    around = getattr(function, "__globals__", {})
    return str(getattr(around.get(owner), "__doc__", None) or "") if owner else ""


def is_of_array(subject: Subject, name: str) -> bool:
    """Whether an input is an array, as far as its name and the code tell."""
    return (
        name in subject.trained
        or name in subject.arrays
        or not (is_option(name) or name in subject.numbers or name in subject.switches)
    )


def takes_options(subject: Subject, recipe: Sequence[Any]) -> bool:
    """Whether arrays stand in the places of options."""
    return not all(
        shape in (INDEX, OPTION) or is_of_array(subject, subject.name_of(i)) for i, shape in enumerate(recipe)
    )


def with_options_between(inputs: Sequence[str], names: Sequence[str], n: int, d: int) -> Iterator[list[Any]]:
    """Arrays with a dimension between them: input, dim, index."""
    last = max((i for i, name in enumerate(inputs) if name in names), default=0)
    between = [name for name in inputs[:last] if name not in names]
    if between and all(name in ("dim", "axis") for name in between):
        yield [INDEX if name in between else (n, d) for name in inputs[: last + 1]]


def every_recipe(
    subject: Subject, sizes: Sizes, errors: Sequence[Exception]
) -> Iterator[tuple[list[Any], Callable[[Array], Array]]]:
    """Each recipe in each domain; last with an index in some place, where forward has asked for one."""
    found = with_labels(subject, (among_options(subject, recipe) for recipe in recipes(subject, sizes)))
    yield from itertools.product(found, DOMAINS)
    if any(re.search(r"ind(ex|ices)|integer", str(error)) for error in errors):
        for labels, recipe in itertools.product((LABELS, WORDS_2D), recipes(subject, sizes)):
            for i in range(len(recipe)):
                yield [labels if j == i else shape for j, shape in enumerate(recipe)], DOMAINS[0]


def among_options(subject: Subject, recipe: list[Any]) -> list[Any]:
    """The shapes in the places of the arrays, where options stand between these."""
    inputs = (subject.required or ())[: len(subject.required or ()) - len(subject.parameters)]
    places = [i for i, name in enumerate(inputs) if is_of_array(subject, name)]
    if len(recipe) != len(places) or places == list(range(len(places))):
        return recipe
    shapes = dict(zip(places, recipe, strict=True))
    return [shapes.get(i, OPTION) for i in range(places[-1] + 1)]


def with_labels(subject: Subject, found: Iterable[list[Any]]) -> Iterator[list[Any]]:
    """Each recipe with class indices, else one-hot rows, for what has the name of labels; then as it is."""
    for recipe in found:
        truths = {i for i in range(1, len(recipe)) if is_label(subject.name_of(i))}
        if len(recipe) > 1 and not truths and LABELS_FIRST.fullmatch(subject.name_of(0)):
            yield [LABELS, *recipe[1:]]
        pairs = {i for i in truths if is_of_pairs(subject, i)}
        yes_or_no = {i for i in range(1, len(recipe)) if is_shape(recipe[i]) and is_yes_or_no(subject, i)}
        if yes_or_no and any(
            map(PLUS_OR_MINUS.search, map(source_of, (*subject.forward_code, *subject.code)))
        ):
            yield [(SIGNS, *shape) if i in yes_or_no else shape for i, shape in enumerate(recipe)]
        if yes_or_no:
            yield [(BINARY, *shape) if i in yes_or_no else shape for i, shape in enumerate(recipe)]
        if pairs:
            yield [PLACES if i in pairs else shape for i, shape in enumerate(recipe)]
        if truths:
            yield [LABELS if i in truths else shape for i, shape in enumerate(recipe)]
            yield [one_hot(shape) if i in truths else shape for i, shape in enumerate(recipe)]
        yield recipe


def is_shape(of: Any) -> bool:
    return isinstance(of, tuple) and all(isinstance(size, int) for size in of)


def is_yes_or_no(subject: Subject, position: int) -> bool:
    """Whether the code asks of one input whether it is 0 or 1: (y == 1)."""
    name = re.escape(subject.name_of(position))
    asked = re.compile(rf"\b{name} *[=!]= *[01]\b(?!\.\d*[1-9])")
    return any(asked.search(source_of(one)) for one in (*subject.code, *subject.forward_code))


def is_of_pairs(subject: Subject, position: int) -> bool:
    """Whether the code takes rows and columns of elements out of one input: x[places[0], places[1]]."""
    name = re.escape(subject.name_of(position))
    return any(re.search(rf"\b{name}\[0\], {name}\[1\]", source_of(one)) for one in subject.code)


def one_hot(shape: Any) -> Any:
    """One-hot rows in place of a matrix."""
    is_matrix = isinstance(shape, tuple) and len(shape) == 2 and shape[1] > 1
    return (ONE_HOT, *shape) if is_matrix else shape


def is_bias(name: str) -> bool:
    """Whether weights of this name are a bias, be it kept as one row or one column."""
    return name.rpartition(".")[2].lower().startswith("b")


def of_network(count: int, n: int, first: Shape, last: Shape) -> Iterator[list[Any]]:
    """An input, and what the output should be, for weights x W or W x: rows, columns, or one example."""
    shapes: list[tuple[Shape, Shape]] = [
        ((n, first[0]), (n, last[1])),
        ((first[1], n), (last[0], n)),
        ((n, first[1]), (n, last[0])),
        ((first[1], 1), (last[0], 1)),
        ((first[0],), (last[1],)),
        ((first[1],), (last[0],)),
    ]
    if count in (1, 2):
        yield from (list(pair[:count]) for pair in shapes)
    if count == 2:
        yield [shapes[0][0], LABELS]


def of_norms(subject: Subject, count: int, d: int) -> Iterator[list[Any]]:
    """Vectors, where the code takes a norm that for a matrix would be another one: norm(w, 1)."""
    sources = "\n".join(map(source_of, subject.code))
    if re.search(r"linalg\.norm\([\w.]+, (ord=)?\S+\)", sources):
        yield [(d,)] * count


def of_channels(subject: Subject, count: int) -> Iterator[list[Any]]:
    """Pictures with as many channels as an object has numbers: its arrays are (1, C, 1, 1), say."""
    shapes = {p.shape for p in subject.parameters.values()}
    sizes = {max(shape) for shape in shapes if len(shape) in (3, 4) and shape[-2:] == (1, 1)}
    if not sizes and OF_PICTURES.search(all_sources(subject)):
        sizes = {shape[0] for shape in shapes if len(shape) == 1}
    if count == 1 and len(sizes) == 1:
        (channels,) = sizes
        yield [(2, channels, 4, 6)]


# One number a channel, spread over pictures
OF_PICTURES = re.compile(
    r"\[(None|np\.newaxis), ?:, ?(None|np\.newaxis), ?(None|np\.newaxis)\]|reshape\(1, ?-1, ?1, ?1\)"
)


def of_parts(subject: Subject, count: int, n: int, k: int) -> Iterator[list[Any]]:
    """A first input that is taken apart into so many equal ones, as the gates of a cell; and the others."""
    sources = "\n".join([subject.forward_source, *map(source_of, subject.code)])
    for parts in re.findall(r"((?:\w+, *)+\w+) = \w+\.unbind\((?:dim=)?-1\)", sources):
        yield [(n, parts.count(",") + 1), *[(n, k)] * (count - 1)]
    if re.search(r"shape\[-?1\] *// *2|\bsplit\(\w+, *2\b", sources):
        yield from ([(n, 2 * k), *[other] * (count - 1)] for other in ((n, k), (k,)))
    for parts in dict.fromkeys(re.findall(r"\bchunk\((?:\w+, *)?(\d)\b", sources)):
        yield from ([(n, int(parts) * k), *[other] * (count - 1)] for other in ((n, k), (k,)))


# Even sizes, as windows and groups want them
SIZES_OF = {3: (3, 4, 6), 4: (3, 4, 4, 6), 5: (2, 2, 4, 2, 2)}


def unpacked(source: str, names: Sequence[str]) -> Iterator[list[Any]]:
    """As many dimensions as forward unpacks a shape into: N, C, H, W = x.shape. Others are of its channels.

    Kernels too are unpacked.
    """
    parts = unpacked_shapes(source)
    counts = {name: len(parts[name]) for name in names if name in parts}
    first = SIZES_OF.get(max(counts.values(), default=0))
    if first is None:
        return
    if len(first) == 3 and HEIGHT.match(parts.get(names[0], [""])[0]):
        first = first[1:] + first[:1]  # one picture, its channels last
    yield from of_one_name(parts, names, first, biases_in(source, len(first)))
    c = first[1]
    if any(name in counts for name in names[1:]):
        for filters, channels_in, width in itertools.product((3, c), (c, 1), (2, 3)):
            kernel = (filters, channels_in, *[width] * (len(first) - 2))
            yield [first, *(kernel if name in counts else (filters,) for name in names[1:])]
    channels: tuple[Shape, ...] = ((c,), (1, c, *[1] * (len(first) - 2)), (first[-1],), first)
    for other in channels:
        yield [first, *(first if name in counts else other for name in names[1:])]


def of_sequences(source: str, names: Sequence[str]) -> Iterator[list[Any]]:
    """Scores for each step of each sequence, N, T, V = x.shape, with a class each, and a mask of steps."""
    parts = unpacked_shapes(source)
    others = names[1:]
    if not others or len(parts.get(names[0], ())) != 3 or not all(is_label(n) or is_mask(n) for n in others):
        return
    n, t, v = SIZES_OF[3]
    yield [(n, t, v), *((BINARY, n, t) if is_mask(name) else (INTEGERS, n, t) for name in others)]


def unpacked_shapes(source: str) -> dict[str, list[str]]:
    """The names into which the shape of each array is unpacked."""
    found = re.findall(r"\(?((?:\w+, *)+\w+)\)? = (\w+)\.(?:shape|size\(\))\s", source + "\n")
    return {name: [part.strip() for part in parts.split(",")] for parts, name in found}


def of_one_name(
    parts: Mapping[str, Sequence[str]],
    names: Sequence[str],
    first: Sequence[int],
    before: Shape,
) -> Iterator[list[Any]]:
    """Kernels whose sizes are told by names: one that a picture's shape is unpacked into is that size.

    (n, h, w, c) = x.shape; (f, f, c, k) = W.shape: windows of f × f, k filters. A size without a name of its
    own, of a picture or of a kernel, may be its channels. Biases are a vector, with so many 1s `before` it.
    """
    kernels = [name for name in names[1:] if name in parts]
    if not kernels or names[0] not in parts or len(parts[names[0]]) != len(first):
        return
    known = {part: size for part, size in zip(parts[names[0]], first, strict=True) if part != "_"}
    for filters, width, channels in itertools.product((5, 3), (2, 3), (first[1], first[-1], first[0])):
        recipe: list[Any] = [tuple(first)]
        for name in names[1:]:
            if name in parts:
                shape = [
                    known.get(
                        part, channels if part == "_" else width if WINDOWS.fullmatch(part) else filters
                    )
                    for part in parts[name]
                ]
                recipe.append(tuple(shape))
            else:
                recipe.append((*before, filters))
        yield recipe
        if len(recipe) > len(kernels) + 1:
            yield [
                shape if i == 0 or name in parts else (filters, 1)
                for i, (name, shape) in enumerate(zip(names, recipe, strict=True))
            ]


def biases_in(source: str, dimensions: int) -> Shape:
    """The 1s before the biases' one number a filter, where arrays of such a shape are made."""
    ones = ", ".join("1" * (dimensions - 1))
    return (1,) * (dimensions - 1) if f"({ones}, " in source else ()


HEIGHT = re.compile(r"h\w*|rows?|n_?[hH]\w*|height")
WINDOWS = re.compile(
    r"f|[fk]_?[hw]|[hw]_?[fk]|hh|ww|k\d?|(filter|kernel)_?(size|h\w*|w\w*|rows?|cols?)|[rstuvmn]|k_?(rows|cols)",
    re.IGNORECASE,
)
ONE_A_ROW = r"\[:, ?(None|np\.newaxis)\]|\.(unsqueeze\((dim=)?-?1\)|(view|reshape)\(-1, ?1\))"
ONE_A_COLUMN = r"\[(None|np\.newaxis), ?:\]|\.(unsqueeze\((dim=)?0\)|(view|reshape)\(1, ?-1\))"


def spread_out(subject: Subject, inputs: Sequence[str], n: int, d: int) -> Iterator[list[Any]]:
    """Matrices, and vectors that the code makes columns or rows of, options as well: scale[:, None]."""
    sources = all_sources(subject)
    shapes: list[Shape] = []
    for name in inputs:
        of_rows, of_columns = (
            re.search(rf"\b{re.escape(name)}({how})", sources) for how in (ONE_A_ROW, ONE_A_COLUMN)
        )
        if of_rows or of_columns or not is_option(name):
            shapes.append((n,) if of_rows else (d,) if of_columns else (n, d))
    if len(set(shapes)) > 1 and not any(map(is_option, inputs[: len(shapes)][:-1])):
        yield list(shapes)


def of_scaled(subject: Subject, names: Sequence[str], n: int, d: int) -> Iterator[list[Any]]:
    """Weights that are one number a column, where forward multiplies no matrices: x, residual, weight."""
    scales = [bool(COEFFICIENTS.fullmatch(name) or VECTORS.fullmatch(name)) for name in names]
    if (
        len(names) > 2
        and any(scales[1:])
        and subject.forward_source
        and not PRODUCT.search(subject.forward_source)
    ):
        yield [(d,) if i and is_scale else (n, d) for i, is_scale in enumerate(scales)]


def of_states(count: int, n: int, inputs: int, sizes: Sizes) -> Iterator[list[Any]]:
    """x and the states of a cell whose weights are its own; they are as wide as x there. A sequence of x."""
    for d in dict.fromkeys((inputs, sizes["D"])):
        for shape in ((n, d), (d, n), (d, 1), (d,)):
            yield [shape] * count
        for x in ((n, sizes["S"], d), (sizes["S"], n, d), (sizes["S"], d)):
            yield [x, *[(n, d)] * (count - 1)]
