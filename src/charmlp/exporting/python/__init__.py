"""A net as one file of plain Python, without NumPy: the integer model, for CPython and MicroPython.

`program.txt` is the program; what is between @ is filled in here.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.exporting.job import Cost, Draft, Job
from charmlp.exporting.pictures import pictures
from charmlp.exporting.quantised import IntegerModel, check_quantisable
from charmlp.exporting.quantised.activation import Straight, Table
from charmlp.exporting.quantised.network import IntegerLayer
from charmlp.exporting.quantised.packing import packed_rows
from charmlp.exporting.quantised.softmax import POWERS
from charmlp.exporting.quantised.usual import quantise_for
from charmlp.modelfile import Model
from charmlp.text import shown_path

MOST_LETTERS = 40  # of those it is measured on that the program is run on: it is slow


def check(job: Job) -> None:
    """Refuse a model that has no integer form."""
    check_quantisable(job.model)


def write(job: Job) -> Draft:
    """The program, run here and compared with what it should compute."""
    whole = quantise_for(job)
    cost = job.cost(whole.predict)
    text = program(job.model, whole, cost)
    some = [*pictures(), *([] if job.letters is None else job.letters.images[:MOST_LETTERS])]
    made = run(text)
    for picture in some:
        expected = whole.scores_of(picture)
        scores = made["scores"](picture.tobytes(), *picture.shape)
        if scores != expected.tolist() or made["probabilities"](scores) != shares(whole, expected):
            raise CharmlpError(f"{shown_path(job.out)}: not written: run here, it computes other numbers")
    compared = f"run here, number for number with the model of {job.bits} bits on {len(some):,} pictures"
    return Draft(text.encode(), compared, cost=cost)


def run(text: str) -> dict[str, Any]:
    """The names that the program defines."""
    names: dict[str, Any] = {}
    exec(compile(text, "exported", "exec"), names)
    return names


def shares(whole: IntegerModel, scores: np.ndarray[Any, Any]) -> list[int]:
    """The probabilities of one picture's scores."""
    found: list[int] = whole.softmax(scores[np.newaxis])[0].tolist()
    return found


def program(model: Model, whole: IntegerModel, cost: Cost | None) -> str:
    """The text of the program."""
    parts, softmax, deviation = _parts(), whole.softmax, whole.deviation
    last = {0: "rectified", 1: "unchanged"}.get(whole.divisor, "bent")
    functions, layers, rows = {last, *(["inkfunction"] if whole.inverts else [])}, "", ""
    for number, layer in enumerate(whole.layers, 1):
        name, arguments = called(layer)
        if name:
            functions.add(name)
        behind = f"{name}({arguments})" if name else f"bent({whole.divisor})" if last == "bent" else last
        rows += f"ROWS_{number} = (\n"
        rows += "".join(f"    {row.tobytes()!r},\n" for row in packed_rows(layer, whole.bits)) + ")\n"
        layers += f"    (ROWS_{number}, {layer.down or 0}, {behind}),\n"
    filled = {
        "doc": parts["doc"].strip() + "\n\n" + told(whole, cost, model.view.crop == "auto"),
        "height": whole.norm_size[0],
        "width": whole.norm_size[1],
        "one": 2**whole.fraction,
        "up": whole.up,
        "deviation": (deviation.numerator, deviation.denominator) if deviation else None,
        "powers": POWERS,
        "classes": "".join(f"    {name!a},\n" for name in whole.classes),
        "drop": softmax.drop,
        "limit": softmax.limit,
        "multiplier": softmax.multiplier,
        "shift": softmax.shift,
        "sum": parts["sum" + str(whole.bits)].rstrip("\n"),
        "functions": "\n\n".join(parts[name] for name in sorted(functions)),
        "ink": parts["ink"] if whole.inverts else "",
        "rows": rows,
        "layers": layers,
    }
    text = parts["program"]
    for key, value in filled.items():
        text = text.replace(f"@{key.upper()}@", str(value))
    return text


def told(whole: IntegerModel, cost: Cost | None, is_cropped: bool) -> str:
    """What its weights cost, for the program's head."""
    parts = _parts()
    text = parts["unmeasured"] if cost is None else parts["measured"]
    values = {"BITS": str(whole.bits)}
    if cost is not None:
        values |= {"AFTER": f"{100 * cost.after:.2f}", "BEFORE": f"{100 * cost.before:.2f}"}
        values |= {"N": f"{cost.n:,}", "SPLIT": cost.split}
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text + (parts["cropped"] if is_cropped else "")


def called(layer: IntegerLayer) -> tuple[str, str]:
    """The function behind a layer, and its arguments; behind the last one, none."""
    behind = layer.activation
    if isinstance(behind, Table):
        entries = np.array(behind.entries, ">u2").tobytes()
        return "table", f"{behind.shift}, {entries!r}"
    if isinstance(behind, Straight):
        return "straight", f"{behind.shift}, {behind.knee}, {behind.divisor}"
    return "", ""


@cache
def _parts() -> dict[str, str]:
    """The program, and the pieces that are put into it: behind a line with the name of each."""
    text = (files(__package__) / "program.txt").read_text("utf-8")
    pieces = text.split("#### ")
    return {name: piece for name, _, piece in (each.partition("\n") for each in pieces[1:])}
