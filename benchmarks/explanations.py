"""What the pixels of an explanation foretell: contributions beside what happens when pixels are made flat.

python benchmarks/explanations.py RUN DATA

Each validation letter is divided into 16 tiles, and one tile after the other is made flat grey, which is what
an explanation measures pixels from. How much the logit difference then falls is compared with the sum of the
tile's contributions: their correlation, and the share of letters whose strongest tile is the one that matters
most. Then the 5 % of the pixels that speak most for the guess are made flat at once, and as many at random.
"""

from __future__ import annotations

import sys

import numpy as np

from charmlp import Recognizer, calculus
from charmlp.data import open_source
from charmlp.explanation import explain

TILES = 4  # a side
SHARE = 0.05
MOST = 400


def main(run: str, data: str) -> None:
    recognizer = Recognizer.load(run)
    model, rng = recognizer.model, np.random.default_rng(0)
    letters = open_source(data).load("val", model.norm_size, view=model.view)
    foretold, happened, hits, most, random = [], [], [], [], []
    for image in letters.images[letters.spread(MOST)]:
        of = explain(model, image, recognizer.predict_grey(image[np.newaxis], 2)[0].top)
        ends = [model.classes.index(name) for name in (of.guess, of.other)]

        def difference(inputs: np.ndarray, ends: list[int] = ends) -> np.ndarray:
            flat = inputs.reshape(len(inputs), -1).astype(np.float32)
            logits = calculus.mlp(flat, model.weights, model.biases, model.act_type)
            return logits[:, ends[0]] - logits[:, ends[1]]

        height, width = image.shape
        rows, columns = np.arange(height) * TILES // height, np.arange(width) * TILES // width
        tiles = [(rows[:, None] == r) & (columns == c) for r in range(TILES) for c in range(TILES)]
        count = round(SHARE * image.size)
        strongest = of.pixels >= np.sort(of.pixels, axis=None)[-count]
        chance = rng.permutation(image.size).reshape(image.shape) < count
        changed = np.stack([np.where(mask, of.flat, of.inputs) for mask in (*tiles, strongest, chance)])
        falls = of.difference - difference(changed)
        sums = [of.pixels[mask].sum() for mask in tiles]
        foretold.append(sums)
        happened.append(falls[:-2])
        hits.append(int(np.argmax(sums)) == int(np.argmax(falls[:-2])))
        most.append(falls[-2] / of.difference)
        random.append(falls[-1] / of.difference)
    correlation = np.corrcoef(np.ravel(foretold), np.ravel(happened))[0, 1]
    slope = np.polyfit(np.ravel(foretold), np.ravel(happened), 1)[0]
    print(f"{len(hits)} letters, {model!r}")
    print(f"tiles: correlation {correlation:.2f}, slope {slope:.2f}; strongest tile hit {np.mean(hits):.0%}")
    print("made flat, the logit difference falls by, in parts of itself (median):")
    print(f"  the strongest {SHARE:.0%} of the pixels {np.median(most):.2f}")
    print(f"  as many at random {np.median(random):.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
