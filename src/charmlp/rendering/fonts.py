"""The fonts that letters are rendered from: where they are found, and which of them can be used.

Three places: the PyPI packages that charmlp depends on (one family each, see docs/fonts.md, and the few
families inside matplotlib), the machine, and a folder of the user's. What is found there is dropped again
when it cannot draw the wanted characters. Four measurements decide, for each face:

    drawn      it has none of the characters: a blank glyph, or the glyph that the font draws for
               characters that it does not have
    honest     codes that no font can have get one and the same sign (fonts of last resort draw more)
    distinct   too many different characters get one and the same picture (placeholders)
    readable   for too many glyphs, the most similar glyph of all other families is another character
               (dingbats, symbols, barcodes)

The order is always the same: family, then style.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFont

from charmlp.errors import DataError
from charmlp.text import printable

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")

# The entry point group by which the font packages make themselves known; each loads as a module
# whose files lie beside it.
_PACKAGE_GROUP = "fontpkg.family"

# A noncharacter: whatever a font draws for it is its "I do not have that". A font that draws something else
# for a code that is not assigned draws placeholders for everything (a font of last resort).
_MISSING, _UNASSIGNED = "\U0010ffff", "\u0378"

# Limits of the measurements. Of A to z a text face reads 0.9, the wildest legible script 0.5, a font with
# letters in one half and symbols in the other 0.4, a symbol font 0.04; a sans serif's I and l may be one
# picture, all of a last resort's are.
_SHARED_PICTURES = 0.25
_READABLE = 0.5
_FAMILIES_FOR_A_VOTE = 6
_VOTE_SIZE = 16


@dataclass(frozen=True, order=True)
class Font:
    """One face: a style of a family.

    family    the family's name, as the file gives it
    style     the style's name, as the file gives it (Bold Italic)
    path      the file
    index     the face inside a collection (.ttc); 0 otherwise
    instance  the named instance of a variable font; empty for an ordinary font
    source    'package', 'machine' or 'folder'
    """

    family: str
    style: str
    path: str
    index: int = 0
    instance: str = ""
    source: str = "folder"

    def __str__(self) -> str:
        return f"{self.family} {self.style}"

    def open(self, size: int) -> ImageFont.FreeTypeFont:
        """The face at `size` pixels to the em. Raises OSError when the file is not a font."""
        face = ImageFont.truetype(self.path, size, index=self.index, layout_engine=ImageFont.Layout.BASIC)
        if self.instance:
            face.set_variation_by_name(self.instance)
        return face


class Glyph(NamedTuple):
    """The tight picture of a text, 255 inside the strokes, and the height of its top over the baseline."""

    picture: NDArray[np.uint8]
    top: int

    def same_as(self, other: Glyph) -> bool:
        return self.top == other.top and np.array_equal(self.picture, other.picture)


def draw(font: Font, texts: Sequence[str], size: int) -> dict[str, Glyph]:
    """The glyph of each text (a character or more) at `size` pixels to the em.

    A text with a character that the font lacks, or draws blank, is not in the answer; nothing is for a font
    that only draws placeholders.
    """
    try:
        face = font.open(size)
        missing, unassigned = _tight(face, _MISSING), _tight(face, _UNASSIGNED)
        glyphs = {text: _tight(face, text) for text in {*texts, *"".join(texts)}}
    except (OSError, ValueError, SyntaxError):  # what Pillow and FreeType say about broken files
        return {}
    if missing is not None and unassigned is not None and not missing.same_as(unassigned):
        return {}
    there = {
        text: glyph
        for text, glyph in glyphs.items()
        if glyph is not None and (missing is None or not glyph.same_as(missing))
    }
    return {text: there[text] for text in texts if all(part in there for part in (text, *text))}


def find_fonts(
    folder: str | Path | None = None, machine: bool = False, texts: Sequence[str] = LETTERS
) -> list[Font]:
    """The usable faces of the font packages, with `machine` also the machine's, and those under `folder`.

    `texts` are what the fonts are wanted for, by default A to Z and a to z. Raises DataError when the
    folder is not there or holds no usable font.
    """
    found = {_key(font): font for font in reversed(package_fonts() + (machine_fonts() if machine else []))}
    fonts = usable_fonts(sorted(found.values()), texts)
    if folder is None:
        return fonts
    own = usable_fonts(folder_fonts(folder), texts, witnesses=fonts)
    if not own:
        raise DataError(
            f"{printable(folder)}: no font here can draw the classes; "
            f"expected files ending in {', '.join(FONT_SUFFIXES)}"
        )
    merged = {_key(font): font for font in fonts} | {_key(font): font for font in own}
    return sorted(merged.values())


def split_families(fonts: Sequence[Font], seed: int = 2021, held_out: float = 0.1) -> dict[str, list[Font]]:
    """Training, validation and test fonts: {'train': …, 'val': …, 'test': …}, no family in two of them.

    Each of the last two gets the share `held_out` of the families, at least one, chosen by a hash of the
    seed and the family's name: adding a font does not shuffle the others. Raises DataError with fewer
    than three families.
    """
    families = sorted(
        {font.family for font in fonts},
        key=lambda family: hashlib.sha256(f"{seed} {family}".encode()).digest(),
    )
    if len(families) < 3:
        raise DataError(
            f"only {len(families)} font families: training, validation and test need one each; "
            "give more fonts"
        )
    share = max(1, round(held_out * len(families)))
    place = dict.fromkeys(families, "train")
    place |= dict.fromkeys(families[:share], "val") | dict.fromkeys(families[share : 2 * share], "test")
    split: dict[str, list[Font]] = {"train": [], "val": [], "test": []}
    for font in fonts:
        split[place[font.family]].append(font)
    return split


def package_fonts() -> list[Font]:
    """Every face of the installed font packages, usable or not."""
    folders = [
        Path(location) / "files"
        for point in entry_points(group=_PACKAGE_GROUP)
        for location in _locations(point.module)
    ]
    folders += [Path(location) / "mpl-data" / "fonts" / "ttf" for location in _locations("matplotlib")]
    return _faces_of(_files_under(folders), "package")


def machine_fonts() -> list[Font]:
    """Every face that the operating system has installed, usable or not."""
    from matplotlib import font_manager  # slow to import, and seldom needed

    return _faces_of(sorted(Path(path) for path in font_manager.findSystemFonts()), "machine")


def folder_fonts(folder: str | Path) -> list[Font]:
    """Every face in a folder and the folders below it, usable or not."""
    if not Path(folder).is_dir():
        raise DataError(f"{printable(folder)}: no such folder of fonts")
    return _faces_of(_files_under([Path(folder)]), "folder")


def usable_fonts(
    fonts: Sequence[Font], texts: Sequence[str] = LETTERS, witnesses: Sequence[Font] = ()
) -> list[Font]:
    """Those that draw at least one of the texts, distinctly and readably.

    Whether a face is readable is put to the vote of the families of `fonts` and `witnesses`, its own left
    out. Fewer than six families cannot vote: then all are.
    """
    everyone = list(dict.fromkeys((*fonts, *witnesses)))
    pictures = {font: _vote_pictures(font, tuple(texts)) for font in everyone}
    able = [font for font in everyone if pictures[font] and _distinct(pictures[font])]
    readable = _readable(able, pictures, texts)
    return [font for font in fonts if font in readable]


def texts_drawn(font: Font, texts: Sequence[str]) -> set[str]:
    """Those of the texts that the font can draw."""
    return set(_vote_pictures(font, tuple(texts)))


@lru_cache(maxsize=4096)  # a run asks more than once, and drawing takes seconds
def _vote_pictures(font: Font, texts: tuple[str, ...]) -> dict[str, NDArray[np.float32]]:
    """Each text's tight picture stretched to a small square, as a vector of mean 0 and length 1."""
    vectors = {}
    for text, glyph in draw(font, texts, 2 * _VOTE_SIZE).items():
        square = Image.fromarray(glyph.picture).resize((_VOTE_SIZE, _VOTE_SIZE), Image.Resampling.BILINEAR)
        vector = np.asarray(square, np.float32).ravel()
        vector -= vector.mean()
        vectors[text] = vector / max(float(np.linalg.norm(vector)), 1.0)
    return vectors


