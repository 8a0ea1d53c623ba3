"""Plain JPEG files, as nearly all are: what matters of their header is read in a few steps.

Pillow reads a header for all that it may say, piece by piece, which takes as long as decoding a small
picture. The decoder here is Pillow's own, and so are the pixels, bit for bit. What is not plain, such as
several scans, inks, EXIF data or damage, is left to `opening.py`, which reads or refuses it with more care.
"""

from PIL import Image

MODES = {1: "L", 3: "RGB"}  # by the number of components
MOST_SEGMENTS = 64  # before the pixels; ordinary files have some ten

HUFFMAN_TABLE, QUANTIZATION_TABLE, RESTARTS, COMMENT = 0xC4, 0xDB, 0xDD, 0xFE
JFIF, FRAME, SCAN = 0xE0, 0xC0, 0xDA
JFIF_LENGTH = 16  # without a thumbnail


def plain_jpeg(data: bytes, most_pixels: int) -> Image.Image | None:
    """The picture in a file of at most `most_pixels`; None where it is not a plain JPEG, or is damaged."""
    found = header(data)
    if found is None:
        return None
    mode, width, height = found
    if not 0 < width * height <= most_pixels:
        return None
    try:
        return Image.frombytes(mode, (width, height), data, "jpeg", (mode, ""))
    except Exception:  # decoders raise anything at all on damaged files; `opening.py` says what is wrong
        return None


def header(data: bytes) -> tuple[str, int, int] | None:
    """Mode, width and height of a plain JPEG file: baseline, 8 bits, all components in the first scan.

    libjpeg then reads that scan and no other (`has_multiple_scans` in its jdinput.c), so that the file
    costs what its pixels cost. A segment is 255, its kind, and its length in two bytes, itself included.
    """
    if not data.startswith(b"\xff\xd8"):
        return None
    frame: tuple[int, int, int] | None = None
    place = 2
    try:
        for _ in range(MOST_SEGMENTS):
            if data[place] != 0xFF:
                return None
            kind, length = data[place + 1], data[place + 2] << 8 | data[place + 3]
            if kind == FRAME:
                components = data[place + 9]
                if frame or data[place + 4] != 8 or length != 8 + 3 * components:
                    return None
                height, width = data[place + 5] << 8 | data[place + 6], data[place + 7] << 8 | data[place + 8]
                frame = components, width, height
            elif kind == SCAN:
                if frame is None or data[place + 4] != frame[0]:
                    return None
                return MODES[frame[0]], frame[1], frame[2]
            elif kind == JFIF:
                if length != JFIF_LENGTH:
                    return None
            elif kind not in (HUFFMAN_TABLE, QUANTIZATION_TABLE, RESTARTS, COMMENT):
                return None
            place += 2 + length
    except (IndexError, KeyError):  # cut off; a number of components that no plain file has
        pass
    return None
