"""Opening one picture: of a known kind, affordable, undamaged as far as its checksums say."""

import zlib
from typing import BinaryIO

from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngImageFile

from charmlp.errors import ImageError
from charmlp.images.costs import MAX_PIXELS, Costly, Metered, affordable, check_cost
from charmlp.images.depth import tell_depth
from charmlp.images.filekinds import HEAD_BYTES, identify
from charmlp.images.quiet import quiet


def open_image(file: BinaryIO, shown: str) -> ImageFile.ImageFile:
    """A picture whose header was read and found affordable; `ImageError` says why it is not.

    `shown` is the file's name, for messages.
    """
    head = file.read(HEAD_BYTES)
    kind, reader = identify(head, shown)
    metered = Metered(file, kind)
    try:
        with quiet():
            image = reader(affordable(metered, head, kind))
            metered.header_left = None
            check_cost(image, kind, metered)
            tell_depth(image, metered)
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
