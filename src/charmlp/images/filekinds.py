"""Which files are images, by their first bytes; their names only spare looking at them."""

import os
import re

from PIL import ImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from charmlp.errors import ImageError
from charmlp.system.files import open_regular

READABLE = "JPEG, PNG, WebP, BMP, TIFF, GIF, PPM"

SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".ppm", ".pgm",
     ".pbm", ".pnm")
)  # fmt: skip
HEAD_BYTES = 256  # of a file that say what it is

KINDS: tuple[tuple[bytes, str, type[ImageFile.ImageFile]], ...] = (
    (b"\xff\xd8\xff", "JPEG", JpegImageFile),
    (b"\x89PNG\r\n\x1a\n", "PNG", PngImageFile),
    (b"RIFF....WEBP", "WebP", WebPImageFile),
    (b"GIF8[79]a", "GIF", GifImageFile),
    (rb"BM.{12}[\x0c(4@8l|]\0\0\0", "BMP", BmpImageFile),  # with the size of a header that there is
    (rb"II[*+]\0|MM\0[*+]", "TIFF", TiffImageFile),
    (rb"P[1-6f]\s+[#\d]", "PPM", PpmImageFile),
)
PICTURES = (  # that are not read, and what to do with them
    (b"....ftyp(?:heic|heix|mif1|msf1|heim|heis)", "an HEIC photograph; save it as JPEG"),
    (b"....ftypavi[fs]", "an AVIF picture; save it as PNG or JPEG"),
    (rb"\0\0\0\x0c(?:jP|JXL)|\xff\x0a", "a JPEG 2000 or JPEG XL picture; save it as PNG or JPEG"),
    (b"8BPS", "a Photoshop document; save it as PNG"),
)
OTHERS = (  # what people have besides
    (rb"\0\0[\1\2]\0", "a Windows icon; save it as PNG"),
    (b"%PDF|%!PS", "a document (PDF or PostScript); save its page as PNG"),
    (rb"(?i)\s*(?:<!doctype html|<html)", "a web page, perhaps saved instead of the picture on it"),
    (rb"\s*(?:<svg|<\?xml)", "a drawing or another document in XML; save it as PNG"),
    (b"charmlp pack ", "a pack of letters; charmlp test and charmlp train read it"),
    (b"PK\3\4|\x1f\x8b|7z\xbc\xaf|Rar!", "an archive; unpack it"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS; fetch it with 'git lfs pull'"),
)


def is_image_name(name: str) -> bool:
    """Whether a file's suffix says that it is a picture."""
    return os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122  # a million Paths are slow


def check_picture(path: str | os.PathLike[str], shown: str) -> None:
    """Raise `ImageError`, saying what it is, for a file that is not meant as a picture.

    Its suffix says so, or where that says nothing, its first bytes. Pictures of kinds that are not read pass:
    whoever reads them is told of each.
    """
    if is_image_name(os.fspath(path)):
        return
    with open_regular(path, "an image", ImageError) as file:
        head = file.read(HEAD_BYTES)
    if not any(re.match(start, head, re.DOTALL) for start, _ in PICTURES):
        identify(head, shown)


def is_file_content(head: bytes) -> bool:
    """Whether these are the first bytes of an image, or of something else that is no list of names."""
    starts = [start for start, _, _ in KINDS] + [start for start, _ in (*PICTURES, *OTHERS)]
    return any(re.match(start, head, re.DOTALL) for start in starts)


def identify(head: bytes, shown: str) -> tuple[str, type[ImageFile.ImageFile]]:
    """The kind of picture by a file's first bytes, whatever its name, and Pillow's reader for it."""
    for start, kind, reader in KINDS:
        if re.match(start, head, re.DOTALL):
            return kind, reader
    if not head:
        raise ImageError(f"{shown}: the file is empty; an image is expected")
    for start, words in (*PICTURES, *OTHERS):
        if re.match(start, head, re.DOTALL):
            raise ImageError(f"{shown}: {words} ({READABLE} are read)")
    raise ImageError(f"{shown}: not an image ({READABLE} are read)")
