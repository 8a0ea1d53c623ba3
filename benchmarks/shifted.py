"""Photographs of letters as others might have taken them: crops too wide or too tight, blur, noise, JPEG.

A copy of each letter, made from a larger picture of it: a measure of what a net makes of pictures that are
unlike those it was tuned to, where no others are at hand. The same letters give the same copies.
"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from charmlp.images.crop import letter_box

LARGE = (96, 96)  # height and width of the pictures that copies are made from
LEAST, MOST = 0.10, 0.20  # of its side, that a crop is wider or tighter, on each axis


def shifted(
    images: NDArray[np.uint8], norm_size: tuple[int, int], crop: str = "none", seed: int = 2021
) -> NDArray[np.uint8]:
    """A copy N×H×W of each grey image, changed at random; with `crop` auto, the letter's box of it."""
    generator = np.random.default_rng(seed)
    return np.stack([changed(image, norm_size, crop, generator) for image in images])


def changed(
    image: NDArray[np.uint8], norm_size: tuple[int, int], crop: str, generator: np.random.Generator
) -> NDArray[np.uint8]:
    """Another crop; then each with an even chance: blur, less contrast, noise, JPEG."""
    height, width = norm_size
    # Every number is drawn, used or not, so that the copies of the letters behind do not depend on it.
    wider = np.sign(generator.uniform(-1, 1)) * generator.uniform(LEAST, MOST, 2)
    place, chances = generator.uniform(0, 1, 2), generator.random(4)
    blur, contrast, tone, noise = generator.uniform(0, 1, 4)
    grain, quality = generator.normal(0, 1, norm_size), int(generator.integers(40, 90))

    picture = recropped(image, wider, place)
    if chances[0] < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(float(0.01 + 0.04 * blur) * max(picture.size)))
    box = letter_box(picture) if crop == "auto" else None
    pixels = np.asarray(picture.resize((width, height), Image.Resampling.BOX, box), float)
    if chances[1] < 0.5:
        share = 0.3 + 0.5 * contrast
        pixels = share * pixels + (1 - share) * 255 * tone
    if chances[2] < 0.5:
        pixels = pixels + grain * (0.02 + 0.1 * noise) * max(float(np.ptp(pixels)), 1.0)
    pixels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    if chances[3] < 0.5:
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, "JPEG", quality=quality)
        pixels = np.asarray(Image.open(content))
    return pixels


def recropped(
    image: NDArray[np.uint8], wider: NDArray[np.float64], place: NDArray[np.float64]
) -> Image.Image:
    """The image with so much more around it, in parts of its sides (y, x), or, below 0, so much less.

    What is added has the ground's tone, the median of the border; `place` is how much of it comes first.
    """
    more = np.rint(wider * image.shape).astype(int)
    first = np.rint(place * more).astype(int)
    border = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    around = [(max(one, 0), max(all_ - one, 0)) for one, all_ in zip(first, more, strict=True)]
    padded = np.pad(image, around, constant_values=int(np.median(border)))
    cut = [
        slice(max(-one, 0), len_ - max(one - all_, 0))
        for one, all_, len_ in zip(first, more, padded.shape, strict=True)
    ]
    return Image.fromarray(np.ascontiguousarray(padded[cut[0], cut[1]]))
