"""Which font has the characters of a text: DejaVu Sans; for other writing systems what the machine has."""

from __future__ import annotations

import functools
import importlib.util
import math
from pathlib import Path

from PIL import ImageFont

from charmlp.errors import CharmlpError

TEXT, SMALL = 21, 15  # pixels: 10 and 7 points

# Fonts that hold other writing systems, where the machine has one of them: file and family.
FALLBACK_FONTS = {
    "NotoSansCJK-Regular.ttc": "Noto Sans CJK SC",
    "NotoSansSC-Regular.otf": "Noto Sans SC",
    "SourceHanSansSC-Regular.otf": "Source Han Sans SC",
    "wqy-microhei.ttc": "WenQuanYi Micro Hei",
    "wqy-zenhei.ttc": "WenQuanYi Zen Hei",
    "msyh.ttc": "Microsoft YaHei",
    "simhei.ttf": "SimHei",
    "PingFang.ttc": "PingFang SC",
    "Hiragino Sans GB.ttc": "Hiragino Sans GB",
    "Arial Unicode.ttf": "Arial Unicode MS",
    "NotoSans-Regular.ttf": "Noto Sans",
}
UNASSIGNED = "\uffff"  # a character that no font has


def text_width(text: str, size: int = TEXT, *, bold: bool = False) -> int:
    """Pixels that a text is wide."""
    return math.ceil(font_for(text, size, bold=bold).getlength(text))


@functools.cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    """A font by its file, which is looked for where the system has fonts; None where it is not there."""
    try:
        return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return None


def font_for(text: str, size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The first font that has all characters of a text; where none has, DejaVu Sans, with boxes for them."""
    usual = font(dejavu_sans(bold=bold), size)
    if usual is None:
        raise CharmlpError("pictures need DejaVu Sans, which lies in matplotlib: install matplotlib anew")
    if text.isascii() or has_all(usual, text):
        return usual
    others = (font(name, size) for name in FALLBACK_FONTS)
    return next((other for other in others if other and has_all(other, text)), usual)


def can_write(text: str) -> bool:
    """Whether a font here has all characters of a text."""
    return has_all(font_for(text, TEXT), text)


@functools.cache
def dejavu_sans(*, bold: bool = False) -> str:
    """A font of many writing systems that lies in matplotlib, which is not imported for it."""
    spec = importlib.util.find_spec("matplotlib")
    places = spec.submodule_search_locations or [] if spec else []
    return str(Path(*places[:1], "mpl-data", "fonts", "ttf", f"DejaVuSans{'-Bold' if bold else ''}.ttf"))


def has_all(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """Whether no character of a text is drawn as one that no font has."""
    return all(is_there(font, character) for character in set(text))


@functools.lru_cache(maxsize=4096)
def is_there(font: ImageFont.FreeTypeFont, character: str) -> bool:
    return pixels(font, character) != pixels(font, UNASSIGNED)


def pixels(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    return bytes(font.getmask(character))
