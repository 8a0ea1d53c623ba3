"""The shapes that the names of inputs tell: vectors, the weights of a cell or of a network, words."""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Any

from charmlp.doctor.arrangement import Sizes

INDEX, LABELS = "index", "label"
Shape = tuple[int, ...]

# Inputs that have one number a column, by their names
VECTORS = re.compile(r"gamma|beta|gain|shift|bias|offset|.*(gamma|beta|gain|bias)", re.IGNORECASE)
# and one number a row
OF_ROWS = re.compile(r"(sample|row|example)_?(weights?|scales?)|advantages?|rewards?", re.IGNORECASE)

# Inputs of a layer or a cell, by their names, with a letter for each dimension: G are the units of all gates,
# J the inputs and the state side by side
GATE = r"_?([ficoguzr]|cc)"
CELL: dict[re.Pattern[str], str] = {
    re.compile(r"[xX]_?t?|[xX]s|inputs?|inp|A(_prev)?|a"): "ND",
    re.compile(
        r"([hcC]_?(prev|t_?1|old|0|init)?|(prev|old)_([hc]|cell)|a(_prev|_?0)|hidden|state|cell)"
    ): "NK",
    re.compile(rf"W_?x{GATE}|W{GATE}_?x", re.IGNORECASE): "DK",
    re.compile(rf"(W_?h|[UR]){GATE}|W{GATE}_?h", re.IGNORECASE): "KK",
    re.compile(r"W_?([figuzr]|cc?)", re.IGNORECASE): "JK",
    re.compile(r"b_?([figuzr]|cc?)", re.IGNORECASE): "K",
    re.compile(r"w_?(h|hh|aa|rec)|u|Whh?", re.IGNORECASE): "KG",
    re.compile(r"w_?(x|xh|hx|ax|ih|in)?|weights?", re.IGNORECASE): "DG",
    re.compile(r"b_?[ha]?|bias", re.IGNORECASE): "G",
    re.compile(r"w_?(y|ya|hy|ho|out|o)|V|Why", re.IGNORECASE): "KC",
    re.compile(r"b_?[yo]", re.IGNORECASE): "C",
}
# How a cell takes x: one step, or S of them
SEQUENCES = (
    {"rows": "ND", "columns": "DN"}, {"rows": "NSD", "columns": "DNS"}, {"rows": "SND", "columns": "SDN"},
)  # fmt: skip
# Weights and biases of a layer that has a number or a name
LAYER = re.compile(r"(?:(w|weights?|theta)|(b|bias))_?(\d+|i|in|h|hid|hidden|o|out|output)", re.IGNORECASE)


COEFFICIENTS = re.compile(r"w|weights?|theta|beta|coefs?|coefficients|params?", re.IGNORECASE)
# Inputs of a model of words, by their names
WORDS: dict[re.Pattern[str], str] = {
    re.compile(r"(neg|negative)s?_?\w*|\w*(indices|idxs|ids)", re.IGNORECASE): "indices",
    re.compile(r"\w*(idx|index)|target|o", re.IGNORECASE): "index",
    re.compile(r"\w*(vectors|vecs|matrix|embeddings)|U", re.IGNORECASE): "matrix",
    re.compile(r"\w*(vector|vec|center|word|predicted)|v_?c?", re.IGNORECASE): "vector",
}


def by_names(names: Sequence[str], sizes: Sizes, d: int) -> Iterator[list[Any]]:
    """All that the names may tell, the likeliest first; `d` is how many columns the data have."""
    n = sizes["N"]
    yield from of_angles(names, n, sizes["T"])
    yield from of_vectors(names, n, d)
    yield from of_cell(names, sizes)
    yield from of_layers(names, sizes)
    yield from of_word_vectors(names, sizes)
    yield from of_regression(names, n, d)


EINSUM = re.compile(r"""einsum\(\s*["']([a-zA-Z, ]+)(?:->[a-zA-Z ]*)?["'],([^()]*)\)""")


