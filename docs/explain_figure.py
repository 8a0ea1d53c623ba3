"""The picture of docs/explain.md, made small from one that `charmlp predict --explain` drew.

charmlp train synth: --out demo/run && charmlp synth --out demo/new --count 24 --seed 7
charmlp predict demo/new/images --model demo/run --explain demo/why
python docs/explain_figure.py demo/why/000015-O-explained.png
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from charmlp.explanation.picture import BLUE, ORANGE, RED, WHITE

PICTURE = Path(__file__).parent / "figures" / "explained.png"
WIDTH = 860

ramps = [(0 * WHITE, WHITE, 14), (WHITE, RED, 8), (WHITE, BLUE, 8), (WHITE / 2, np.array(ORANGE), 3)]
colours = np.concatenate([np.rint(np.linspace(*ramp)) for ramp in ramps])
palette = Image.new("P", (1, 1))
palette.putpalette(colours.astype(np.uint8).tobytes())

with Image.open(sys.argv[1]) as drawn:
    size = WIDTH, round(WIDTH * drawn.height / drawn.width)
    small = drawn.convert("RGB").resize(size, Image.Resampling.LANCZOS)
small.quantize(palette=palette, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
print(PICTURE, f"{PICTURE.stat().st_size:,} bytes")
