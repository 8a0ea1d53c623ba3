"""The picture of docs/rendering.md: letters written by hand, each row by another set of strokes.

python docs/handwriting_figure.py
"""

from pathlib import Path

import numpy as np
from PIL import Image

from charmlp.rendering import render
from charmlp.rendering.fonts import LETTERS
from charmlp.rendering.strokes import stroke_sets
from charmlp.rendering.style import HANDWRITING

PICTURE = Path(__file__).parent / "figures" / "handwriting.png"
SIZE, GAP, GREYS = 32, 2, 16

rows = []
for seed, strokes in enumerate(stroke_sets()):
    letters = render(
        26,
        classes=tuple(LETTERS[:26]),
        norm_size=(SIZE, SIZE),
        seed=seed,
        fonts=[],
        strokes=[strokes],
        style=HANDWRITING,
    )
    images = letters.images[np.argsort(letters.labels)]
    rows.append(np.hstack(np.pad(images, ((0, 0), (0, GAP), (0, GAP)), constant_values=255)))
levels = np.round(np.vstack(rows) / 255 * (GREYS - 1)).astype(np.uint8)
image = Image.fromarray(levels, "P")
image.putpalette([round(255 * level / (GREYS - 1)) for level in range(GREYS) for _ in range(3)])
PICTURE.parent.mkdir(exist_ok=True)
image.save(PICTURE, optimize=True, bits=4)
print(PICTURE, f"{PICTURE.stat().st_size:,} bytes")
