"""The picture of README.md: the page of `charmlp export --to html`, with a letter drawn on it.

    charmlp export runs/best --to html --out letters.html
    python docs/page_figure.py letters.html docs/figures/page.png

Needs chromium and playwright. The letter is one of tests/drawings.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browsing import Opened, launched

LETTER, FORM, HAND = "R", "block", 1
SCREEN = (1080, 1130)


def main(page: str, picture: str) -> None:
    every = json.loads(
        Path(__file__).parents[1].joinpath("tests", "drawings", "letters.json").read_text("utf-8")
    )
    drawn = [each for each in every if (each["letter"], each["form"]) == (LETTER, FORM)][HAND]
    for browser in launched():
        opened = Opened(browser, Path(page).resolve(), SCREEN[0], device_scale_factor=1, locale="en")
        opened.page.set_viewport_size({"width": SCREEN[0], "height": SCREEN[1]})
        draw(opened.page, drawn["strokes"])
        opened.page.wait_for_timeout(500)  # what explains the guess follows it
        shot = Image.open(io.BytesIO(opened.page.screenshot()))
        shot.convert("P", palette=Image.Palette.ADAPTIVE).save(picture, optimize=True)
        opened.close()


def draw(page: object, strokes: list[list[int]]) -> None:
    """With the mouse, in the middle of the pad."""
    pad = page.locator("#pad").bounding_box()  # type: ignore[attr-defined]
    paths = [np.cumsum(np.reshape(stroke[1:], (-1, 2)), axis=0) for stroke in strokes]
    low, high = np.vstack(paths).min(axis=0), np.vstack(paths).max(axis=0)
    scale = 0.7 * pad["height"] / (high - low).max()
    corner = np.array([pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 2]) - scale * (low + high) / 2
    mouse = page.mouse  # type: ignore[attr-defined]
    for path in paths:
        places = corner + scale * path
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=3)
        mouse.up()


if __name__ == "__main__":
    main(*sys.argv[1:])
