"""Plain PNG files, as nearly all pictures of letters are that are no photographs: read in a few steps.

Pillow reads such a file chunk by chunk, which takes longer than decoding a small picture. The decoder here is
Pillow's own, and so are the pixels, bit for bit; every checksum is compared. What is not plain, such as a
palette, transparency, 16 bits, EXIF data or damage, is left to `opening.py`.
"""

import struct
import zlib

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEAD = struct.Struct(">2I5B")  # width, height, bits, kind of colour, compression, filter, interlacing
PLAIN = {(8, 0, 0, 0, 0): "L", (8, 2, 0, 0, 0): "RGB"}
HARMLESS = (b"gAMA", b"sRGB", b"cHRM", b"pHYs", b"tIME", b"bKGD")


def plain_png(data: bytes, most_pixels: int) -> Image.Image | None:
    """The picture in a file of at most `most_pixels`; None where it is not a plain PNG, or is damaged."""
    if not data.startswith(SIGNATURE):
        return None
    pixels, place, head, kind = [], len(SIGNATURE), b"", b""
    while kind != b"IEND":
        length, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        content, end = data[place + 8 : place + 8 + length], place + 8 + length
        if data[end : end + 4] != zlib.crc32(content, zlib.crc32(kind)).to_bytes(4, "big"):
            return None  # or the file ends
        if not head:
            if kind != b"IHDR" or length != HEAD.size:
                return None
            head = content
        elif kind == b"IDAT":
            pixels.append(content)
        elif kind != b"IEND" if pixels else not is_harmless(kind, content):
            return None
        place = end + 4
    width, height, *how = HEAD.unpack(head)
    mode = PLAIN.get(tuple(how))
    if mode is None or not 0 < width * height <= most_pixels:
        return None
    try:
        return Image.frombytes(mode, (width, height), b"".join(pixels), "zip", (mode, 0))
    except Exception:  # decoders raise anything at all on damaged files; `opening.py` says what is wrong
        return None


def is_harmless(kind: bytes, content: bytes) -> bool:
    """Whether the grey picture is the same with and without a chunk before its pixels."""
    return kind in HARMLESS or (kind == b"tEXt" and not content.startswith((b"Raw profile", b"XML")))
