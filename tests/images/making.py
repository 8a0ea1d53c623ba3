"""One letter in every kind of file, and files that no painter would write."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from charmlp.errors import ImageError
from charmlp.images import read_grey

SIZE = (48, 60)  # width, height: a picture that shows whether it was turned


def letter(size: tuple[int, int] = SIZE) -> Image.Image:
    """An F in shades of grey, white around it: no two of its eight orientations are alike."""
    width, height = size
    picture = Image.new("L", (96, 120), 255)
    pen = ImageDraw.Draw(picture)
    for box, shade in (((20, 16, 36, 104), 0), ((20, 16, 76, 32), 51), ((20, 54, 60, 68), 102)):
        pen.rectangle(box, fill=shade)
    return picture.resize((width, height))


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def lossless() -> dict[str, bytes]:
    """The letter, grey value for grey value, in every way that a file can hold it."""
    grey = letter()
    colour, deep = grey.convert("RGB"), np.asarray(grey).astype(np.uint16) * 257
    ink = Image.new("LA", SIZE, 0)  # black ink of varying strength
    ink.putalpha(ImageChops.invert(grey))
    palette = grey.convert("P")
    palette.putpalette([level for level in range(256) for _ in range(3)])
    plain = " ".join(map(str, grey.tobytes()))
    return {
        "png grey": saved(grey, "PNG"),
        "png colour": saved(colour, "PNG"),
        "png opaque alpha": saved(colour.convert("RGBA"), "PNG"),
        "png ink": saved(ink, "PNG"),
        "png colour ink": saved(ink.convert("RGBA"), "PNG"),
        "png palette": saved(palette, "PNG"),
        "png palette, white transparent": saved(palette, "PNG", transparency=255),
        "png palette of alpha": palette_of_alpha(grey),
        "png grey, white transparent": saved(grey, "PNG", transparency=255),
        "png 16 bits": saved(Image.fromarray(deep), "PNG"),
        "png 16 bits, white transparent": png(deep, transparent=struct.pack(">H", 65535)),
        "png 16 bits colour": png(np.stack([deep] * 3, 2)),
        "png 16 bits colour, white transparent": png(
            np.stack([deep] * 3, 2), transparent=struct.pack(">3H", *[65535] * 3)
        ),
        "png 16 bits alpha": png(np.stack([deep * 0] * 3 + [65535 - deep], 2)),
        "webp": saved(colour, "WEBP", lossless=True),
        "webp ink": saved(ink.convert("RGBA"), "WEBP", lossless=True, exact=True),
        "gif": saved(palette, "GIF"),
        "gif, white transparent": saved(palette, "GIF", transparency=255),
        "gif of two frames": saved(
            palette, "GIF", save_all=True, append_images=[ImageChops.invert(grey)], duration=9
        ),
        "bmp": saved(colour, "BMP"),
        "bmp grey": saved(grey, "BMP"),
        "bmp runs": bmp_of_runs(grey),
        "tiff": saved(colour, "TIFF"),
        "tiff grey": saved(grey, "TIFF"),
        "tiff lzw": saved(colour, "TIFF", compression="tiff_lzw"),
        "tiff deflate": saved(grey, "TIFF", compression="tiff_adobe_deflate"),
        "tiff ink": saved(ink, "TIFF"),
        "tiff 16 bits": saved(Image.fromarray(deep), "TIFF"),
        "tiff cmyk": saved(colour.convert("CMYK"), "TIFF"),
        "tiff of two pages": saved(
            colour, "TIFF", save_all=True, append_images=[ImageChops.invert(colour)]
        ),
        "ppm": saved(colour, "PPM"),
        "pgm": saved(grey, "PPM"),
        "pgm 16 bits": b"P5 48 60 65535\n" + deep.astype(">u2").tobytes(),
        "pgm in words": f"P2 # the letter\n48 60\n# its white\n255\n{plain}".encode(),
        "ppm in words": f"P3 48 60 255 {' '.join(f'{p} {p} {p}' for p in grey.tobytes())}\n".encode(),
    }  # fmt: skip


def lossy() -> dict[str, bytes]:
    """The letter as JPEG and WebP change it a little."""
    grey = letter()
    colour = grey.convert("RGB")
    return {
        "jpeg": saved(colour, "JPEG", quality=95),
        "jpeg grey": saved(grey, "JPEG", quality=95),
        "jpeg progressive": saved(colour, "JPEG", quality=95, progressive=True),
        "jpeg cmyk of Adobe": saved(colour.convert("CMYK"), "JPEG", quality=95),
        "jpeg cmyk": without_adobe(saved(ImageChops.invert(colour.convert("CMYK")), "JPEG", quality=95)),
        "webp": saved(colour, "WEBP", quality=95),
        "tiff jpeg": saved(colour, "TIFF", compression="jpeg", quality=95),
    }


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int, bits: int = 8, colour: int = 0, interlace: int = 0) -> bytes:
    """A PNG file's beginning; colour 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha."""
    size = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size)


