"""Pictures of 16 bits: how many of them hold something, and 8 bits of those.

Scanners and cameras of 10, 12 or 14 bits write files of 16, in which white is 1023, 4095 or 16383. The file
may say so; where it does not, the values' range shows it.
"""

from __future__ import annotations

from typing import Any, cast

from PIL import Image, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from charmlp.errors import ImageError

DEPTH, WIDE = "charmlp depth", "charmlp wide"  # keys of a picture's `info`, where notes of its file are texts
DEPTHS = (8, 10, 12, 14, 16)
BITS_PER_SAMPLE = 258  # the number of a TIFF entry
SIGNIFICANT_BITS = b"\0\0\0\1sBIT"  # the beginning of a PNG chunk of one byte


def tell_depth(image: ImageFile.ImageFile, file: Any) -> None:
    """Keep, in the `info` of a picture whose header was read, what is lost when its pixels are.

    DEPTH: of how many bits the file says that a grey value is. WIDE: that it has colours of 16 bits, of which
    Pillow reads the upper 8.
    """
    codec, args = (image.tile[0].codec_name, str(image.tile[0].args)) if image.tile else ("", "")
    if not image.mode.startswith("I"):
        image.info[WIDE] = "16" in args
    elif codec == "ppm":
        image.info[DEPTH] = 16  # Pillow makes 65535 of the white that the file states
    elif isinstance(image, TiffImageFile):
        if (bits := image.tag_v2[BITS_PER_SAMPLE][0]) < 16:
            image.info[DEPTH] = bits
    elif image.format == "PNG":
        start = file.tell()
        file.seek(0)
        _, _, told = file.read(start).partition(SIGNIFICANT_BITS)
        if told and 0 < told[0] < 16:
            image.info[DEPTH] = told[0]
        file.seek(start)


def depth_in(image: Image.Image) -> int | None:
    """The depth that was kept with a picture."""
    depth = image.info.get(DEPTH)
    return depth if isinstance(depth, int) else None


def depth_of(image: Image.Image) -> int:
    """Of how many bits the values of a grey picture of 16 are; raises `ImageError` where they have 32."""
    least, most = cast("tuple[int, int]", image.getextrema())
    if image.mode == "I" and (image.format == "TIFF" or least < 0 or most > 0xFFFF):
        raise ImageError("its pixels have 32 bits, where 8 or 16 are read; save it as PNG")
    if (told := depth_in(image)) is not None:  # a PNG with values beyond fills its upper bits, as it should
        return told if most < 2**told else 16
    return next(depth for depth in DEPTHS if most < 2**depth)


def upper_bits(strip: Image.Image, depth: int) -> Image.Image:
    """The upper 8 bits of grey values of `depth` bits."""
    import numpy as np

    values = np.asarray(strip)
    return Image.fromarray((values >> depth - 8 if depth > 8 else values << 8 - depth).astype(np.uint8))


def visible_levels(strip: Image.Image, transparent: object) -> Image.Image:
    """255 where the value is not the transparent one, of which there may be none."""
    import numpy as np

    return Image.fromarray(np.where(np.asarray(strip) == transparent, 0, 255).astype(np.uint8))


def brightened(grey: Image.Image) -> Image.Image:
    """A picture as its range shows it, where it is made of the upper 8 of 16 bits."""
    if grey.info.get(WIDE) is not True:
        return grey
    _, most = cast("tuple[int, int]", grey.getextrema())
    depth = next(depth for depth in DEPTHS[1:] if most < 2 ** (depth - 8))
    if depth < 16:
        grey = grey.point([min(level << 16 - depth, 255) for level in range(256)])
        grey.info[DEPTH] = depth
    return grey
