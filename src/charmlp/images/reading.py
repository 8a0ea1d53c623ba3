"""One batch of images, read one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from charmlp.config import DEFAULT_VIEW, View
from charmlp.errors import CharmlpError
from charmlp.images.depth import depth_in
from charmlp.images.grey import grey_picture
from charmlp.images.handed import ImageSource

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ImageOrError: TypeAlias = "ImageSource | CharmlpError"


@dataclass(frozen=True)
class Batch:
    """The pixels of the M images that can be read, and what is to be said of others, by place in the batch.

    faults  errors of those that cannot be read
    notes   what a user should know of those that can
    """

    pixels: bytes
    norm_size: tuple[int, int]
    faults: dict[int, CharmlpError]
    notes: dict[int, str]

    @property
    def images(self) -> NDArray[np.uint8]:
        """uint8 M×H×W."""
        import numpy as np  # not above: processes that read images do without NumPy

        return np.frombuffer(self.pixels, np.uint8).reshape(-1, *self.norm_size)


def read_batch(
    images: Sequence[ImageOrError], norm_size: tuple[int, int], view: View = DEFAULT_VIEW
) -> Batch:
    """Read the images as `read_grey` does; one that cannot be read does not stop the others.

    An error among the images, such as a name that stands for nothing, is a fault at its place.
    """
    pixels: list[bytes] = []
    faults: dict[int, CharmlpError] = {}
    notes: dict[int, str] = {}
    for place, image in enumerate(images):
        try:
            if isinstance(image, CharmlpError):
                raise image
            picture = grey_picture(image, norm_size, view)
            pixels.append(picture.tobytes())
            if depth := depth_in(picture):
                notes[place] = f"a file of 16 bits with values of {depth}; white is {2**depth - 1:,} in it"
        except CharmlpError as error:
            faults[place] = error
    return Batch(b"".join(pixels), norm_size, faults, notes)