def _distinct(pictures: dict[str, NDArray[np.float32]]) -> bool:
    """Whether few texts share their picture with another one (other than their own other case)."""
    alike = defaultdict(set)
    for text, picture in pictures.items():
        alike[picture.tobytes()].add(text.casefold())
    shared = sum(len(characters) for characters in alike.values() if len(characters) > 1)
    return shared <= max(2, _SHARED_PICTURES * len(pictures))


def _readable(
    fonts: Sequence[Font], pictures: dict[Font, dict[str, NDArray[np.float32]]], texts: Sequence[str]
) -> set[Font]:
    """The fonts that read: a glyph's nearest picture among the other families' is the same text."""
    place = {text: position for position, text in enumerate(texts)}
    family = {name: number for number, name in enumerate(sorted({font.family for font in fonts}))}
    if len(family) < _FAMILIES_FOR_A_VOTE:
        return set(fonts)

    means = np.zeros((len(family), len(texts), _VOTE_SIZE * _VOTE_SIZE), np.float32)
    for font in fonts:
        for text, picture in pictures[font].items():
            means[family[font.family], place[text]] += picture
    length = np.linalg.norm(means, axis=2)
    means /= np.maximum(length, 1e-6)[:, :, None]
    letters = [text.casefold() for text in texts]

    readable = set()
    for name, number in family.items():
        own = [font for font in fonts if font.family == name]
        answers = length > 0
        answers[number] = False
        answered = answers.any(axis=0)
        asked = [(font, text) for font in own for text in pictures[font] if answered[place[text]]]
        read: dict[Font, list[bool]] = {font: [] for font in own}
        if asked:
            rows = np.stack([pictures[font][text] for font, text in asked])
            nearest = np.nonzero(answers)[1][(rows @ means[answers].T).argmax(axis=1)]
            for (font, text), answer in zip(asked, nearest, strict=True):
                read[font].append(letters[answer] == text.casefold())
        # A font that draws what nobody else draws stays.
        readable |= {font for font in own if not read[font] or np.mean(read[font]) >= _READABLE}
    return readable


