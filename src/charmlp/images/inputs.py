"""What the network sees of grey images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


LEAST_CONTRAST = 4  # grey levels: a page that was scanned empty differs by less once it is made small


def are_blank(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of N grey images N×H×W, N or more, show nothing: a blank picture is no letter."""
    import numpy as np

    blank: NDArray[np.bool_] = np.ptp(images, axis=(1, 2)) < LEAST_CONTRAST
    return blank


def to_inputs(
    images: NDArray[np.uint8], preprocessing: str, out: NDArray[np.float32] | None = None
) -> NDArray[np.float32]:
    """What the network sees of grey images N×H×W: float32 row vectors N×(H·W).

    scale         x = 2p/255 − 1, in [−1, 1], as in the course
    standardize   x = (p − mean p) / std p for each image separately; a flat image becomes 0
    light_ink     the same, and −x where the picture is lighter at its border than as a whole: ink becomes
                  light, and a picture and its negative are one

    `out` is memory for them: N×(H·W) or more rows, of which the first N are returned.
    """
    import numpy as np  # not above: processes that only decode images do without NumPy

    from charmlp.system.memory import aligned_empty

    shape = (len(images), math.prod(images.shape[1:]))
    pixels: NDArray[np.float32] = aligned_empty(shape) if out is None else out[: len(images)]
    pixels[...] = images.reshape(shape)
    if preprocessing == "scale":
        pixels *= 2 / 255
        pixels -= 1
        return pixels
    pixels -= pixels.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.mean(pixels * pixels, axis=1, keepdims=True))
    np.maximum(
        deviation, 1.0, out=deviation
    )  # below one grey level there is no letter, only noise to magnify
    if preprocessing == "light_ink":
        np.negative(deviation, out=deviation, where=have_dark_ink(images)[:, np.newaxis])
    pixels /= deviation
    return pixels


def have_dark_ink(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which of N grey images N×H×W are lighter at their border, the outermost pixels, than as a whole.

    Decided in integers, so that whatever reads the same pixels decides alike.
    """
    import numpy as np

    whole = images.sum(axis=(1, 2), dtype=np.int64)
    inner = images[:, 1:-1, 1:-1]
    border = whole - inner.sum(axis=(1, 2), dtype=np.int64)
    pixels, inside = math.prod(images.shape[1:]), math.prod(inner.shape[1:])
    dark: NDArray[np.bool_] = border * pixels > whole * (pixels - inside)
    return dark