def png(
    pixels: NDArray[Any], transparent: bytes = b"", more: Sequence[bytes] = (), after: Sequence[bytes] = ()
) -> bytes:
    """A PNG file of 8 or 16 bits, H×W or H×W×channels; with `more` chunks before, others after the pixels."""
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[1 if pixels.ndim == 2 else pixels.shape[2]]
    bits = 8 * pixels.itemsize
    rows = b"".join(b"\0" + row.astype(pixels.dtype.newbyteorder(">")).tobytes() for row in pixels)
    known = [chunk(b"tRNS", transparent)] if transparent else []
    start = header(pixels.shape[1], pixels.shape[0], bits, colour)
    body = chunk(b"IDAT", zlib.compress(rows))
    return start + b"".join([*known, *more, body, *after, chunk(b"IEND", b"")])


def palette_of_alpha(grey: Image.Image) -> bytes:
    """A PNG file whose palette holds black in 256 strengths."""
    picture = ImageChops.invert(grey).convert("P")
    picture.putpalette([0, 0, 0] * 256)
    return saved(picture, "PNG", transparency=bytes(range(256)))


def bmp_of_runs(grey: Image.Image) -> bytes:
    """A BMP file in run lengths, which Pillow reads but does not write."""
    pixels = np.asarray(grey)[::-1]
    data = b"".join(b"".join(bytes((1, level)) for level in row) + b"\0\0" for row in pixels) + b"\0\1"
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    start = 14 + 40 + len(palette)
    info = struct.pack("<IiiHHIIiiII", 40, *grey.size, 1, 8, 1, len(data), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + info + palette + data


def without_adobe(jpeg: bytes) -> bytes:
    """A JPEG file without the note that its ink is stored the other way round."""
    start = jpeg.index(b"\xff\xee")
    length = int.from_bytes(jpeg[start + 2 : start + 4], "big")
    return jpeg[:start] + jpeg[start + 2 + length :]


def tiff(entries: Iterable[tuple[int, int, int, bytes]], more: bytes = b"") -> bytes:
    """A TIFF file of one directory: number, type, count, and 4 bytes of value or its offset; then `more`."""
    entries = list(entries)
    start = b"II*\0" + struct.pack("<IH", 8, len(entries))
    body = b"".join(struct.pack("<HHI", *entry[:3]) + entry[3] for entry in entries)
    return start + body + bytes(4) + more


def turned_back(picture: Image.Image, orientation: int) -> Image.Image:
    """The picture as a camera that was held so would store it."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    return picture if undo is None else picture.transpose(undo)


def exif(orientation: int) -> Image.Exif:
    notes = Image.Exif()
    notes[0x010F] = "a camera"
    notes[0x0112] = orientation
    return notes


def seeds() -> dict[str, bytes]:
    """A small file of each kind, to be damaged."""
    small = letter((7, 9))
    colour = small.convert("RGB")
    return {
        "JPEG": saved(colour, "JPEG", exif=exif(6)),
        "JPEG progressive": saved(colour, "JPEG", progressive=True),
        "PNG": saved(colour.convert("RGBA"), "PNG", exif=exif(8)),
        "PNG palette": saved(small.convert("P"), "PNG", transparency=3),
        "WebP": saved(colour, "WEBP"),
        "WebP lossless": saved(colour.convert("RGBA"), "WEBP", lossless=True, exif=exif(2)),
        "GIF": saved(small, "GIF", transparency=3),
        "BMP": saved(colour, "BMP"),
        "BMP runs": bmp_of_runs(small),
        "TIFF": saved(colour, "TIFF", exif=exif(3)),
        "TIFF lzw": saved(colour, "TIFF", compression="tiff_lzw"),
        "TIFF deflate": saved(colour, "TIFF", compression="tiff_adobe_deflate"),
        "TIFF fax": saved(small.convert("1"), "TIFF", compression="group4"),
        "PPM": saved(colour, "PPM"),
        "PGM in words": b"P2 7 9 255 " + b" ".join(b"%d" % level for level in small.tobytes()),
    }


def refusal(data: bytes | Path) -> str:
    """What is said about an image that is not read; everything that is said is one line with its name."""
    with pytest.raises(ImageError) as caught:
        read_grey(data, (8, 8))
    message = str(caught.value)
    assert message.isprintable() and len(message) < 400, message
    assert message.startswith("image: " if isinstance(data, bytes) else str(data)), message
    assert not any(word in message for word in ("Error", "<_io", "BytesIO", "0x", "PIL", "None")), message
    return message


def outcome(data: bytes) -> str:
    """'read' or 'refused'; anything else is a failure."""
    try:
        assert read_grey(data, (8, 8)).shape == (8, 8)
    except ImageError as error:
        assert str(error).isprintable()
        return "refused"
    return "read"
