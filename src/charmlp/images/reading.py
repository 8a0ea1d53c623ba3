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
    """pixels of the M images that can be read; faults: the others' errors, by place in the batch."""

    pixels: bytes
    faults: dict[int, CharmlpError]
    norm_size: tuple[int, int]

    @property
    def images(self) -> NDArray[np.uint8]:
        """uint8 M×H×W."""
        import numpy as np  # not above: processes that read images do without NumPy

        return np.frombuffer(self.pixels, np.uint8).reshape(-1, *self.norm_size)


def read_batch(images: Sequence[ImageOrError], norm_size: tuple[int, int]) -> Batch:
    """Read the images as `read_grey` does; one that cannot be read does not stop the others.

    An error among the images, such as a name that stands for nothing, is a fault at its place.
    """
    pixels, faults = [], {}
    for place, image in enumerate(images):
        try:
            if isinstance(image, CharmlpError):
                raise image
            pixels.append(grey_picture(image, norm_size).tobytes())
        except CharmlpError as error:
            faults[place] = error
    return Batch(b"".join(pixels), faults, norm_size)
