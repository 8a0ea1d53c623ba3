"""How often the page reads drawn letters, and whether the same letter has one answer wherever it is drawn.

    python benchmarks/drawn_letters.py runs/best
    python benchmarks/drawn_letters.py runs/best-1 runs/best-2 runs/best-3

The 260 drawings of tests/drawings (made by its making.py) go the way of the pen: node runs the page's own
modules from the pointers' places to the probabilities, with the weights as it has them with 16 bits.
No setting of the page was chosen by them. Then each drawing is moved to nine places in three sizes, each
place a whole pixel of a pad of 360, and read again: the share of these 7,020 with the answer of the drawing
itself. With several runs, the mean of each.

    --set rendered     drawings made of the strokes that charmlp.rendering has, by which settings are chosen
    --mistakes         names what is misread
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from string import ascii_uppercase
from typing import Any, NamedTuple

import numpy as np

from charmlp.exporting.page.packing import packed
from charmlp.modelfile import model_in, read_model
from charmlp.rendering.strokes.forms import read_set, stroke_sets

ROOT = Path(__file__).resolve().parents[1]
LETTERS = ROOT / "tests" / "drawings" / "letters.json"
PIXELS = 360  # of a phone's pad
SURE = 0.6  # as sources/answering.js has it
SIZES, PLACES = (0.25, 0.5, 0.9), (0.0, 0.5, 1.0)
READ = """import { readFileSync } from "node:fs";
import { isStrange } from "./familiarity.js";
import { readDrawing } from "./reading.js";
import { pressOf } from "./strokes.js";
import { unpack } from "./weights.js";
const { packed, drawings } = JSON.parse(readFileSync(0, "utf8"));
const model = unpack(packed);
process.stdout.write(JSON.stringify(drawings.map(({ device, strokes }) => {
  const point = ([x, y, pressure]) => ({ x, y, press: pressOf(device, pressure) });
  const points = strokes.map((stroke) => stroke.map(point));
  const reading = readDrawing(model, points, null);
  const p = Math.max(...reading.probabilities);
  return [model.classes[reading.probabilities.indexOf(p)], p, isStrange(model, reading)];
})));
"""


def unpacked(drawn: dict[str, Any]) -> dict[str, Any]:
    """Strokes as lists of x, y and pressure."""
    strokes = []
    for number, stroke in enumerate(drawn["strokes"]):
        places = np.cumsum(np.reshape(stroke[1:], (-1, 2)), axis=0) / 1000
        press = (
            [int(digit) / 10 for digit in drawn["press"][number]] if "press" in drawn else [0.5] * len(places)
        )
        strokes.append([[*place, p] for place, p in zip(places.tolist(), press, strict=True)])
    return drawn | {"strokes": strokes}


def moved(drawn: dict[str, Any], size: float, right: float, down: float) -> dict[str, Any]:
    """The drawing in another place and size, each point on a whole pixel."""
    every = np.array([point for stroke in drawn["strokes"] for point in stroke])[:, :2]
    low, longer = every.min(axis=0), np.ptp(every, axis=0).max()
    scale = size / longer
    corner = np.array([right, down]) * (1 - scale * np.ptp(every, axis=0))
    strokes = []
    for stroke in drawn["strokes"]:
        places = corner + scale * (np.array(stroke)[:, :2] - low)
        whole = (np.rint(places * PIXELS) / PIXELS).tolist()
        strokes.append([[*place, point[2]] for place, point in zip(whole, stroke, strict=True)])
    return drawn | {"strokes": strokes}


class Answer(NamedTuple):
    """What the page reads, how sure it is, and whether it finds the drawing like nothing in training."""

    name: str
    probability: float
    is_strange: bool

    @property
    def is_unsure(self) -> bool:
        return self.probability < SURE or self.is_strange


def answers(model: Path, drawings: list[dict[str, Any]]) -> list[Answer]:
    """What the page makes of drawings."""
    sys.path.insert(0, str(ROOT))
    from tests.exporting.steps_of_page import in_node

    given = {"packed": packed(read_model(model), 16), "drawings": drawings}
    return [Answer(*each) for each in in_node(READ, given)]


def rendered() -> list[dict[str, Any]]:
    """Two hands' drawings of every form that training renders, for choosing settings: the 260 are others."""
    sys.path.insert(0, str(ROOT))
    from tests.drawings.making import HANDS, drawing

    generator, found = np.random.default_rng(7), []
    for strokes in stroke_sets():
        for letter, form in read_set(strokes)[1]:
            if letter.upper() in ascii_uppercase:
                ways = [stroke.points * (1, -1) for stroke in form]
                name = "capital" if letter.isupper() else "small"
                found += [drawing(letter.upper(), name, ways, generator) for _ in range(HANDS)]
    return [unpacked(each) for each in found]


def shares(found: list[Answer], drawings: list[dict[str, Any]]) -> dict[str, float]:
    """The table's figures of one run, whose answers are those to the drawings and then to their copies."""
    first, others = found[: len(drawings)], found[len(drawings) :]
    right = np.array([answer.name == each["letter"] for answer, each in zip(first, drawings, strict=True)])
    forms = np.array([each["form"] for each in drawings])
    unsure = np.array([answer.is_unsure for answer in first])
    copies = len(others) // len(drawings)
    same = [answer.name == first[place // copies].name for place, answer in enumerate(others)]
    return {
        "all": right.mean(),
        **{form: right[forms == form].mean() for form in dict.fromkeys(forms)},
        "moved and scaled": float(np.mean(same)),
        "not sure, of right": unsure[right].mean(),
        "not sure, of wrong": unsure[~right].mean(),
    }


def report(runs: list[Path], drawings: list[dict[str, Any]], show: bool) -> None:
    again = [moved(each, size, x, y) for each in drawings for size in SIZES for x in PLACES for y in PLACES]
    rows = []
    for run in runs:
        found = answers(model_in(run), [*drawings, *again])
        rows.append(shares(found, drawings))
        wrong = [
            f"{each['letter']} ({each['form']}) {answer.name}"
            for answer, each in zip(found, drawings, strict=False)
            if answer.name != each["letter"]
        ]
        if show:
            print(f"{run}: {', '.join(wrong)}")
    for name in rows[0]:
        values = [100 * row[name] for row in rows]
        print(f"{name:18s} {np.mean(values):6.1f} %   ({', '.join(f'{value:.1f}' for value in values)})")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--set", choices=("drawn", "rendered"), default="drawn")
    parser.add_argument("--mistakes", action="store_true")
    arguments = parser.parse_args()
    is_drawn = arguments.set == "drawn"
    drawings = [unpacked(each) for each in json.loads(LETTERS.read_text("utf-8"))] if is_drawn else rendered()
    report(arguments.runs, drawings, arguments.mistakes)


if __name__ == "__main__":
    main()
