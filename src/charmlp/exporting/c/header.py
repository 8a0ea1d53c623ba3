"""The header: a comment that says what the net is and costs, its constants, what reads a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from numpy.typing import NDArray

from charmlp.exporting.c.text import commented, literal, numbers, part, with_prefix
from charmlp.modelfile import Model

MOST_BYTES = 32767  # of an array: what an AVR's compiler takes
LOCALS = 150  # bytes of an AVR's stack beside arrays, about
MOST_CODE = {
    "int32_t": 3000,
    "float": 5000,
}  # bytes of an AVR's flash beside constants, by the type of scores


@dataclass(frozen=True)
class Parts:
    """What headers of either kind have in their places.

    score, probability  their types
    meaning    of the scores, in words
    defined    constants beside the size
    weights    the constant arrays, of `constants` bytes
    functions  that compute the layers
    arrays     of the stack, of `ram` bytes
    steps      the statements that use them, layer by layer
    behind     functions for who asks for them
    """

    score: str
    probability: str
    meaning: str
    defined: str
    weights: str
    constants: int
    functions: str
    arrays: str
    ram: int
    steps: str
    behind: str


def header(model: Model, parts: Parts, prefix: str, told: str) -> str:
    """The text of a header; `told` is what its comment says of the weights."""
    return with_prefix(
        part(
            "frame",
            comment=comment(model, parts, told),
            height=model.norm_size[0],
            width=model.norm_size[1],
            classes=len(model.classes),
            defined=parts.defined,
            score=parts.score,
            probability=parts.probability,
            meaning=parts.meaning,
            names="".join(f"    {literal(name)},\n" for name in model.classes),
            memory=part("memory"),
            weights=parts.weights,
            resize=part("resize"),
            functions=parts.functions,
            largest=part("largest"),
            arrays=parts.arrays,
            steps=parts.steps,
            behind=parts.behind,
        ),
        prefix,
    )


def comment(model: Model, parts: Parts, told: str) -> str:
    """What the net is, what it costs and how it is used."""
    return part(
        "comment",
        net=f"{'-'.join(map(str, model.sizes))}, {model.act_type}",
        told=told.rstrip("\n"),
        classes=numbers([commented(name) for name in model.classes]).rstrip(",\n"),
        crop=" " + part("cropped").rstrip("\n") if model.view.crop == "auto" else "",
        constants=f"{parts.constants:,}",
        score=parts.score,
        code=f"{MOST_CODE[parts.score]:,}",
        ram=f"{parts.ram + LOCALS:,}",
        scores=f"{4 * len(model.classes):,}",
        products=f"{sum(into * out for into, out in pairwise(model.sizes)):,}",
    ).rstrip("\n")


def defined_for_ink(norm_size: tuple[int, int]) -> list[str]:
    """The lines before `net_has_dark_ink`: its constants, and a type that its products fit into."""
    height, width = norm_size
    pixels, inside = height * width, max(0, height - 2) * max(0, width - 2)
    wide = "uint32_t" if 255 * pixels * (pixels - inside) < 2**32 else "uint64_t"
    numbers = {"NET_PIXELS": pixels, "NET_BORDER": pixels - inside}
    return [*(f"#define {name} {value}u" for name, value in numbers.items()), f"typedef {wide} net_wide;"]


def in_chunks(rows: NDArray[Any], name: str) -> Iterator[tuple[str, int, NDArray[Any]]]:
    """Rows in arrays that are small enough: name, number of its first row, rows."""
    together = max(1, MOST_BYTES // (rows.shape[1] * rows.itemsize))
    for number, first in enumerate(range(0, len(rows), together), 1):
        yield f"{name}_{number}", first, rows[first : first + together]
