"""Where fonts are: in the installed font packages, on the machine, in a folder of the user's."""

import dataclasses
import importlib.util
import json
from collections.abc import Iterable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from PIL import ImageFont

from charmlp.errors import DataError
from charmlp.rendering.fonts.font import LETTERS, Font
from charmlp.rendering.fonts.handwriting import drawn_in
from charmlp.rendering.fonts.judging import has_small_letters, keep_texts_drawn, texts_drawn, usable_fonts
from charmlp.rendering.fonts.scripts import modules_with
from charmlp.rendering.stamp import STAMP, facts_of_files
from charmlp.system.keeping import RENDERED
from charmlp.text import printable

FONT_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")

# Families of handwriting that no package on PyPI has, laid out as those packages are (docs/fonts.md).
_OWN_FAMILIES = Path(__file__).parent / "families"

FEWEST_FAMILIES = 3  # for training, validation and test

# The entry point group by which the font packages make themselves known; each loads as a module
# whose files lie beside it.
_PACKAGE_GROUP = "fontpkg.family"


def find_fonts(
    folder: str | Path | None = None,
    machine: bool = False,
    texts: Sequence[str] = LETTERS,
    cache: bool = True,
    writing: str = "print",
    cases_apart: bool = False,
) -> list[Font]:
    """The usable faces of the font packages, with `machine` also the machine's, and those under `folder`.

    `texts` are what the fonts are wanted for, by default A to Z and a to z; `writing`, one of
    `config.STYLES`, is what of the packages and the machine is wanted. Where fewer than three families of
    the packages have all texts, too few to hold some out, the machine's fonts are used in any case. With
    `cache`, what was found is kept for the next run. With `cases_apart`, fonts that have capitals in place of
    their small letters are left out. Raises DataError when the folder is not there or holds no usable font.
    """
    texts = tuple(texts)
    places = (
        [file for file in package_files(texts) if drawn_in(file, writing)],
        [file for file in (machine_files() if machine else []) if drawn_in(file, writing)],
        [] if folder is None else files_in(folder),
    )

    def choose() -> bytes:
        fonts = choose_fonts(*places, None if folder is None else Path(folder), texts)
        if cases_apart:
            fonts = [font for font in fonts if has_small_letters(font, texts)]
        return json.dumps(
            [(dataclasses.astuple(font), sorted(texts_drawn(font, texts))) for font in fonts]
        ).encode()

    facts = STAMP, texts, cases_apart, folder, [facts_of_files(each) for each in places]
    chosen: list[Any] = json.loads(RENDERED.kept_or_made("fonts", facts, choose, cache))
    fonts = [keep_texts_drawn(Font(*font), texts, drawn) for font, drawn in chosen]
    if not machine and len(families_with_all(fonts, texts)) < FEWEST_FAMILIES:
        return find_fonts(folder, True, texts, cache, writing, cases_apart)
    return fonts


def families_with_all(fonts: Sequence[Font], texts: tuple[str, ...]) -> set[str]:
    """The families that draw every text, one face or the other."""
    drawn: dict[str, set[str]] = {}
    for font in fonts:
        drawn.setdefault(font.family, set()).update(texts_drawn(font, texts))
    return {family for family, own in drawn.items() if own.issuperset(texts)}


def choose_fonts(
    packages: Sequence[Path],
    machine: Sequence[Path],
    own_files: Sequence[Path],
    folder: Path | None,
    texts: Sequence[str],
) -> list[Font]:
    """The usable faces of these files, `own_files` being those in `folder`."""
    found = faces_of(packages, "package") + faces_of(machine, "machine")
    fonts = usable_fonts(_each_once(reversed(found)), texts)
    if folder is None:
        return fonts
    own = usable_fonts(faces_of(own_files, "folder"), texts, witnesses=fonts)
    if not own:
        raise DataError(
            f"{printable(folder)}: no font here can draw the classes; "
            f"expected files ending in {', '.join(FONT_SUFFIXES)}"
        )
    return _each_once(fonts + own)


def package_fonts() -> list[Font]:
    """Every face of the installed font packages, usable or not."""
    return faces_of(package_files(), "package")


def package_files(texts: Iterable[str] = ()) -> list[Path]:
    """The files of the installed font packages, of the families that come with charmlp, and of the packages
    that are there for some of the texts alone."""
    packages = [point.module for point in entry_points(group=_PACKAGE_GROUP)]
    folders = [place / "files" for module in packages for place in _locations(module)]
    folders += [place for module in modules_with(texts) for place in _locations(module)]
    folders += [place / "mpl-data" / "fonts" / "ttf" for place in _locations("matplotlib")]
    return sorted({*_files_under([*folders, _OWN_FAMILIES])})


def machine_files() -> list[Path]:
    """The font files that the operating system has installed."""
    from matplotlib import font_manager  # slow to import, and seldom needed

    return sorted(Path(path) for path in font_manager.findSystemFonts())


def files_in(folder: str | Path) -> list[Path]:
    """The font files in a folder and the folders below it."""
    if not Path(folder).is_dir():
        raise DataError(f"{printable(folder)}: no such folder of fonts")
    return _files_under([Path(folder)])


def _each_once(fonts: Iterable[Font]) -> list[Font]:
    """One font, the last, of each family and style."""
    return sorted({(font.family, font.style): font for font in fonts}.values())


def faces_of(paths: Iterable[Path], source: str) -> list[Font]:
    """Every face in these files, usable or not."""
    return sorted({font for path in paths for font in _faces(str(path), source)})


def _faces(path: str, source: str) -> list[Font]:
    """The faces of one file: each member of a collection, each named instance; none if it is broken.

    The members of a collection share most of their glyphs: they are styles of one family, the first one's.
    """
    faces: list[Font] = []
    family = ""
    for index in range(256):
        try:
            face = ImageFont.truetype(path, 16, index=index)
            name, style = (printable(name or "unnamed") for name in face.getname())
        except (OSError, ValueError, SyntaxError):
            break  # no such member, or no font at all
        family = family or name
        member = f"{name} " if name != family else ""
        try:
            instances = [name.decode("utf-8", "replace") for name in face.get_variation_names()]
        except (OSError, NotImplementedError):  # an ordinary font, or a FreeType without variations
            faces.append(Font(family, member + style, path, index, "", source))
        else:
            faces += [
                Font(family, member + instance, path, index, instance, source) for instance in instances
            ]
    return faces


def _files_under(folders: Iterable[Path]) -> list[Path]:
    files = (file for folder in folders for file in folder.rglob("*"))
    return sorted(file for file in files if file.suffix.lower() in FONT_SUFFIXES and file.is_file())


def _locations(module: str) -> list[Path]:
    """The folders of an installed package, which is not imported for this."""
    spec = importlib.util.find_spec(module)
    return [Path(place) for place in spec.submodule_search_locations or []] if spec else []
