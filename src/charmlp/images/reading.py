"""One batch of images, read one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from charmlp.errors import CharmlpError
from charmlp.images.grey import ImageSource, grey_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ImageOrError: TypeAlias = "ImageSource | CharmlpError"


@dataclass(frozen=True)
class Batch:
    """images uint8 M×H×W, of those that can be read; faults: the others' errors, by place in the batch."""

    images: NDArray[np.uint8]
    faults: dict[int, CharmlpError]


def read_batch(images: Sequence[ImageOrError], norm_size: tuple[int, int]) -> Batch:
    """Read the images as `read_grey` does; one that cannot be read does not stop the others.

    An error among the images, such as a name that stands for nothing, is a fault at its place.
    """
    return to_batch(*read_pixels(images, norm_size), norm_size)


def read_pixels(
    images: Sequence[ImageOrError], norm_size: tuple[int, int]
) -> tuple[bytes, dict[int, CharmlpError]]:
    """The same before it becomes an array: the pixels of all images that can be read, and the faults."""
    pixels, faults = [], {}
    for place, image in enumerate(images):
        try:
            if isinstance(image, CharmlpError):
                raise image
            pixels.append(grey_picture(image, norm_size).tobytes())
        except CharmlpError as error:
            faults[place] = error
    return b"".join(pixels), faults


def to_batch(pixels: bytes, faults: dict[int, CharmlpError], norm_size: tuple[int, int]) -> Batch:
    import numpy as np

    return Batch(np.frombuffer(pixels, np.uint8).reshape(-1, *norm_size), faults)
