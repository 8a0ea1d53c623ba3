"""Grey pictures of whatever an image holds: upright, on white or black, 8 bits, cropped, resized."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from PIL import Image, ImageChops, ImageStat

from charmlp.config import DEFAULT_VIEW, View
from charmlp.errors import ImageError
from charmlp.images.costs import MAX_PIXELS, Costly
from charmlp.images.crop import letter_box
from charmlp.images.depth import DEPTH, brightened, depth_of, upper_bits, visible_levels
from charmlp.images.handed import ImageSource, as_file_or_picture
from charmlp.images.jpeg import plain_jpeg
from charmlp.images.opening import open_image
from charmlp.images.png import plain_png
from charmlp.images.quiet import quiet
from charmlp.system.files import open_regular, reason_of
from charmlp.text import shown_path

if TYPE_CHECKING:  # processes that read images do without NumPy, whose import takes longer than theirs
    import numpy as np
    from numpy.typing import NDArray

FEW_BYTES = 2**16  # as most files of letters have; to ask for more costs memory that is not used
PLAIN_BYTES = 2**20  # of a larger file, the header takes little time beside the pixels
STRIP_PIXELS = 2**20  # a picture is converted in strips, so that no second copy of it is needed
WHITE, BLACK = 255, 0
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


def read_grey(image: ImageSource, norm_size: tuple[int, int], view: View = DEFAULT_VIEW) -> NDArray[np.uint8]:
    """An image as uint8 H×W: decoded, upright, laid on a ground, grey (Pillow's `L`), resized (bilinear).

    `charmlp.images.handed` says what `image` may be; `norm_size` is (height, width). At most 50 megapixels,
    checked before decoding; EXIF says what is upright. Raises `ImageError` naming the file.
    """
    import numpy as np

    return np.asarray(grey_picture(image, norm_size, view))


def grey_picture(image: ImageSource, norm_size: tuple[int, int], view: View = DEFAULT_VIEW) -> Image.Image:
    """The same as a Pillow image in mode L; its `info` has the depth with which 16-bit values were read."""
    image = as_file_or_picture(image)
    if isinstance(image, Image.Image):
        grey = upright(image, "image", view)
    elif isinstance(image, bytes):
        grey = _decoded(image, BytesIO(image), "image", view)
    else:
        with open_regular(image, "an image", ImageError) as file:
            try:
                start = file.read(FEW_BYTES)
                if len(start) == FEW_BYTES:
                    start += file.read(PLAIN_BYTES - FEW_BYTES)
            except OSError as error:
                raise ImageError(f"{shown_path(image)}: cannot be read: {reason_of(error)}") from None
            grey = _decoded(start, file, shown_path(image), view)
    box = letter_box(grey) if view.crop == "auto" else None
    return grey.resize((norm_size[1], norm_size[0]), Image.Resampling.BILINEAR, box)


def _decoded(start: bytes, file: BinaryIO, shown: str, view: View) -> Image.Image:
    """The grey picture in `file`, whose `start` was read: less than `PLAIN_BYTES` are all that there is."""
    if len(start) < PLAIN_BYTES:
        if (plain := plain_jpeg(start, MAX_PIXELS) or plain_png(start, MAX_PIXELS)) is not None:
            return plain.convert("L")
        file = BytesIO(start)
    file.seek(0)
    with open_image(file, shown) as image:
        return upright(image, shown, view)


def upright(image: Image.Image, shown: str, view: View = DEFAULT_VIEW) -> Image.Image:
    """The image in mode L, turned as its EXIF data say; `shown` names it in an `ImageError`."""
    width, height = image.size
    if not 0 < width * height <= MAX_PIXELS:
        raise ImageError(f"{shown}: {width}×{height} pixels; 1 to {MAX_PIXELS // 10**6} megapixels are read")
    try:
        with quiet():
            image.load()
            grey = to_grey(image, view)
            turn = TURNS.get(orientation(image))
            return grey if turn is None else grey.transpose(turn)
    except (ImageError, Costly) as error:
        raise ImageError(f"{shown}: {error}") from None
    except MemoryError:
        raise ImageError(f"{shown}: takes more memory than there is") from None
    except Exception:  # decoders raise anything at all on damaged files
        raise ImageError(f"{shown}: damaged or cut off: its pixels cannot be decoded") from None


def to_grey(image: Image.Image, view: View) -> Image.Image:
    """The image in mode L, without a copy of it in another mode; `ImageError` where white is not defined."""
    transparent = image.mode in WITH_ALPHA or "transparency" in image.info
    if image.mode in DIRECT and not transparent:
        return brightened(image.convert("L"))
    depth = depth_of(image) if image.mode.startswith("I") else 8
    ground = ground_of(image, view, depth) if transparent else WHITE
    grey = Image.new("L", image.size)
    if depth < 16 and image.mode.startswith("I"):
        grey.info[DEPTH] = depth
    for top, strip in strips(image):
        grey.paste(_grey_strip(strip, image, ground, depth), (0, top))
    return grey


def strips(image: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The image in pieces from above, each behind the number of its first row."""
    width, height = image.size
    rows = max(1, STRIP_PIXELS // width)
    for top in range(0, height, rows):
        yield top, image.crop((0, top, width, min(top + rows, height)))


def ground_of(image: Image.Image, view: View, depth: int) -> int:
    """The grey level on which a transparent image is laid: white or black."""
    if view.ground == "white":
        return WHITE
    light = visible = 0.0
    for _, strip in strips(image):
        grey, alpha = _grey_and_alpha(strip, image, depth)
        light += ImageStat.Stat(ImageChops.multiply(grey, alpha)).sum[0]
        visible += ImageStat.Stat(alpha).sum[0]
    return BLACK if 2 * light > visible else WHITE


def _grey_strip(strip: Image.Image, image: Image.Image, ground: int, depth: int) -> Image.Image:
    """A strip of `image` in mode L."""
    mode = strip.mode
    if mode == "F":
        raise ImageError("its pixels are floating-point numbers, where 8 or 16 bits are read; save it as PNG")
    if mode == "CMYK":
        if image.format == "JPEG" and "adobe" not in image.info:
            strip = ImageChops.invert(strip)  # Pillow takes all for Adobe's, which hold ink inverted
        return strip.convert("RGB").convert("L")
    if mode.startswith("I"):
        grey, alpha = _grey_and_alpha(strip, image, depth)
        grey.paste(ground, mask=ImageChops.invert(alpha))
        return grey
    if mode in WITH_ALPHA or "transparency" in strip.info:
        paper = Image.new("RGBA", strip.size, (ground, ground, ground, 255))
        return Image.alpha_composite(paper, _with_alpha(strip)).convert("L")
    return strip.convert("RGB").convert("L")


def _grey_and_alpha(strip: Image.Image, image: Image.Image, depth: int) -> tuple[Image.Image, Image.Image]:
    """A strip of `image` in mode L as if nothing were transparent, and what is visible of it, 0 to 255."""
    if strip.mode.startswith("I"):
        return upper_bits(strip, depth), visible_levels(strip, image.info.get("transparency"))
    strip = _with_alpha(strip)
    return strip.convert("L"), strip.getchannel("A")


def _with_alpha(strip: Image.Image) -> Image.Image:
    return (strip.convert("LA") if strip.mode == "La" else strip).convert("RGBA")


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
