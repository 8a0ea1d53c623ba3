"""What an image may be: a path, the bytes of a file or an open one, a Pillow image, an array."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TypeAlias

from PIL import Image

from charmlp.errors import ImageError

if TYPE_CHECKING:
    from typing import BinaryIO

    from numpy.typing import NDArray

ImageSource: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO | Image.Image | NDArray[Any]"

CHANNELS = (2, 3, 4)  # grey and alpha, RGB, RGBA


def as_file_or_picture(image: ImageSource) -> str | os.PathLike[str] | bytes | Image.Image:
    """A path, the bytes of a file, or a Pillow image; raises `TypeError` for what is no image at all."""
    if isinstance(image, str | os.PathLike | bytes | Image.Image):
        return image
    if isinstance(image, bytearray | memoryview):
        return bytes(image)
    if hasattr(image, "read") and isinstance(content := image.read(), bytes):
        return content
    import numpy as np  # not above: processes that read files do without it

    if isinstance(image, np.ndarray):
        return picture_of(image)
    raise TypeError(
        "an image is expected: a path, the bytes of a file or a file opened in binary mode, a Pillow image,"
        f" or a NumPy array, not {type(image).__name__}"
    )


def picture_of(array: NDArray[Any]) -> Image.Image:
    """An array H×W or H×W×C (1 to 4 channels) as a Pillow image; raises `ImageError` for any other.

    Its numbers are uint8, uint16 (H×W), booleans, or floats from 0 to 1.
    """
    import numpy as np

    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in CHANNELS):
        shape = "×".join(map(str, array.shape)) or "a single number"
        raise ImageError(
            f"image: an array of {shape}; height×width, or height×width×3 or 4 is expected,"
            " of several images a list"
        )
    if array.dtype.kind == "f":
        least, most = (float(array.min()), float(array.max())) if array.size else (0.0, 0.0)
        if not (least >= 0 and most <= 1):  # NaN compares as neither
            raise ImageError(
                f"image: floats from {least:.4g} to {most:.4g}; 0 (black) to 1 (white) are expected"
            )
        array = np.rint(array * 255).astype(np.uint8)
    elif array.dtype == bool:
        array = array * np.uint8(255)
    elif array.dtype != np.uint8 and not (array.dtype == np.uint16 and array.ndim == 2):
        raise ImageError(
            f"image: an array of {array.dtype}; uint8 (0 to 255) or floats (0 to 1) are expected"
        )
    return Image.fromarray(np.ascontiguousarray(array))
