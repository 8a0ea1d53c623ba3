"""Preprocessing, which exists once: decode one image, make it grey, resize it, turn pixels into inputs."""

from __future__ import annotations

import io
import os
import stat
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from charmlp.errors import ImageError, printable

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM")
MAX_PIXELS = 50_000_000

ImageSource = str | os.PathLike[str] | bytes | Image.Image

warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


def read_grey(image: ImageSource, norm_size: tuple[int, int]) -> NDArray[np.uint8]:
    """An image as uint8 H×W: decoded, upright, on white, grey (Pillow's `L`), resized (bilinear, no crop).

    `image` is a path, the bytes of a file, or a Pillow image; `norm_size` is (height, width). At most 50
    megapixels, checked before decoding. Raises `ImageError` naming the file.
    """
    if isinstance(image, Image.Image):
        return _grey(image, "image", norm_size)
    if isinstance(image, bytes):
        return _decode(io.BytesIO(image), "image", norm_size)
    path = Path(image)
    shown = printable(path)
    check_regular(path, shown)
    try:
        with path.open("rb") as file:
            return _decode(file, shown, norm_size)
    except OSError as error:
        raise ImageError(f"{shown}: cannot be read: {error.strerror or error}") from None


def check_regular(path: Path, shown: str) -> None:
    """Refuse what is no regular file without opening it: a named pipe would never answer."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise ImageError(f"{shown}: no such file") from None
    except (OSError, ValueError) as error:
        raise ImageError(f"{shown}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(mode):
        raise ImageError(f"{shown}: a folder, not an image")
    if not stat.S_ISREG(mode):
        raise ImageError(f"{shown}: not a regular file")


def _decode(file: Any, shown: str, norm_size: tuple[int, int]) -> NDArray[np.uint8]:
    try:
        with Image.open(file, formats=FORMATS) as image:
            return _grey(image, shown, norm_size)
    except Image.UnidentifiedImageError:
        kinds = "JPEG, PNG, WebP, BMP, TIFF, GIF and PPM"
        raise ImageError(f"{shown}: not an image that can be read here ({kinds} can)") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(f"{shown}: more than {MAX_PIXELS // 10**6} megapixels") from None


def _grey(image: Image.Image, shown: str, norm_size: tuple[int, int]) -> NDArray[np.uint8]:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{shown}: {width}×{height} pixels; at most {MAX_PIXELS // 10**6} megapixels are read"
        )
    if not width or not height:
        raise ImageError(f"{shown}: {width}×{height} pixels: empty")
    try:
        grey = _on_white(ImageOps.exif_transpose(image))
        resized = grey.resize((norm_size[1], norm_size[0]), Image.Resampling.BILINEAR)
    except Exception as error:  # decoders raise anything at all on damaged files
        raise ImageError(f"{shown}: damaged: {printable(error) or type(error).__name__}") from None
    return np.asarray(resized)


def _on_white(image: Image.Image) -> Image.Image:
    """The image in mode L: transparency shows white, 16 bits keep their upper 8."""
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        picture = image.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture).convert("L")
    if image.mode == "CMYK":
        image = image.convert("RGB")
    return image.convert("L")


def to_inputs(images: NDArray[np.uint8], preprocessing: str) -> NDArray[np.float32]:
    """What the network sees of grey images N×H×W: float32 row vectors N×(H·W).

    scale         x = 2p/255 − 1, in [−1, 1], as in the course
    standardize   x = (p − mean p) / std p for each image by itself; a flat image becomes 0
    """
    pixels = images.reshape(len(images), -1).astype(np.float32)
    if preprocessing == "scale":
        pixels *= 2 / 255
        pixels -= 1
        return pixels
    pixels -= pixels.mean(axis=1, keepdims=True)
    deviation = np.sqrt(np.mean(pixels * pixels, axis=1, keepdims=True))
    pixels /= np.maximum(deviation, 1.0)  # below one grey level there is no letter, only noise to magnify
    return pixels
