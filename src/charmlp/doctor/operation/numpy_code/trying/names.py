"""The likeliest templates of a variable, by its name and its place among others."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from charmlp.doctor.operation.numpy_code.names import ends_of, is_bias, is_truth, is_weight
from charmlp.doctor.operation.numpy_code.trying.templates import (
    Template,
    binary,
    labels,
    onehot,
    real,
    sign,
    size,
    unique,
    value,
)
from charmlp.doctor.operation.options import is_option, usual_option

DATA = re.compile(
    r"x\w?|xs|inputs?|data|features?|x_?(train|batch|data|in|input)|batch|images?|samples|observations|a_?(0|prev)|layer_?0"
    r"|\w*(states|input|inputs|features|vectors|emb\w*)|input_(data|list|batch)|first|second|left|right|u|v|points",
    re.IGNORECASE,
)
ONE = re.compile(r"(one_)?(sample|example|instance)(_?vector)?", re.IGNORECASE)  # and not a batch of them
PROBABILITY = re.compile(
    r"p|probs?|pred\w*|\w*(prob\w*|_hat|_pred)|yhat|y_?hat|output|a\d?|al", re.IGNORECASE
)
STATE = re.compile(r"(h|c|s|state|hidden)_?(prev|0|t|init)?|(prev|old)_[hcs]\w*|hprev|a_prev", re.IGNORECASE)
SIZES: dict[str, str] = {
    r"(n|num|input)_?(in|inputs?|layer_size|dim|size|features)|d_?in|input_(layer_)?(size|dim)": "D",
    r"(n|num)?_?hid\w*|h_dim|hidden_(layer_)?(size|dim)": "H",
    r"(n|num)_?(labels|classes|out\w*)|k|c|classes|output_(size|dim)": "K",
    r"m|n|n_?samples|num_samples|batch_?size|n_?examples": "N",
    r"(n|num)_?steps|seq_?len\w*": "S",
}
INDEX = re.compile(r"i|j|u|ix|jy|[ij]_?dx|idx|\w*(_idx|_id|idx|index|user|item|row|word)\w*", re.IGNORECASE)
INDICES = re.compile(
    r"\w*(indices|idxs|ids|words|samples|negatives|actions|tokens|inputs|targets)\w*", re.IGNORECASE
)
VECTOR = re.compile(r"\w*(vec|vecs|vectors?|embeddings?)", re.IGNORECASE)

ROWS = ["ND", "DN", "D", "D1", "1D", "N"]
GENERAL: tuple[Template, ...] = (
    *map(real, ["ND", "NK", "DK", "KD", "N", "D", "K"]),
    labels("N"),
    *map(real, ["NH", "DH", "HK", "HD", "KH", "H"]),
    real(""),
    *map(
        real,
        [
            "NJ65",
            "KJ33",
            "65",
            "33",
            "KN",
            "HN",
            "1K",
            "1H",
            "1D",
            "D1",
            "K1",
            "H1",
            "N1",
            "1N",
            "NN",
            "DD",
            "KK",
            "HH",
        ],
    ),
    value(1),
    *map(real, ["NSD", "SND", "NS", "SN", "SD", "SK", "NSK", "KJ", "NJ", "JD", "JN", "SS", "1", "J"]),
    *map(
        real,
        [
            "NJ66",
            "N65J",
            "65J",
            "J65",
            "J65N",
            "KJ33",
            "KJ22",
            "33JK",
            "J33K",
            "K33",
            "J33",
            "DHK",
            "HDK",
            "NDD",
            "QH",
        ],
    ),
    onehot("NK"),
    onehot("KN"),
    labels("NS"),
    labels("S"),
    labels("J"),
    onehot("K"),
    onehot("K1"),
    binary("N"),
    binary("N1"),
    binary("1N"),
    Template("affinity", "NN"),
    *map(size, "NDKH"),
    value(2),
    value(3),
    value(0),
    real("F"),
    real("G"),
)


@dataclass(frozen=True)
class Variable:
    """Something that somebody's functions take, by its name; of `count` alike it is the one at `place`."""

    key: str
    name: str
    place: int = 0
    count: int = 1
    dimensions: int | None = None  # that its shape is unpacked into


