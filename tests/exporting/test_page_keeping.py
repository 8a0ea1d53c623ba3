"""What the page has learned is a model file as charmlp writes it, by node without a browser."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.calculus import ACTIVATIONS
from charmlp.exporting.page.packing import packed
from charmlp.exporting.pictures import pictures
from charmlp.modelfile import Model, model_from_bytes, model_to_bytes
from charmlp.recognizer import Recognizer
from tests.exporting.models import make_model
from tests.exporting.steps_of_page import in_node, needs_node

pytestmark = needs_node
PATH = Path("model.safetensors")
KEEP = """import { readFileSync } from "node:fs";
import { fromFile, toFile } from "./modelfile.js";
import { predict } from "./reading.js";
import { sha256 } from "./sha256.js";
import { unpack } from "./weights.js";
const given = JSON.parse(readFileSync(0, "utf8"));
const bytes = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const say = (error) => [error.message, error.blanks ?? null];
const answers = {
  write() {
    const model = unpack(given.packed);
    model.layers[0].off = new Set(given.off);
    const file = toFile(model, model.provenance);
    const probabilities = given.pictures.map(([h, w, grey]) => [...predict(model, bytes(grey), h, w)]);
    return { file: Buffer.from(file).toString("base64"), probabilities };
  },
  read: () => given.files.map((file) => {
    try {
      const model = { ...unpack(given.packed), ...fromFile(bytes(file)) };
      return { probabilities: given.pictures.map(([h, w, grey]) => [...predict(model, bytes(grey), h, w)]) };
    } catch (error) {
      return { error: say(error) };
    }
  }),
  sum: () => given.texts.map((text) => sha256(bytes(text))),
};
process.stdout.write(JSON.stringify(answers[given.ask]()));
"""
SOME = [each for each in pictures() if each.size < 3000][:20]
ASKED = [[*each.shape, base64.b64encode(each.tobytes()).decode()] for each in SOME]


def written(model: Model, off: list[int]) -> tuple[Model, np.ndarray[Any, Any]]:
    """The model of the page's file, and the page's probabilities."""
    found = in_node(KEEP, {"ask": "write", "packed": packed(model, 32), "off": off, "pictures": ASKED})
    return model_from_bytes(base64.b64decode(found["file"]), PATH), np.array(found["probabilities"])


def probabilities(model: Model) -> np.ndarray[Any, Any]:
    recognizer = Recognizer(model)
    return np.stack([recognizer.predict_proba(recognizer.grey(each)[np.newaxis])[0] for each in SOME])


@pytest.mark.parametrize("act_type", ["leaky_relu", pytest.param("relu", marks=pytest.mark.full)])
def test_the_file_is_the_network(act_type: str) -> None:
    facts = {"recipe": "größer", "seed": 1, "share": 0.25}
    classes = ("☃", 'quo"te', "back\\slash", *"DEFGHIJ")
    model = replace(make_model(act_type, (20, 15)), provenance=facts, temperature=0.7, classes=classes)
    found, answers = written(model, [])
    assert (found.classes, found.act_type, found.provenance) == (classes, act_type, facts)
    assert (found.temperature, found.view, found.norm_size) == (0.7, model.view, model.norm_size)
    assert all(np.array_equal(a, b) for a, b in zip(found.arrays, model.arrays, strict=True))
    assert np.abs(probabilities(found) - answers).max() < 1e-6


def test_units_that_are_off_say_nothing_in_the_file() -> None:
    model = make_model("gelu", (20, 15))
    found, answers = written(model, [2, 5])
    assert not found.weights[1][:, [2, 5]].any()
    assert np.abs(probabilities(found) - answers).max() < 1e-6
    assert np.abs(probabilities(model) - answers).max() > 1e-4


def test_charmlps_files_are_read_and_others_are_not() -> None:
    own = make_model("relu", (20, 15))
    others = [make_model("tanh", (9,), norm_size=(7, 11), classes="xyz"), make_model("leaky_relu", (20, 15))]
    files = [model_to_bytes(model, PATH) for model in others]
    whole = files[0]
    flipped = bytearray(whole)
    flipped[-3] ^= 1
    wrong = [
        (b"", "load.not"),
        (b"no model at all, but long enough", "load.not"),
        (whole[:-4], "load.damaged"),
        (bytes(flipped), "load.damaged"),
        (whole.replace(b"tanh", b"cosh"), "load.unknown"),
    ]
    encoded = [base64.b64encode(each).decode() for each in [*files, *(each for each, _ in wrong)]]
    given = {"ask": "read", "packed": packed(own, 32), "files": encoded, "pictures": ASKED}
    read = in_node(KEEP, given)
    for model, answer in zip(others, read, strict=False):
        assert np.abs(np.array(answer["probabilities"]) - probabilities(model)).max() < 1e-6
    assert [answer["error"][0] for answer in read[len(others) :]] == [key for _, key in wrong]
    assert read[-1]["error"][1] == {"what": "cosh"}


@pytest.mark.full
@pytest.mark.parametrize("act_type", ACTIVATIONS)
def test_a_file_has_every_activation_with_its_constants(act_type: str) -> None:
    found, _ = written(make_model(act_type, (3,), norm_size=(4, 4)), [])
    assert found.act_type == act_type  # `model_from_bytes` compares the constants


def test_the_checksum_is_sha_256() -> None:
    texts = [bytes(range(256)) * 5, *(b"x" * length for length in (0, 1, 55, 56, 63, 64, 65, 119, 120))]
    encoded = [base64.b64encode(text).decode() for text in texts]
    assert in_node(KEEP, {"ask": "sum", "texts": encoded}) == [
        hashlib.sha256(text).hexdigest() for text in texts
    ]
