"""Augmentation: a batch of letters, each turned, shifted, stretched, dimmed and inverted at random.

    images ──▶ every random number, from one generator ──▶ compiled loops on all cores ──▶ new images

Never mirrored: a mirrored letter is another letter, or none.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import UsageError
from charmlp.system import threads

TOGETHER = 128  # images
ALL = slice(0, None)


@dataclass(frozen=True)
class Augmentation:
    """How much letters are changed. Most ranges are uniform and symmetric about no change; 0 is off.

    What is off did not pay: docs/accuracy.md.
    """

    rotation: float = 8.0  # largest rotation, in degrees
    scale: float = 0.12  # largest change of size: 0.12 is from 0.88 to 1.12 times
    aspect: float = 0.1  # largest change of width to height: 0.1 is from 0.9 to 1.1 times
    shear: float = 0.2  # largest slant: sideways, in parts of the height
    shift: float = 0.1  # largest shift on each axis, in parts of the picture's side
    contrast: float = 0.2  # largest change of contrast: 0.8 to 1.2 times, within black and white
    brightness: float = 0.1  # largest change of brightness, in parts from black to white; nothing is clipped
    inversion: float = 0.5  # how often black and white change places
    elastic: float = 0.03  # standard deviation of shifts of 4×4 points that bend it, in parts of its side
    blur: float = 0.0  # largest standard deviation of a Gaussian blur, in parts of the picture's side
    noise: float = 0.0  # largest standard deviation of noise, in parts of the way from black to white
    cutout: float = 0.0  # side of a square that is painted over with the mean, in parts of the picture's side

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            most = 180.0 if field.name == "rotation" else 1.0
            if not 0 <= value <= most:
                raise UsageError(f"augmentation: {field.name} is {value}; expected 0 to {most:g}")


def augment(
    images: NDArray[np.uint8],
    rng: np.random.Generator,
    settings: Augmentation | None = None,
    *,
    part: slice | NDArray[np.int64] = ALL,
    of: int | None = None,
) -> NDArray[np.uint8]:
    """A changed copy of each image of uint8 N×H×W; the same generator state gives the same pixels.

    The images may be a part of more, `of` so many, by their numbers: they are changed as they are where all
    come at once.

    Pixels between pixels are interpolated on both axes; outside the picture, its edge continues.
    """
    from charmlp.images.warping import warp  # compiled code, loaded when it is needed

    if images.ndim != 3 or images.dtype != np.uint8:
        raise ValueError(f"images must be uint8 N×H×W, not {images.dtype} {images.shape}")
    settings = settings or Augmentation()
    _, height, width = images.shape
    count = len(images) if of is None else of
    turn_and_size = (np.deg2rad(settings.rotation), settings.scale, settings.aspect, settings.shear)
    most = np.array([*turn_and_size, settings.shift, settings.shift, settings.contrast])
    around = (rng.uniform(-1, 1, (7, count)) * most[:, None]).astype(np.float32)
    turn, scale, aspect, shear, shift_x, shift_y, contrast = around
    brightness = 255 * settings.brightness * rng.uniform(-1, 1, (count,))
    inverted = rng.random((count,)) < settings.inversion

    # The inverse map, from the new picture to the old: a letter twice as large takes steps half as long.
    cos, sin = np.cos(turn), np.sin(turn)
    wide, high = 1 / ((1 + scale) * np.sqrt(1 + aspect)), np.sqrt(1 + aspect) / (1 + scale)
    maps = np.stack(
        [cos * wide, (cos * shear - sin) * high, shift_x * width,
         sin * wide, (sin * shear + cos) * high, shift_y * height], axis=1,
    )  # fmt: skip
    columns = (
        maps.astype(np.float32),
        (settings.elastic * rng.normal(0, 1, (count if settings.elastic else 0, 2, 4, 4))).astype(np.float32),
        (1 + contrast).astype(np.float32),
        brightness.astype(np.float32),
        inverted,
        (settings.blur * rng.random((count,))).astype(np.float32),
        (255 * settings.noise * rng.random((count,))).astype(np.float32),
        rng.random((count, 2)).astype(np.float32),
        rng.integers(1, 2**63, (count,), dtype=np.uint64),
    )
    images, own = np.ascontiguousarray(images), [column[part] for column in columns]
    changed = np.empty_like(images)

    def change(some: slice) -> None:
        warp(images[some], *(column[some] for column in own), settings.cutout, changed[some])

    threads.each(change, threads.blocks(len(images), TOGETHER))
    return changed
