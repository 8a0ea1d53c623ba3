"""Which files are images, and what they may cost: nothing large is decoded before its header was weighed.

A picture takes at most 300 MB and, on an ordinary processor, 2 seconds. Pillow holds a colour pixel in four
bytes and its grey value in one, so 50 megapixels fit. What needs more memory or time for a pixel may have
fewer: WebP, JPEG in several scans, TIFF in large pieces, text, and runs that Pillow decodes in Python.
"""

from __future__ import annotations

import ctypes
import logging
import math
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import SEEK_END, BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import PIL
from PIL import Image, ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from charmlp.errors import ImageError

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

READABLE = "JPEG, PNG, WebP, BMP, TIFF, GIF, PPM"

KINDS: tuple[tuple[bytes, str, type[ImageFile.ImageFile]], ...] = (
    (b"\xff\xd8\xff", "JPEG", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", "PNG", PngImageFile),
    (b"RIFF....WEBP", "WebP", WebPImageFile),
    (b"GIF8[79]a", "GIF", GifImageFile),
    (b"BM", "BMP", BmpImageFile),
    (rb"II[*+]\0|MM\0[*+]", "TIFF", TiffImageFile),
    (rb"P[1-6f]\s", "PPM", PpmImageFile),
)
OTHERS = (  # what people have besides, and what to do with it
    (b"....ftyp(?:heic|heix|mif1|msf1|heim|heis)", "an HEIC photograph; save it as JPEG"),
    (b"....ftypavi[fs]", "an AVIF picture; save it as PNG or JPEG"),
    (rb"\0\0\0\x0c(?:jP|JXL)|\xff\x0a", "a JPEG 2000 or JPEG XL picture; save it as PNG or JPEG"),
    (rb"\0\0[\1\2]\0", "a Windows icon; save it as PNG"),
    (b"8BPS", "a Photoshop document; save it as PNG"),
    (b"%PDF|%!PS", "a document (PDF or PostScript); save its page as PNG"),
    (rb"(?i)\s*(?:<!doctype html|<html)", "a web page, perhaps saved instead of the picture on it"),
    (rb"\s*(?:<svg|<\?xml)", "a drawing or another document in XML; save it as PNG"),
    (b"PK\3\4|\x1f\x8b|7z\xbc\xaf|Rar!", "an archive; unpack it"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS; fetch it with 'git lfs pull'"),
)


class Costly(Exception):
    """A picture that asks for more than it is worth; the text says of what."""


class Metered:
    """A file that can be read in pieces of a sensible size and number only.

    Pillow's readers loop over whatever a file says it has: a million empty chunks, comments, junk between
    markers. Each read counts here; before the pixels the bytes do too, and afterwards no read is large.
    """

    def __init__(self, file: BinaryIO, most_before_pixels: int = MAX_HEADER_BYTES) -> None:
        self._file = file
        self.size = file.seek(0, SEEK_END)
        file.seek(0)
        self.reads_left = MAX_READS + self.size // 1000
        self.most_before_pixels = most_before_pixels
        self.header_left: int | None = most_before_pixels

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


def open_image(file: BinaryIO, shown: str) -> ImageFile.ImageFile:
    """A picture whose header was read and found affordable; `ImageError` says why it is not.

    `shown` is the file's name, for messages.
    """
    head = file.read(256)
    kind, reader = identify(head, shown)
    metered = Metered(file, MAX_TIFF_HEADER_BYTES if kind == "TIFF" else MAX_HEADER_BYTES)
    try:
        with quiet():
            image = reader(affordable(metered, head, kind))
            metered.header_left = None
            check_cost(image, kind, metered)
            if isinstance(image, PngImageFile):
                check_sums(metered)
                scale_transparency(image)
    except Costly as cost:
        raise ImageError(f"{shown}: {cost}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageError(
            f"{shown}: more pixels than the {MAX_PIXELS // 10**6} million that are read"
        ) from None
    except MemoryError:
        raise ImageError(f"{shown}: takes more memory than there is") from None
    except Exception:  # readers raise anything at all on damaged files
        raise ImageError(
            f"{shown}: a {kind} file that is damaged, or of a variety that is not read here;"
            " save it again as PNG or JPEG"
        ) from None
    return image


def identify(head: bytes, shown: str) -> tuple[str, type[ImageFile.ImageFile]]:
    """The kind of picture by a file's first bytes, whatever its name, and Pillow's reader for it."""
    for start, kind, reader in KINDS:
        if re.match(start, head, re.DOTALL):
            return kind, reader
    if not head:
        raise ImageError(f"{shown}: the file is empty; an image is expected")
    for start, words in OTHERS:
        if re.match(start, head, re.DOTALL):
            raise ImageError(f"{shown}: {words} ({READABLE} are read)")
    raise ImageError(f"{shown}: not an image ({READABLE} are read)")


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
    """A PPM file in plain text without its comments, over which Pillow would brood."""
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


def check_sums(file: Metered) -> None:
    """Raise `ValueError` where a PNG's pixels do not fit their checksums, at which Pillow does not look."""
    start = file.tell()
    file.seek(start - 8)  # the header of the first chunk of pixels
    while (head := file.read(8))[4:] == b"IDAT":
        left, checksum = int.from_bytes(head[:4], "big"), zlib.crc32(b"IDAT")
        while left and (piece := file.read(min(left, ImageFile.SAFEBLOCK))):
            left -= len(piece)
            checksum = zlib.crc32(piece, checksum)
        if file.read(4) != checksum.to_bytes(4, "big"):
            raise ValueError
    file.seek(start)


def scale_transparency(image: PngImageFile) -> None:
    """Bring a PNG's transparent level to 8 bits: the file states it in its own, Pillow compares it with 8."""
    rawmode, level = image.tile[0].args, image.info.get("transparency")
    if isinstance(level, int) and rawmode in ("1", "L;2", "L;4"):
        image.info["transparency"] = level * {"1": 255, "L;2": 85, "L;4": 17}[rawmode]
    elif isinstance(level, tuple) and rawmode == "RGB;16B":
        image.info["transparency"] = tuple(value >> 8 for value in level)


_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)


def count_scans(file: Metered) -> int:
    """How many times a JPEG goes over its pixels; read from behind its first scan's header on."""
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


@cache
def hush_libtiff() -> None:
    """Keep libtiff, which Pillow brings along, from printing to stderr what is wrong with a damaged file."""
    site = Path(PIL.__file__).parent
    for library in (*site.glob("../pillow.libs/libtiff*"), *site.glob(".dylibs/libtiff*")):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(str(library)).TIFFSetErrorHandler(None)


_this_thread = threading.local()


@contextmanager
def quiet() -> Iterator[None]:
    """Without Pillow's warnings, in this thread, for as long as a picture is read."""
    _this_thread.reads = True
    try:
        yield
    finally:
        _this_thread.reads = False


def _is_quiet(*_: object) -> bool:
    return getattr(_this_thread, "reads", False)


class _WhileReading:
    """Stands for a module's name in Python's warning filters, and matches in threads that read a picture.

    Odd notes in a file are no matter of its reader, and sizes are judged here. Filters hold for all threads,
    so this one is set once, for good, and leaves everybody else's use of Pillow alone.
    """

    match = staticmethod(_is_quiet)


_filters: Any = warnings.filters
_filters.insert(0, ("ignore", None, Warning, _WhileReading(), 0))
logging.getLogger("PIL.TiffImagePlugin").addFilter(lambda record: not _is_quiet(record))
