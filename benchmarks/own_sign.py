"""A sign of one's own, taught to the page by five drawings: is a sixth one read, and are the letters still?

    python benchmarks/own_sign.py runs/best runs/slides

Each of 24 signs is taught to the network as it came, by node through the page's own modules. Five drawings of
a sign are by five hands (tests/drawings/making.py: slant, size, speed, device, how they wander off), and ten
further ones by others. The letters are rendered ones, in the fonts that are kept for tests, and the 260
drawings of tests/drawings. Printed are means over the signs, and the worst; to stderr, each sign.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.data import open_source
from charmlp.exporting.page.packing import packed
from charmlp.modelfile import model_in, read_model

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks.drawn_letters import LETTERS, unpacked
from tests.drawings.making import drawing, way
from tests.exporting.steps_of_page import in_node

TAUGHT, FURTHER, SEED = 5, 10, 5
RENDERED = "synth:20000"  # of which a tenth is for tests
SIGNS = {  # as tests/drawings/skeletons.txt has letters
    "star": "20,100 50,0! 80,100! 0,38! 100,38! 20,100",
    "heart": "50,100 8,50 10,15 32,5 50,28! 68,5 90,15 92,50 50,100",
    "tick": "0,60 30,100! 100,0",
    "arrow": "0,50 100,50 | 65,15 100,50! 65,85",
    "house": "10,100 10,45! 50,0! 90,45! 90,100! 10,100",
    "lightning": "60,0 20,55! 60,50! 35,100",
    "spiral": "52,52 60,45 65,58 48,68 34,52 48,32 74,38 80,66 52,86 18,70 14,36 44,8 86,16 100,50",
    "triangle": "50,0 100,90! 0,90! 50,0",
    "infinity": "50,50 78,25 98,50 78,75 50,50 22,25 2,50 22,75 50,50",
    "plus": "50,0 50,100 | 0,50 100,50",
    "hash": "30,0 25,100 | 75,0 70,100 | 0,32 100,32 | 0,68 100,68",
    "omega": "0,100 30,100! 10,55 20,15 50,0 80,15 90,55 70,100! 100,100",
    "sigma": "90,0 10,0! 55,50! 10,100! 90,100",
    "phi": "50,0 50,100 | 50,20 92,35 92,65 50,80 8,65 8,35 50,20",
    "pi": "0,5 100,5 | 30,5 28,100 | 70,5 72,100",
    "euro": "90,12 55,0 22,25 16,50 22,78 55,100 90,88 | 0,40 65,40 | 0,60 60,60",
    "question": "15,22 40,0 75,8 80,35 52,52 48,75 | 48,96 49,100",
    "two": "8,25 30,2 70,2 88,28 60,62 5,100! 95,100",
    "three": "10,15 45,0 80,15 75,42 40,48! 82,58 85,85 45,100 8,85",
    "four": "62,100 62,0! 5,68! 95,68",
    "five": "88,0 22,0! 16,42! 55,36 88,62 60,98 10,90",
    "seven": "5,0 95,0! 40,100 | 25,50 80,50",
    "tree": "0,30 100,30 | 50,0 50,100 | 50,32 5,85 | 50,32 95,85",
    "smile": "50,0 98,30 92,78 50,100 8,78 2,30 50,0 | 32,30 34,36 | 66,30 68,36 | 25,62 50,80 75,62",
}
TEACH = """import { readFileSync } from "node:fs";
import { read, readDrawing } from "./reading.js";
import { taught } from "./signs.js";
import { pressOf } from "./strokes.js";
import { unpack } from "./weights.js";
const { packed, signs, drawn, greys } = JSON.parse(readFileSync(0, "utf8"));
const model = unpack(packed);
const best = ({ probabilities }) => probabilities.indexOf(Math.max(...probabilities));
const point = (device) => ([x, y, pressure]) => ({ x, y, press: pressOf(device, pressure) });
const strokes = ({ device, strokes }) => strokes.map((stroke) => stroke.map(point(device)));
const readAll = (net) => [
  greys.map((grey) => best(read(net, Uint8Array.from(Buffer.from(grey, "base64"))))),
  drawn.map((each) => best(readDrawing(net, strokes(each), null))),
];
const answers = signs.map(({ name, first, further }) => {
  const begun = performance.now();
  const { model: net, losses } = taught(model, name, first.map(strokes));
  const seconds = (performance.now() - begun) / 1000;
  const read = further.map((each) => best(readDrawing(net, strokes(each), null)));
  return { seconds, losses, letters: readAll(net), further: read };
});
process.stdout.write(JSON.stringify({ before: readAll(model), answers }));
"""


def signs() -> list[dict[str, Any]]:
    """Of each sign the drawings that teach it, and further ones."""
    generator, found = np.random.default_rng(SEED), []
    for name, text in SIGNS.items():
        ways = [way(each) for each in text.split("|")]
        some = [unpacked(drawing(name, "sign", ways, generator)) for _ in range(TAUGHT + FURTHER)]
        found.append({"name": name, "first": some[:TAUGHT], "further": some[TAUGHT:]})
    return found


def measure(run: Path, bits: int = 16) -> None:
    """Teach all signs to one network, and print what became of it."""
    model = read_model(model_in(run))
    letters = open_source(RENDERED).load("test", model.norm_size, view=model.view)
    drawn = [unpacked(each) for each in json.loads(LETTERS.read_text("utf-8"))]
    greys = [base64.b64encode(image.tobytes()).decode() for image in letters.images]
    given = {"packed": packed(model, bits), "signs": signs(), "drawn": drawn, "greys": greys}
    found = in_node(TEACH, given)
    names = list(model.classes)
    truths = [letters.labels, np.array([names.index(each["letter"]) for each in drawn])]
    before = [np.mean(np.array(read) == truth) for read, truth in zip(found["before"], truths, strict=True)]
    right = np.array([np.mean(np.array(each["further"]) == len(names)) for each in found["answers"]])
    lost = np.array(
        [
            [
                100 * (b - np.mean(np.array(read) == truth))
                for b, read, truth in zip(before, each["letters"], truths, strict=True)
            ]
            for each in found["answers"]
        ]
    )
    count = f"{len(letters.images):,} rendered letters"
    print(f"{run}: {count} {100 * before[0]:.1f} %, drawn ones {100 * before[1]:.1f} % before")
    print(f"  further drawings read right  {100 * right.mean():5.1f} %, least {100 * right.min():.0f} %")
    print(f"  points lost, rendered        {lost[:, 0].mean():5.2f}, most {lost[:, 0].max():.2f}")
    print(f"  points lost, drawn           {lost[:, 1].mean():5.2f}, most {lost[:, 1].max():.2f}")
    print(f"  seconds                      {np.mean([each['seconds'] for each in found['answers']]):5.2f}")
    for name, each, share, points in zip(SIGNS, found["answers"], right, lost, strict=True):
        losses = f"loss {each['losses'][0]:.2f} → {each['losses'][-1]:.3f}"
        print(f"    {name:10s} {share:.1f}  {points[0]:6.2f} {points[1]:6.2f}  {losses}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path)
    for run in parser.parse_args().runs:
        measure(run)


if __name__ == "__main__":
    main()
