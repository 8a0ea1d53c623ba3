"""Which font has the characters of a text: DejaVu Sans; for other writing systems what the machine has."""

from __future__ import annotations

import functools
import importlib.util
import math
from pathlib import Path

from PIL import ImageFont

from charmlp.errors import CharmlpError
from charmlp.language import translated

TEXT, SMALL = 21, 15  # pixels: 10 and 7 points

# Fonts that hold other writing systems, where the machine has one of them: file, and family for an SVG.
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
    path = place_of(name)
    return None if path is None else ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def place_of(name: str) -> str | None:
    """Where a font's file lies: looked for once, since a system may have thousands of them."""
    try:
        return str(ImageFont.truetype(name).path)
    except OSError:
        return None


def families() -> dict[str, str]:
    """The fallback fonts that are here: family and file."""
    there = [other for name in FALLBACK_FONTS if (other := font(name, TEXT))]
    return {str(other.getname()[0]): str(other.path) for other in there}


def font_for(text: str, size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The first font that has all characters of a text, else one that has the most; boxes for the others."""
    usual = font(dejavu_sans(bold=bold), size)
    if usual is None:
        raise CharmlpError("pictures need DejaVu Sans, which lies in matplotlib: install matplotlib anew")
    if text.isascii() or has_all(usual, text):
        return usual
    best, least = usual, missing(usual, text)
    for other in (font(name, size) for name in FALLBACK_FONTS):
        if other and (count := missing(other, text)) < least:
            best, least = other, count
            if not least:
                break
    return best


def can_write(text: str) -> bool:
    """Whether a font here has all characters of a text."""
    return has_all(font_for(text, TEXT), text)


@functools.cache
def has_chinese() -> bool:
    """Whether a font here has the characters of Chinese texts, by some that only a font of many has."""
    return can_write("损失训练验证准确率图像学习轮权重")


def written(text: str) -> str:
    """A text of charmlp's for a picture: in the language spoken, if a font here has it, else English."""
    own = translated(text)
    return own if can_write(own) else text


@functools.cache
def dejavu_sans(*, bold: bool = False) -> str:
    """A font of many writing systems that lies in matplotlib, which is not imported for it."""
    spec = importlib.util.find_spec("matplotlib")
    places = spec.submodule_search_locations or [] if spec else []
    return str(Path(*places[:1], "mpl-data", "fonts", "ttf", f"DejaVuSans{'-Bold' if bold else ''}.ttf"))


def has_all(font: ImageFont.FreeTypeFont, text: str) -> bool:
    """Whether no character of a text is drawn as one that no font has."""
    return not missing(font, text)


def missing(font: ImageFont.FreeTypeFont, text: str) -> int:
    """How many characters of a text the font has not."""
    return sum(not is_there(font, character) for character in set(text))


@functools.lru_cache(maxsize=4096)
def is_there(font: ImageFont.FreeTypeFont, character: str) -> bool:
    return pixels(font, character) != pixels(font, UNASSIGNED)


def pixels(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    return bytes(font.getmask(character))