def of_einsum(names: Sequence[str], source: str, sizes: Sizes) -> Iterator[list[Any]]:
    """The shapes that the letters of an einsum say, where all inputs stand in one: another size a letter."""
    for letters, arguments in EINSUM.findall(source):
        operands = dict(zip((a.strip() for a in arguments.split(",")), letters.split(","), strict=False))
        each = dict.fromkeys("".join(letter.strip() for letter in letters.split(",")))
        size = dict(zip(each, itertools.cycle((sizes["N"], sizes["K"], 4, 2, 6)), strict=False))
        if set(names) <= set(operands):
            yield [tuple(size[letter] for letter in operands[name].strip()) for name in names]


# Cosines and sines of angles, by which pairs of numbers are turned
ANGLE = re.compile(r"(cos|sin)(_?\w+)?", re.IGNORECASE)


def of_angles(names: Sequence[str], n: int, t: int) -> Iterator[list[Any]]:
    """Where names tell that it turns pairs of numbers: as many angles as numbers, or half as many."""
    are_angles = [bool(ANGLE.fullmatch(name)) for name in names]
    if len(set(map(str.lower, itertools.compress(names, are_angles)))) < 2:
        return
    for x in ((n, 6), (2, n, 6), (2, 3, t, 6), (2, t, 3, 6)):
        rows = x[-3] if x == (2, t, 3, 6) else x[-2]
        for angles in ((rows, 6), (rows, 3)):
            yield [angles if is_angle else x for is_angle in are_angles]
            yield [(1,) * (len(x) - 2) + angles if is_angle else x for is_angle in are_angles]


def of_vectors(names: Sequence[str], n: int, d: int) -> Iterator[list[Any]]:
    """Where names tell that inputs are vectors: one number a column, as a vector or as a row."""
    of_rows = [bool(OF_ROWS.fullmatch(name)) for name in names]
    if any(of_rows[1:]):
        yield from ([row if is_row else (n, d) for is_row in of_rows] for row in ((n,), (n, 1)))
    vectors = [bool(VECTORS.fullmatch(name)) for name in names]
    if any(vectors[1:]):
        yield from ([vector if is_vector else (n, d) for is_vector in vectors] for vector in ((d,), (1, d)))
        whole = (((n, 4, 6, d), (d,)), ((n, d, 4, 6), (1, d, 1, 1)), ((n, d, 4, 6), (d,)))
        for x, vector in (*whole, ((2, 4, 3, 4), (4,)), ((n, 4, d), (d,))):  # channels in groups, sequences
            yield [vector if is_vector else x for is_vector in vectors]  # a number a channel


def of_cell(names: Sequence[str], sizes: Sizes) -> Iterator[list[Any]]:
    """Where names tell that it is a layer with a state, or a layer by columns: x, h, Wx, Wh, b.

    A gated one has the weights of its gates side by side.
    """
    letters = cell_letters(names)
    if len(names) < 3 or not all(letters):
        return
    if "ND" not in letters and "NK" in letters:  # a_prev, w, b: the layer before is the input
        letters[letters.index("NK")] = "ND"
    joined = [of if of != "DG" or "KG" in letters or "NK" not in letters else "JG" for of in letters]
    for sequence in SEQUENCES:
        for gates, each in itertools.product((1, 4, 3), (joined, letters)):  # one matrix for x and h
            size = {**sizes, "G": gates * sizes["K"], "J": sizes["D"] + sizes["K"]}
            rows = [sequence["rows"] if of == "ND" else of for of in each]
            turned = [of if "N" in of else of[::-1] for of in rows]  # x Wᵀ
            columns = [sequence["columns"] if of == "ND" else of[::-1] for of in each]
            for of_names, bias in ((rows, "{}"), (rows, "1{}"), (turned, "{}"), (columns, "{}1")):
                of_all = [bias.format(of) if len(of) == 1 else of for of in of_names]
                yield [tuple(size.get(letter, 1) for letter in of) for of in of_all]