def likely(variable: Variable, names: Sequence[str]) -> list[Template]:
    """Every template, the likeliest for this name first; `names` are those of the variables beside it."""
    found = dict.fromkeys([*by_name(variable, names), *GENERAL])
    if variable.dimensions is None:
        return list(found)
    return sorted(
        found, key=lambda one: not is_of(variable.dimensions or 0, one)
    )  # stable: the likeliest first


def is_of(dimensions: int, template: Template) -> bool:
    return template.kind not in ("value", "size") and len(template.shape.replace("+", "")) == dimensions


def by_name(variable: Variable, names: Sequence[str]) -> Iterator[Template]:
    name = variable.name.strip("_")
    plain = name.lower()
    for pattern, letter in SIZES.items():
        if re.fullmatch(pattern, plain) and name not in ("N", "K", "C"):
            yield size(letter)
    if is_option(name) and usual_option(name) is not None and not re.fullmatch(r"[pT]|beta|n", name):
        yield value(usual_option(name))
    if re.fullmatch(r"reg\w*|lambda\w*|lam\w*|l2|weight_decay|decay", plain):
        yield value(0.3)
    if is_truth(name) and not re.fullmatch(r"d", name):
        yield from truths()
    if re.fullmatch(r"nn_params|\w*unrolled\w*|\w*_params|params?|theta", plain) and variable.count == 1:
        yield from (real("D"), real("F"), real("G"))
    if VECTOR.fullmatch(name):
        yield from (real("D"), real("ND"))
    elif INDICES.fullmatch(name):
        yield from (labels("S"), labels("N"), labels("NS"), unique("S"))
    if "mask" in plain:
        yield from map(binary, ["ND", "NK", "NN", "N"])
    if INDEX.fullmatch(name) and not VECTOR.fullmatch(name) and not re.fullmatch(r"[ui]", name):
        yield from (value(1), labels("N"))
    if is_bias(name):
        yield from biases(variable)
    elif is_weight(name):
        yield from weights(variable, names)
    if STATE.fullmatch(name):
        yield from map(real, ["NH", "HN", "H", "H1", "NK"])
    if ONE.fullmatch(name):
        yield from map(real, ["D1", "D"])
    if DATA.fullmatch(name):
        yield from map(real, ROWS)
    if PROBABILITY.fullmatch(name):
        yield from map(real, ["NK", "N", "N1", "1N", "KN", "K"])
    if re.fullmatch(r"[ui]", name):
        yield value(1)


def truths() -> Iterator[Template]:
    """What the outputs should be."""
    yield from (labels("N"), onehot("NK"), binary("N"), binary("N1"), real("NK"), onehot("KN"), binary("1N"))
    yield from (real("N"), onehot("K"), real("K"), onehot("K1"), value(1), real("K1"), binary(""), sign("N"))
    yield from (labels("S"), real("ND"), real("D"), real("N1"), real("1N"), real(""))


def widths(count: int) -> list[str]:
    return ["D", *("HJ" * count)[: count - 1], "K"]


def weights(variable: Variable, names: Sequence[str]) -> Iterator[Template]:
    """The weights of a layer: x W or W x, with a column of biases, for several outputs or for one."""
    chain = widths(variable.count)
    a, b = chain[variable.place], chain[variable.place + 1]
    if ends := ends_of(variable.name):
        yield from (real(ends), real(ends[::-1]))
    if variable.count == 1 and re.fullmatch(r"w|weights?|theta|beta|coefs?|u", variable.name):
        yield real("D")
    yield from (real(a + b), real(b + a), real("D"))
    if variable.count == 1:
        yield from map(real, ["D1", "1D"])
        yield real("")
    yield from (real(f"{b}{a}+"), real(f"{a}+{b}"))
    if b == "K":
        yield from (real(f"{a}1"), real(f"1{a}"), real(a))


def biases(variable: Variable) -> Iterator[Template]:
    k = widths(variable.count)[variable.place + 1]
    yield from (real(k), real(f"1{k}"), real(f"{k}1"))
    if k == "K":
        yield from (real(""), real("1"), real("11"))
    yield from map(real, ["N", "H"])
