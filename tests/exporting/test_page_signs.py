"""A sign of one's own: five drawings teach it, and the letters stay; by node through the page's modules.

How well, for networks as they are used: benchmarks/own_sign.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import charmlp
from charmlp.exporting.page.forms import MOST, forms
from charmlp.exporting.page.packing import packed
from charmlp.modelfile import Model
from tests.drawings.making import LETTERS, drawing, way
from tests.exporting.models import make_model
from tests.exporting.steps_of_page import in_node, needs_node

STAR = "20,100 50,0! 80,100! 0,38! 100,38! 20,100"
TREE = "0,30 100,30 | 50,0 50,100 | 50,32 5,85 | 50,32 95,85"
TEACH = """import { readFileSync } from "node:fs";
import { readDrawing } from "./reading.js";
import { taught } from "./signs.js";
import { unpack } from "./weights.js";
const { packed, name, first, others } = JSON.parse(readFileSync(0, "utf8"));
const before = unpack(packed);
const points = (strokes) => strokes.map((stroke) => stroke.map(([x, y]) => ({ x, y, press: 1 })));
const { model, losses } = taught(before, name, first.map(points));
const readBy = (net) => others.map((some) => some.map((strokes) => {
  const { probabilities, layers } = readDrawing(net, points(strokes), false);
  const best = net.classes[probabilities.indexOf(Math.max(...probabilities))];
  return { best, logits: [...layers.at(-1).y] };
}));
const found = { classes: model.classes, losses, before: readBy(before), after: readBy(model) };
process.stdout.write(JSON.stringify(found));
"""
Strokes = list[list[list[float]]]


def places(drawn: dict[str, Any]) -> Strokes:
    """The strokes of a drawing, in parts of the pad."""
    return [
        (np.cumsum(np.reshape(stroke[1:], (-1, 2)), axis=0) / 1000).tolist() for stroke in drawn["strokes"]
    ]


def drawings(text: str, count: int, seed: int) -> list[Strokes]:
    generator, ways = np.random.default_rng(seed), [way(each) for each in text.split("|")]
    return [places(drawing("sign", "sign", ways, generator)) for _ in range(count)]


def taught(model: Model, name: str, first: list[Strokes], others: list[list[Strokes]]) -> Any:
    given = {"packed": packed(model, 32), "name": name, "first": first, "others": others}
    return in_node(TEACH, given)


@needs_node
def test_only_the_row_of_the_sign_is_another_one() -> None:
    model = make_model("tanh", (20, 15), norm_size=(8, 8))
    some = drawings(STAR, 7, seed=1)
    found = taught(model, "★", some[:5], [some[5:]])
    assert found["classes"] == [*model.classes, "★"] and len(found["losses"]) == 400
    assert all(b <= a + 1e-12 for a, b in zip(found["losses"], found["losses"][1:], strict=False))
    for before, after in zip(found["before"][0], found["after"][0], strict=True):
        assert after["logits"][:-1] == before["logits"] and len(after["logits"]) == len(model.classes) + 1


@pytest.mark.full
@needs_node
def test_a_class_that_is_there_gets_no_second_row() -> None:
    model = make_model("relu", (20, 15), norm_size=(8, 8))
    some = drawings(STAR, 6, seed=1)
    found = taught(model, "C", some[:5], [some[5:]])
    (before,), (after,) = found["before"][0], found["after"][0]
    assert found["classes"] == list(model.classes) and found["losses"][-1] < found["losses"][0]
    assert [i for i, (a, b) in enumerate(zip(before["logits"], after["logits"], strict=True)) if a != b] == [
        2
    ]


def test_forms_are_of_the_classes_that_are_written() -> None:
    found = forms(["A", "q", "☃", "7"])
    assert sorted(found) == ["A", "q"] and all(1 < len(each) <= MOST for each in found.values())


@pytest.mark.full
@needs_node
def test_a_sixth_drawing_is_read_and_letters_stay(tmp_path: Path) -> None:
    settings = {"recipe": "slides", "preprocessing": "light_ink", "epochs": 20, "batch_size": 64}
    model = charmlp.train("synth:10000", **settings, out=tmp_path / "run").model
    letters = json.loads(LETTERS.read_text("utf-8"))
    drawn, names = [places(each) for each in letters], [each["letter"] for each in letters]
    for text in (STAR, TREE):
        own = drawings(text, 15, seed=3)
        found = taught(model, "☃", own[:5], [own[5:], drawn])
        sixth, after = ([each["best"] for each in some] for some in found["after"])
        before = [each["best"] for each in found["before"][1]]
        assert np.mean([best == "☃" for best in sixth]) >= 0.9
        assert np.mean([best == "☃" for best in after]) <= 0.05  # it is not that all becomes the sign
        right = [np.mean([a == b for a, b in zip(read, names, strict=True)]) for read in (before, after)]
        assert right[0] > 0.5 and 100 * (right[0] - right[1]) <= 5
