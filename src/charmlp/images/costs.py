"""What a picture may cost: nothing large is decoded before its header was weighed.

A picture takes at most 300 MB and, on an ordinary processor, 2 seconds. Pillow holds a colour pixel in four
bytes and its grey value in one, so 50 megapixels fit. What needs more memory or time for a pixel may have
fewer: WebP, JPEG in several scans, TIFF in large pieces, text, and runs that Pillow decodes in Python.
"""

import math
import re
import struct
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO

from PIL import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import TiffImageFile

from charmlp.images.quiet import hush_libtiff

MAX_PIXELS = 50_000_000
MAX_PIXELS_IN_SCANS = 24_000_000  # libjpeg holds the coefficients of all scans: up to 8 bytes a pixel
MAX_PIXELS_OF_WEBP = 16_000_000  # libwebp's canvases and Pillow's copies: 16 bytes a pixel
MAX_PIXELS_IN_PYTHON = 1_000_000
MAX_SCANS = 40
MAX_DECODED_BYTES = 200_000_000  # 50 megapixels of four channels, 25 of 16 bits each
MAX_TIFF_BYTES = 300_000_000
MAX_FILE_BYTES = 256 * 2**20
MAX_JPEG_BYTES = 80 * 2**20  # some 50 megabytes are decoded in a second
MAX_HEADER_BYTES = 16 * 2**20  # profiles, previews, notes: whatever lies before the pixels
MAX_TIFF_HEADER_BYTES = 2 * 2**20  # which may all be fractions: a microsecond and 100 bytes of memory each
MAX_READS = 100_000  # and one more for each kilobyte: real pictures lie in larger pieces


class Costly(Exception):
    """A picture that asks for more than it is worth; the text says of what."""


class Metered:
    """A file that can be read in pieces of a sensible size and number only.

    Pillow's readers loop over whatever a file says it has: a million empty chunks, comments, junk between
    markers. Each read counts here; before the pixels the bytes do too, and afterwards no read is large.
    """

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self._file = file
        self.size = file.seek(0, SEEK_END)
        file.seek(0)
        self.reads_left = MAX_READS + self.size // 1000
        self.most_before_pixels = MAX_TIFF_HEADER_BYTES if kind == "TIFF" else MAX_HEADER_BYTES
        self.header_left: int | None = self.most_before_pixels

    def read(self, size: int = -1) -> bytes:
        self.reads_left -= 1
        if self.reads_left < 0:
            raise Costly("lies in too many small pieces, as no ordinary program writes them")
        if size < 0:
            size = self.size  # the whole file, whose size is limited
        elif self.header_left is not None:
            self.header_left -= min(size, self.size)
            if self.header_left < 0:
                raise Costly(
                    f"has more than {self.most_before_pixels // 2**20} MB of notes before its pixels"
                )
        else:
            size = min(size, ImageFile.SAFEBLOCK)
        return self._file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def affordable(file: Metered, head: bytes, kind: str) -> Any:
    """The file as Pillow may read its header; raises `Costly` where that alone would be too much."""
    most = MAX_JPEG_BYTES if kind == "JPEG" else MAX_FILE_BYTES
    if file.size > most:
        raise Costly(f"a {kind} file of {file.size / 2**20:,.0f} MB; at most {most // 2**20} are read")
    if kind == "WebP":
        check_pixels(webp_size(head), MAX_PIXELS_OF_WEBP, "a WebP picture")
    return without_comments(file) if kind == "PPM" and head[1] in b"123" else file


def check_cost(image: ImageFile.ImageFile, kind: str, file: Metered) -> None:
    """Raise `Costly` where decoding would take too much memory or time."""
    check_pixels(image.size, MAX_PIXELS, "a picture")
    codec, args = (image.tile[0].codec_name, str(image.tile[0].args)) if image.tile else ("webp", "")
    if codec in ("ppm", "ppm_plain", "bmp_rle"):
        check_pixels(image.size, MAX_PIXELS_IN_PYTHON, f"a {kind} file of this variety")
        file.reads_left += 4 * math.prod(image.size)
    decoded = math.prod(image.size) * len(image.getbands()) * (2 if "16" in args else 1)
    if decoded > MAX_DECODED_BYTES:
        raise Costly(
            f"takes {decoded / 1e6:,.0f} MB when decoded; at most {MAX_DECODED_BYTES // 10**6} MB are spent"
        )
    if isinstance(image, JpegImageFile):
        scans = count_scans(file)
        if scans > 1:
            check_pixels(image.size, MAX_PIXELS_IN_SCANS, "a progressive JPEG")
        if scans > MAX_SCANS:
            raise Costly(f"a JPEG in more than {MAX_SCANS} scans, which no camera writes")
    if isinstance(image, TiffImageFile):
        if codec == "libtiff":
            hush_libtiff()
        memory = tiff_bytes(image, file.size)
        if memory > MAX_TIFF_BYTES:
            raise Costly(
                f"a TIFF that takes {memory / 1e6:,.0f} MB of memory, as it is stored;"
                f" at most {MAX_TIFF_BYTES // 10**6} are spent: save it as PNG"
            )


def check_pixels(size: tuple[int, int], most: int, what: str) -> None:
    """Raise `Costly` for more than `most` pixels in (width, height)."""
    if math.prod(size) > most:
        raise Costly(f"{size[0]}×{size[1]} pixels; {what} may have at most {most // 10**6} million")


def webp_size(head: bytes) -> tuple[int, int]:
    """Width and height of a WebP file's canvas, which its reader would allocate at once."""
    kind = head[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", head, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", head, 26)
    return width & 0x3FFF, height & 0x3FFF


def without_comments(file: Metered) -> BytesIO:
    """A PPM file in plain text without its comments, which Pillow reads byte by byte."""
    if file.size > 20 * MAX_PIXELS_IN_PYTHON:
        raise Costly(f"a PPM file of {file.size / 1e6:,.0f} MB of plain text; save it as PNG")
    return BytesIO(re.sub(rb"#[^\r\n]*", b"", file.read()))


def tiff_bytes(image: TiffImageFile, file_size: int) -> int:
    """What a TIFF takes: its pixels, twice where it is stored turned, and what libtiff holds beside them.

    libtiff decodes a strip or a tile as a whole, and holds the compressed file, or the part it reads.
    """
    tags = image.tag_v2
    pixels = 5 * math.prod(image.size) + (4 * math.prod(image.size) if tags.get(274, 1) != 1 else 0)
    if image.tile[0].codec_name != "libtiff":
        return pixels
    rows = min(int(tags.get(278, image.height)), image.height)
    width, height = int(tags.get(322, image.width)), int(tags.get(323, rows))
    bits = tags.get(258, (1,))
    return pixels + file_size + width * height * max(sum(bits), max(bits) * int(tags.get(277, 1))) // 8


_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)


def count_scans(file: Metered) -> int:
    """How many times a JPEG goes over its pixels; counted from the end of its first scan's header."""
    start = file.tell()
    data = file._file.read()
    file.seek(start)
    scans, place = 1, 0
    while scans <= MAX_SCANS and (found := _MARKER.search(data, place)):
        marker, place = found[1][0], found.end()
        if marker == 0xD9:  # the end of the image
            break
        scans += marker == 0xDA
        place += int.from_bytes(data[place : place + 2], "big")
    return scans
