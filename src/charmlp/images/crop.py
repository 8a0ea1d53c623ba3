"""The box of the letter in a picture: dark on light or light on dark, with noise or dust around it.

The ground is what the picture's border shows; ink is what differs from it by more than Otsu's threshold
(N. Otsu 1979, "A Threshold Selection Method from Gray-Level Histograms"). Where ink reaches more than one
side, as in photographs that were cropped by hand, the letter is taken to fill its picture: the rule that read
best in `benchmarks/margins.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFilter

if TYPE_CHECKING:  # processes that read whole pictures do without NumPy
    import numpy as np
    from numpy.typing import NDArray

Box = tuple[int, int, int, int]  # left, top, right, bottom, as Pillow has it

SIDE = 96  # pixels of the reduced picture in which the letter is looked for
LEAST_CONTRAST = 8  # grey levels between ink and ground
MOST_AT_SIDE = 0.05  # share of a side that may be ink: noise, no letter
MOST_TOUCHED = 1  # sides that the letter may reach
DUST = 0.02  # share of the ink that may lie beyond each side of the box
MARGIN = 0.06  # around the letter, in parts of its longer side
LOOKED_AT = 200  # images of a set that show how large its letters are
NARROWEST = 0.25  # shorter to longer side of a box: nobody crops an I more tightly (rendering/style.py)


def letter_box(grey: Image.Image) -> Box:
    """Where the letter is, with a small margin; the whole picture where that is not clear."""
    import numpy as np

    width, height = grey.size
    factor = -(-max(grey.size) // SIDE)
    small = (grey.reduce(factor) if factor > 1 else grey).filter(ImageFilter.MedianFilter(3))
    levels = np.asarray(small).astype(int)
    contrast = np.abs(levels - int(np.median(np.concatenate(_sides(levels)))))
    threshold = max(otsu(np.bincount(contrast.ravel(), minlength=256)), LEAST_CONTRAST)
    ink = contrast > threshold
    if not ink.any() or sum(side.mean() > MOST_AT_SIDE for side in _sides(ink)) > MOST_TOUCHED:
        return 0, 0, width, height
    left, right = (factor * place for place in _span(ink.sum(axis=0)))
    top, bottom = (factor * place for place in _span(ink.sum(axis=1)))
    longer = max(right - left, bottom - top)
    left, right = _widened(left, right, longer, width)
    top, bottom = _widened(top, bottom, longer, height)
    return left, top, right, bottom


def letter_size(grey: NDArray[np.uint8]) -> float:
    """How much of its picture, H×W, the letter takes up: of height or of width, whichever is more."""
    left, top, right, bottom = letter_box(Image.fromarray(grey))
    return max((right - left) / grey.shape[1], (bottom - top) / grey.shape[0])


def usual_size(images: NDArray[np.uint8]) -> float:
    """The median of the letters' sizes in N images N×H×W, of which some are looked at."""
    import numpy as np

    return float(np.median([letter_size(image) for image in images[:: -(-len(images) // LOOKED_AT)]]))


def otsu(counts: NDArray[Any]) -> int:
    """The last level of the lower part, where the variance between both parts of a histogram is largest."""
    import numpy as np

    below, sums = np.cumsum(counts), np.cumsum(counts * np.arange(len(counts)))
    parts = np.maximum(below * (below[-1] - below), 1)
    return int(np.argmax((sums[-1] * (below / below[-1]) - sums) ** 2 / parts))


def _sides(values: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    return values[0], values[-1], values[:, 0], values[:, -1]


def _span(counts: NDArray[np.int_]) -> tuple[int, int]:
    """Beginning and end of what a row or column of counts holds, without the dust on both sides."""
    sums = counts.cumsum()
    return int(sums.searchsorted(DUST * sums[-1], "right")), int(sums.searchsorted((1 - DUST) * sums[-1])) + 1


def _widened(start: int, end: int, longer: int, most: int) -> tuple[int, int]:
    """One side of the letter with its margin, and not too narrow, as far as the picture goes."""
    air = max(MARGIN * longer, (NARROWEST * longer - (end - start)) / 2)
    return max(0, round(start - air)), min(most, round(end + air))