def _tight(face: ImageFont.FreeTypeFont, text: str) -> Glyph | None:
    """The text's picture without empty rows and columns at its edges; None where there is no ink."""
    mask, (_, offset) = face.getmask2(text, mode="L", anchor="ls")
    if not mask.size[0] or not mask.size[1]:
        return None
    image = Image.new("L", mask.size)
    image.im.paste(mask, (0, 0, *mask.size))  # NumPy would read the mask itself number by number
    picture = np.asarray(image)
    ink = picture > picture.max() // 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return None
    return Glyph(
        picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], top=-int(offset) - int(rows[0])
    )


def _faces_of(paths: Iterable[Path], source: str) -> list[Font]:
    return sorted({font for path in paths for font in _faces(str(path), source)})


def _faces(path: str, source: str) -> tuple[Font, ...]:
    """The faces of one file: each member of a collection, each named instance; none if it is broken."""
    faces: list[Font] = []
    for index in range(256):
        try:
            face = ImageFont.truetype(path, 16, index=index)
            family, style = (printable(name or "unnamed") for name in face.getname())
        except (OSError, ValueError, SyntaxError):
            break  # no such member, or no font at all
        try:
            instances = [name.decode("utf-8", "replace") for name in face.get_variation_names()]
        except (OSError, NotImplementedError):  # an ordinary font, or a FreeType without variations
            faces.append(Font(family, style, path, index, "", source))
        else:
            faces += [Font(family, instance, path, index, instance, source) for instance in instances]
    return tuple(faces)


def _files_under(folders: Iterable[Path]) -> list[Path]:
    files = (file for folder in folders for file in folder.rglob("*"))
    return sorted(file for file in files if file.suffix.lower() in FONT_SUFFIXES and file.is_file())


def _locations(module: str) -> list[str]:
    """The folders of an installed package, which is not imported for this."""
    spec = importlib.util.find_spec(module)
    return list(spec.submodule_search_locations or []) if spec else []


def _key(font: Font) -> tuple[str, str]:
    return font.family, font.style
