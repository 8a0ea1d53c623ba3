"""The README's picture of letters, made small from the one that `make demo` leaves.

python docs/letters_figure.py demo/run/figures/test_letters.png
"""

import sys
from pathlib import Path

from PIL import Image

PICTURE = Path(__file__).parent / "figures" / "letters.png"
GREYS, REDS = 24, 8
RED = (213, 94, 0)  # `charmlp.drawing.colours.RED`, in which mistakes are written

greys = [round(255 * level / (GREYS - 1)) for level in range(GREYS)]
shares = [level / REDS for level in range(REDS)]
reds = [tuple(round(part + (255 - part) * share) for part in RED) for share in shares]
palette = Image.new("P", (1, 1))
palette.putpalette([part for colour in [*((level,) * 3 for level in greys), *reds] for part in colour])

with Image.open(sys.argv[1]) as drawn:
    small = drawn.convert("RGB").resize(
        (990, round(990 * drawn.height / drawn.width)), Image.Resampling.LANCZOS
    )
PICTURE.parent.mkdir(exist_ok=True)
small.quantize(palette=palette, dither=Image.Dither.NONE).save(PICTURE, optimize=True)
print(PICTURE, f"{PICTURE.stat().st_size:,} bytes")
