"""How the page reads: what it says of pictures like nothing in training is what the Recognizer says."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.calculus.familiarity import Familiarity, features, fit_gaussian, parts
from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.packing import packed
from charmlp.images.inputs import to_inputs
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from tests.exporting.models import make_model

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
SIZE = (16, 12)
STRANGE = """import { readFileSync } from "node:fs";
import { isStrange, strangeness } from "./familiarity.js";
import { read } from "./reading.js";
import { unpack } from "./weights.js";
const { packed, pictures } = JSON.parse(readFileSync(0, "utf8"));
const model = unpack(packed);
process.stdout.write(JSON.stringify(pictures.map((grey) => {
  const reading = read(model, Uint8Array.from(grey));
  return [strangeness(model, reading), isStrange(model, reading)];
})));
"""


def in_node(script: str, given: Any, folder: Path) -> Any:
    """What a script with the page's modules makes of JSON."""
    file = folder / "script.mjs"
    file.write_text(
        bundle("script.js", lambda name: script if name == "script.js" else source(name)), "utf-8"
    )
    done = subprocess.run(
        ["node", str(file)], input=json.dumps(given).encode(), capture_output=True, check=True
    )
    return json.loads(done.stdout)


def bars(count: int, seed: int) -> NDArray[np.uint8]:
    """Bars on noisy ground."""
    generator = np.random.default_rng(seed)
    images = generator.normal(60, 8, (count, *SIZE))
    for image in images:
        at = generator.integers(1, 9)
        image[at : at + 3] += 120
    return images.clip(0, 255).astype(np.uint8)


def knowing_model(preprocessing: str) -> Model:
    """A model whose file says that it has seen bars; half of what is like them is beyond its limit."""
    model = make_model("relu", (20,), norm_size=SIZE, preprocessing=preprocessing)
    inputs = to_inputs(bars(300, 1), preprocessing)
    coarse, fine = features(inputs, SIZE)
    shape, look = fit_gaussian(coarse), fit_gaussian(fine)
    e = parts(shape, look, coarse, fine, Recognizer(model).logits(bars(300, 1))).astype(np.float64)
    known = Familiarity(shape, look, e.mean(axis=0), e.std(axis=0), np.inf, np.inf)
    values = Recognizer(replace(model, familiarity=known)).strangeness(bars(300, 2))
    assert values is not None
    return replace(model, familiarity=known._replace(limit=float(np.median(values)), tenth=3.0))


def verdicts(model: Model, images: NDArray[np.uint8], folder: Path) -> tuple[list[float], list[bool]]:
    given = {"packed": packed(model, 32), "pictures": images.reshape(len(images), -1).tolist()}
    values, found = zip(*in_node(STRANGE, given, folder), strict=True)
    return list(values), list(found)


@needs_node
@pytest.mark.parametrize("preprocessing", ["scale", "light_ink"])
def test_a_picture_is_as_strange_as_to_the_recognizer(preprocessing: str, tmp_path: Path) -> None:
    model = knowing_model(preprocessing)
    images = np.concatenate(
        [bars(70, 3), np.random.default_rng(4).integers(0, 256, (30, *SIZE)).astype(np.uint8)]
    )
    recognizer = Recognizer(model)
    expected = [answer.unfamiliar for answer in recognizer.predict_grey(images)]
    values, found = verdicts(model, images, tmp_path)
    assert found == expected and 40 < sum(found) < 90
    assert np.allclose(values, recognizer.strangeness(images), rtol=1e-3, atol=1e-4)


@needs_node
def test_other_statistics_are_noticed(tmp_path: Path) -> None:
    model = knowing_model("scale")
    known = model.familiarity
    assert known is not None
    other = replace(model, familiarity=known._replace(means=known.means + known.spreads))
    assert verdicts(other, bars(30, 3), tmp_path)[1] != verdicts(model, bars(30, 3), tmp_path)[1]


PRESSED = """import { readFileSync } from "node:fs";
import { picture, pressOf } from "./strokes.js";
const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(([kind, pressure]) => {
  const stroke = [0.2, 0.4, 0.6].map((x) => ({ x, y: 3 * x * x, press: pressOf(kind, pressure) }));
  return picture([stroke], 0.08).grey.reduce((sum, level) => sum + level, 0);
})));
"""


@needs_node
def test_only_a_pen_that_presses_draws_wider(tmp_path: Path) -> None:
    asked = [("pen", 0.2), ("pen", 0.5), ("pen", 0.9), ("pen", 0), ("mouse", 0.5), ("touch", 1), ("touch", 0)]
    light, usual, strong, *others = in_node(PRESSED, asked, tmp_path)
    assert light < usual < strong and set(others) == {usual}


@needs_node
def test_without_statistics_nothing_is_strange(tmp_path: Path) -> None:
    script = STRANGE.replace("[strangeness(model, reading)", "[0")
    given = {"packed": packed(make_model(), 32), "pictures": [[0] * 256]}
    assert in_node(script, given, tmp_path) == [[0, False]]
