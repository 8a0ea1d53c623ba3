"""Grey pictures of whatever an image holds: upright, on white, 8 bits, resized."""

from __future__ import annotations

import os
import struct
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from PIL import Image, ImageChops

from charmlp.errors import ImageError
from charmlp.images.costs import MAX_PIXELS, Costly
from charmlp.images.jpeg import plain_jpeg
from charmlp.images.opening import open_image
from charmlp.images.quiet import quiet
from charmlp.system.files import open_regular, reason_of
from charmlp.text import shown_path

if TYPE_CHECKING:  # processes that read images do without NumPy, whose import takes longer than theirs
    import numpy as np
    from numpy.typing import NDArray

ImageSource: TypeAlias = "str | os.PathLike[str] | bytes | Image.Image"

PLAIN_BYTES = 2**20  # of a larger file, the header takes little time beside the pixels
STRIP_PIXELS = 2**20  # a picture is converted in strips, so that no second copy of it is needed
DIRECT = ("1", "L", "P", "RGB", "RGBX", "YCbCr", "HSV")  # Pillow's own conversion to L is right
WITH_ALPHA = ("RGBA", "LA", "PA", "La", "RGBa")
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_grey(image: ImageSource, norm_size: tuple[int, int]) -> NDArray[np.uint8]:
    """An image as uint8 H×W: decoded, upright, on white, grey (Pillow's `L`), resized (bilinear, no crop).

    `image` is a path, the bytes of a file, or a Pillow image; `norm_size` is (height, width). At most 50
    megapixels, checked before decoding; of 16 bits the upper 8 count; EXIF says what is upright.
    Raises `ImageError` naming the file.
    """
    import numpy as np

    return np.asarray(grey_picture(image, norm_size))


def grey_picture(image: ImageSource, norm_size: tuple[int, int]) -> Image.Image:
    """The same as a Pillow image in mode L."""
    if isinstance(image, Image.Image):
        grey = upright(image, "image")
    elif isinstance(image, bytes):
        grey = _decoded(image, BytesIO(image), "image")
    else:
        with open_regular(image, "an image", ImageError) as file:
            try:
                start = file.read(PLAIN_BYTES)
            except OSError as error:
                raise ImageError(f"{shown_path(image)}: cannot be read: {reason_of(error)}") from None
            grey = _decoded(start, file, shown_path(image))
    return grey.resize((norm_size[1], norm_size[0]), Image.Resampling.BILINEAR)


def _decoded(start: bytes, file: BinaryIO, shown: str) -> Image.Image:
    """The grey picture in `file`, whose `start` was read: less than `PLAIN_BYTES` are all that there is."""
    if len(start) < PLAIN_BYTES:
        if (plain := plain_jpeg(start, MAX_PIXELS)) is not None:
            return plain.convert("L")
        file = BytesIO(start)
    file.seek(0)
    with open_image(file, shown) as image:
        return upright(image, shown)


def upright(image: Image.Image, shown: str) -> Image.Image:
    """The image in mode L, turned as its EXIF data say; `shown` names it in an `ImageError`."""
    width, height = image.size
    if not 0 < width * height <= MAX_PIXELS:
        raise ImageError(f"{shown}: {width}×{height} pixels; 1 to {MAX_PIXELS // 10**6} megapixels are read")
    try:
        with quiet():
            image.load()
            grey = to_grey(image)
            turn = TURNS.get(orientation(image))
            return grey if turn is None else grey.transpose(turn)
    except (ImageError, Costly) as error:
        raise ImageError(f"{shown}: {error}") from None
    except MemoryError:
        raise ImageError(f"{shown}: takes more memory than there is") from None
    except Exception:  # decoders raise anything at all on damaged files
        raise ImageError(f"{shown}: damaged or cut off: its pixels cannot be decoded") from None


def to_grey(image: Image.Image) -> Image.Image:
    """The image in mode L, without a copy of it in another mode; `ImageError` where white is not defined."""
    if image.mode in DIRECT and "transparency" not in image.info:
        return image.convert("L")
    width, height = image.size
    grey = Image.new("L", (width, height))
    rows = max(1, STRIP_PIXELS // width)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        grey.paste(_grey_strip(strip, image), (0, top))
    return grey


def _grey_strip(strip: Image.Image, image: Image.Image) -> Image.Image:
    """A strip of `image` in mode L."""
    mode = strip.mode
    if mode.startswith("I"):
        return _upper_bits(strip, image)
    if mode == "F":
        raise ImageError("its pixels are floating-point numbers, where 8 or 16 bits are read; save it as PNG")
    if mode == "CMYK":
        if image.format == "JPEG" and "adobe" not in image.info:
            strip = ImageChops.invert(strip)  # Pillow takes all for Adobe's, which hold ink inverted
        return strip.convert("RGB").convert("L")
    if mode in WITH_ALPHA or "transparency" in strip.info:
        if mode == "La":
            strip = strip.convert("LA")
        strip = strip.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", strip.size, "white"), strip).convert("L")
    return strip.convert("RGB").convert("L")


def _upper_bits(strip: Image.Image, image: Image.Image) -> Image.Image:
    """The upper 8 of 16 bits; a transparent grey level becomes white."""
    import numpy as np

    values = np.asarray(strip)
    if strip.mode == "I" and (image.format == "TIFF" or values.min() < 0 or values.max() > 0xFFFF):
        raise ImageError("its pixels have 32 bits, where 8 or 16 are read; save it as PNG")
    grey = (values >> 8).astype(np.uint8)
    if isinstance(clear := image.info.get("transparency"), int):
        grey[values == clear] = 255
    return Image.fromarray(grey)


def orientation(image: Image.Image) -> int:
    """EXIF's orientation, 1 to 8, where 1 is upright; a TIFF is turned by Pillow itself.

    Read here and not by Pillow, which would load every note there is: EXIF data are a TIFF directory of
    entries (number, type, count, value) of 12 bytes each, and the orientation is entry 274.
    """
    data = image.info.get("exif") or _exif_as_text(image)
    if image.format == "TIFF" or not isinstance(data, bytes):
        return 1
    data = data.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    try:
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            number, value = struct.unpack_from(f"{order}H6xH", data, place)
            if number == 274:
                return int(value)
    except struct.error:  # cut off, or no EXIF data at all
        pass
    return 1


def _exif_as_text(image: Image.Image) -> bytes | None:
    """EXIF data as ImageMagick writes them into PNG files: three lines of heading, then hexadecimals."""
    text = image.info.get("Raw profile type exif")
    try:
        return bytes.fromhex("".join(text.split("\n")[3:])) if isinstance(text, str) else None
    except ValueError:
        return None