def cell_letters(names: Sequence[str]) -> list[str]:
    """A letter for each dimension of a cell's inputs, "" for what no cell takes.

    >>> cell_letters(["x", "h", "Wx", "Wh", "b"]), cell_letters(["xt", "a_prev", "Wf", "bf", "Wo", "bo"])
    (['ND', 'NK', 'DG', 'KG', 'G'], ['ND', 'NK', 'JK', 'K', 'JK', 'K'])
    """
    letters = [next((of for pattern, of in CELL.items() if pattern.fullmatch(name)), "") for name in names]
    if "JK" in letters:  # with a forget or an update gate, o is a gate as well
        gated = {"KC": "JK", "C": "K"}
        letters = [
            gated.get(of, of) if re.fullmatch(r"[wb]_?o", name, re.IGNORECASE) else of
            for name, of in zip(names, letters, strict=True)
        ]
    return [of if of != "JK" or "KK" not in letters else "DK" for of in letters]


def of_layers(names: Sequence[str], sizes: Sizes) -> Iterator[list[Any]]:
    """Where names tell that it is a network: x, W1, b1, W2, b2; by rows or by columns."""
    found = [LAYER.fullmatch(name) for name in names]
    weights = [name for name, of in zip(names, found, strict=True) if of and of[1]]
    unknown = [name for name, of in zip(names, found, strict=True) if not of]
    if len(weights) < 2 or len(unknown) != 1:
        return
    widths = [sizes["D"], *itertools.islice(itertools.cycle((4, 6)), len(weights) - 1), sizes["K"]]
    for is_row, bias in itertools.product((True, False), ("vector", "row", "column")):
        n, d = (sizes["N"], sizes["D"]) if is_row else (sizes["D"], sizes["N"])
        shapes: dict[str, Shape] = {unknown[0]: (n, d)}
        place = {of[3]: i for i, of in enumerate(filter(lambda of: of and of[1], found))}  # type: ignore[index]
        for name, of in zip(names, found, strict=True):
            if of is None:
                continue
            a, b = widths[place.get(of[3], 0)], widths[place.get(of[3], 0) + 1]
            if of[1]:
                shapes[name] = (a, b) if is_row else (b, a)
            else:
                shapes[name] = {"vector": (b,), "row": (1, b), "column": (b, 1)}[bias]
        yield [shapes[name] for name in names]


def of_regression(names: Sequence[str], n: int, d: int) -> Iterator[list[Any]]:
    """Where names tell that it is a loss of one vector of weights: w, X, y in any order."""
    is_weight = [bool(COEFFICIENTS.fullmatch(name)) for name in names]
    is_data = [bool(re.fullmatch(r"[xX]|data|features|inputs", name)) for name in names]
    if len(names) == 3 and sum(is_weight) == sum(is_data) == 1:
        pairs = list(zip(is_weight, is_data, strict=True))
        yield [(d,) if weight else (n, d) if data else (n,) for weight, data in pairs]
        yield [(d, 1) if weight else (n, d) if data else (n, 1) for weight, data in pairs]


def of_word_vectors(names: Sequence[str], sizes: Sizes) -> Iterator[list[Any]]:
    """Where names tell that a vector is compared with those of all words, one of which is meant: v, i, U."""
    d, k = sizes["D"], sizes["K"]
    found = [
        next((shape for pattern, shape in WORDS.items() if pattern.fullmatch(name)), "") for name in names
    ]
    needed = {"vector", "index", "matrix"}
    if len(names) == len(found) and needed <= set(found) <= {*needed, "indices"} and len(found) < 5:
        of_name = {"vector": (d,), "index": INDEX, "matrix": (k, d), "indices": LABELS}
        yield [of_name[shape] for shape in found]
