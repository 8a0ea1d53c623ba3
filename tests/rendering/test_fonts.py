"""Fonts: found in every place, judged by what they draw, split by family."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib.metadata import distribution, entry_points
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTCollection, TTFont
from scipy.ndimage import label

from charmlp.errors import DataError
from charmlp.rendering.fonts import (
    LETTERS,
    Font,
    draw_glyphs,
    find_fonts,
    finding,
    is_handwriting,
    package_fonts,
    package_for,
)
from charmlp.rendering.fonts.finding import faces_of, files_in
from charmlp.rendering.fonts.handwriting import drawn_in
from charmlp.rendering.fonts.judging import usable_fonts

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ROOT / "src/charmlp/rendering/fonts/families"
ON_SIGNS = {"Caveat", "Dancing Script", "Kalam", "Pacifico", "Permanent Marker", "Satisfy", "Yellowtail"}
FREE_LICENCES = {"OFL-1.1", "Apache-2.0"}


@pytest.fixture(scope="module")
def fonts() -> list[Font]:
    return find_fonts()


@pytest.fixture(scope="module")
def dejavu() -> Path:
    return Path(next(font.path for font in package_fonts() if str(font) == "DejaVu Sans Book"))


@pytest.fixture
def altered(dejavu: Path, tmp_path: Path) -> Callable[[str, Callable[[dict[int, str]], None]], Path]:
    """Writes DejaVu Sans with another name and other glyphs for its characters."""

    def write(name: str, change: Callable[[dict[int, str]], None]) -> Path:
        font = TTFont(dejavu)
        for table in font["cmap"].tables:
            change(table.cmap)
        for record in font["name"].names:
            if record.nameID in (1, 16):
                record.string = name
        font.save(tmp_path / f"{name}.ttf")
        return tmp_path / f"{name}.ttf"

    return write


def codes(text: str) -> list[int]:
    return [ord(character) for character in text]


# What there is without any font on the machine


def test_the_packages_hold_enough_faces_and_families(fonts: list[Font]) -> None:
    full = [font for font in fonts if len(draw_glyphs(font, LETTERS, 24)) == 52]
    own = [font for font in full if "matplotlib" not in font.path]
    assert len(own) >= 60 and len({font.family for font in own}) >= 20
    assert {font.source for font in fonts} == {"package"}


def test_the_order_is_family_then_style_and_nothing_is_twice(fonts: list[Font]) -> None:
    names = [(font.family, font.style) for font in fonts]
    assert names == sorted(names) and len(set(names)) == len(names)
    assert find_fonts() == fonts


def test_symbol_fonts_and_the_last_resort_are_dropped(fonts: list[Font]) -> None:
    dropped = {font for font in package_fonts() if drawn_in(font.path, "print")} - set(fonts)
    names = {str(font) for font in dropped}
    assert any(name.startswith("Last Resort") for name in names)
    assert {"cmsy10 Regular", "cmex10 Regular", "STIXSizeOneSym Regular"} <= names
    assert all(font.family.startswith(("STIX", "cm", "DejaVu", "Last Resort")) for font in dropped)


def test_both_forms_of_a_and_g_are_there(fonts: list[Font]) -> None:
    """A g with two bowls encloses two holes; an a of one storey has a hole about as high as itself."""
    holes_of_g, hole_of_a = [], []
    for font in fonts:
        _, holes = label(np.pad(draw_glyphs(font, "g", 96)["g"].picture < 128, 1, constant_values=True))
        holes_of_g.append(holes - 1)
        picture = draw_glyphs(font, "a", 96)["a"].picture
        parts, _ = label(np.pad(picture < 128, 1, constant_values=True))
        rows = np.flatnonzero((parts > 1).any(axis=1))
        hole_of_a.append(len(rows) / len(picture))
    assert Counter(holes_of_g)[1] > 20 and Counter(holes_of_g)[2] > 20
    assert sum(height > 0.6 for height in hole_of_a) > 20 and sum(height < 0.5 for height in hole_of_a) > 20


def test_every_package_is_free_and_says_so() -> None:
    packages = {point.dist.name for point in entry_points(group="fontpkg.family") if point.dist}
    assert packages
    for package in packages:
        metadata = distribution(package).metadata
        assert metadata["License-Expression"] in FREE_LICENCES, package
        assert any("LICENSE" in str(file) for file in distribution(package).files or ()), package


def test_the_page_lists_what_is_required_and_its_licence() -> None:
    rows = re.findall(
        r"^\| `(fontpkg-[a-z0-9-]+)` \| [^|]+ \| [^|]+ \| ([^| ]+) \|$",
        (ROOT / "docs/fonts.md").read_text("utf-8"),
        re.M,
    )
    required = re.findall(r'"(fontpkg-[a-z0-9-]+)', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert [package for package, _ in rows] == sorted(required)
    for package, licence in rows:
        assert distribution(package).metadata["License-Expression"] == licence


# Handwriting


def test_the_styles_of_writing_share_the_hands_that_signs_are_written_in(fonts: list[Font]) -> None:
    hand = set(find_fonts(writing="hand"))
    assert hand == {font for font in package_fonts() if is_handwriting(font.path)}
    assert {font.family for font in hand.intersection(fonts)} == ON_SIGNS
    assert len({font.family for font in hand}) >= 30
    assert all(drawn_in(font.path, "all") for font in {*fonts, *hand})


def test_every_family_of_handwriting_has_letters_of_both_cases() -> None:
    """No face draws a small letter as its capital, as a font of small capitals does."""
    for font in find_fonts(writing="hand"):
        glyphs = draw_glyphs(font, LETTERS, 48)
        assert len(glyphs) == 52, font
        if font.family == "Permanent Marker":  # which is of the style `print` as well, where case is one
            continue
        heights = {text: len(glyphs[text].picture) for text in "AaEeMmNnRr"}
        assert sum(heights[text.upper()] > 1.15 * heights[text] for text in "aemnr") >= 2, font


def test_fonts_of_the_machine_and_of_a_folder(altered: Callable[..., Path], tmp_path: Path) -> None:
    """They are print; those of a folder are drawn in every style, since they were asked for."""
    path = altered("Mine", lambda glyphs: None)
    assert not is_handwriting(path)
    assert "Mine" in {font.family for font in find_fonts(tmp_path, writing="hand")}


def test_a_family_that_comes_with_charmlp_has_what_a_package_has() -> None:
    for folder in FAMILIES.iterdir():
        facts = json.loads((folder / "metadata.json").read_text("utf-8"))
        assert facts["license"] in FREE_LICENCES and facts["copyright"] and facts["source"], folder
        assert len((folder / "LICENSE").read_text("utf-8")) > 3000, folder
        (file,) = (folder / "files").iterdir()
        assert is_handwriting(file) and {face.family.strip() for face in faces_of([file], "package")} == {
            facts["family"]
        }


def test_the_page_lists_the_families_that_come_with_charmlp() -> None:
    for page in ("docs/fonts.md", "docs/fonts.zh-CN.md"):
        rows = re.findall(
            r"^\| `([a-z-]+)` \| ([^|]+) \| [^|]+ \| ([^| ]+) \| (@[^|]+) \|$",
            (ROOT / page).read_text("utf-8"),
            re.M,
        )
        facts = {
            folder.name: json.loads((folder / "metadata.json").read_text("utf-8"))
            for folder in sorted(FAMILIES.iterdir())
        }
        assert rows == [
            (name, fact["family"], fact["license"], fact["source"]) for name, fact in facts.items()
        ]


# Drawing


def test_a_glyph_is_tight_and_stands_on_its_baseline(dejavu: Path) -> None:
    glyphs = draw_glyphs(Font("DejaVu Sans", "Book", str(dejavu)), "xgl", 96)
    for glyph in glyphs.values():
        ink = glyph.picture > 127
        assert ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any()
    below = {text: glyph.picture.shape[0] - glyph.top for text, glyph in glyphs.items()}
    assert abs(below["x"]) <= 1 and abs(below["l"]) <= 1 and below["g"] > 15
    assert glyphs["l"].top > glyphs["x"].top


def test_a_named_instance_of_a_variable_font_is_a_face_of_its_own(fonts: list[Font]) -> None:
    faces = {font.style: font for font in fonts if font.family == "Oswald"}
    assert len({font.path for font in faces.values()}) == 1
    light, bold = (draw_glyphs(faces[style], "l", 96)["l"].picture.shape[1] for style in ("Light", "Bold"))
    assert bold > 1.5 * light


@pytest.mark.parametrize("texts", [["7", "42"], ["α", "Ω"], ["Ж"]])
def test_other_characters_and_words_are_drawn(texts: list[str]) -> None:
    found = find_fonts(texts=texts)
    assert found
    assert any(set(draw_glyphs(font, texts, 32)) == set(texts) for font in found)


def test_what_a_font_lacks_is_not_drawn(dejavu: Path) -> None:
    font = Font("DejaVu Sans", "Book", str(dejavu))
    assert list(draw_glyphs(font, ["A", "中", "A中", " ", "\u200b", "AB"], 32)) == ["A", "AB"]


def test_fonts_without_small_letters_are_left_out_where_cases_are_apart(fonts: list[Font]) -> None:
    apart = find_fonts(cases_apart=True)
    assert {font.family for font in fonts} - {font.family for font in apart} == {
        *("Bebas Neue", "Bungee", "Cinzel", "Luckiest Guy", "Permanent Marker")
    }
    assert set(apart) < set(fonts)


# Folders and the machine


def test_a_folder_adds_to_the_packages(altered: Callable[..., Path], fonts: list[Font]) -> None:
    path = altered("Mine", lambda glyphs: None)
    found = find_fonts(path.parent)
    assert [font for font in found if font not in fonts] == [Font("Mine", "Book", str(path))]
    assert set(fonts) < set(found)


def test_unreadable_files_in_a_folder_are_passed_over(altered: Callable[..., Path], dejavu: Path) -> None:
    folder = altered("Mine", lambda glyphs: None).parent
    (folder / "empty.ttf").write_bytes(b"")
    (folder / "text.otf").write_text("no font")
    (folder / "half.ttf").write_bytes(dejavu.read_bytes()[:9000])
    (folder / "zeros.ttc").write_bytes(bytes(1000))
    (folder / "notes.txt").write_text("no font either")
    (folder / "deeper.ttf").mkdir()
    assert [font.family for font in usable_fonts(faces_of(files_in(folder), "folder"))] == ["Mine"]


def test_a_collection_gives_each_of_its_faces_as_one_family(altered: Callable[..., Path]) -> None:
    paths = [altered(name, lambda glyphs: None) for name in ("One", "Two")]
    collection = TTCollection()
    collection.fonts = [TTFont(path) for path in paths]
    collection.save(paths[0].parent / "both.ttc")
    for path in paths:
        path.unlink()
    assert [(font.family, font.index) for font in faces_of(files_in(paths[0].parent), "folder")] == [
        ("One", 0),
        ("One", 1),
    ]


def test_the_machines_fonts_are_used_where_the_packages_have_too_few(
    altered: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chinese, say: not so where three families have all that is wanted."""
    path = altered("Machine", lambda glyphs: glyphs.update({ord("中"): glyphs[ord("H")]}))
    monkeypatch.setattr(finding, "machine_files", lambda: [path])
    assert [font.family for font in find_fonts(texts=["中"], cache=False)] == ["Machine"]
    assert "Machine" not in {font.family for font in find_fonts(texts=["7"], cache=False)}


def test_a_package_for_a_script_is_looked_into_when_it_is_wanted(
    altered: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "pylopdf_fonts_zh_cn"
    package.mkdir()
    (package / "__init__.py").touch()
    altered("Han", lambda glyphs: None).rename(package / "Han.ttf")
    monkeypatch.syspath_prepend(tmp_path)
    assert package / "Han.ttf" in finding.package_files(["A", "中"])
    assert package / "Han.ttf" not in finding.package_files(["A"])
    assert f'chinese = ["{package_for("中")}' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere: no such folder"):
        find_fonts(tmp_path / "nowhere")


def test_a_folder_without_a_usable_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"broken")
    with pytest.raises(DataError, match=r"no font here .* \.ttf"):
        find_fonts(tmp_path)


def test_the_machines_fonts_are_asked_for_by_name(
    altered: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from matplotlib import font_manager

    path = altered("Machine", lambda glyphs: None)
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(path), "/not/there.ttf"])
    assert "Machine" in {font.family for font in find_fonts(machine=True)}
    assert "Machine" not in {font.family for font in find_fonts()}


# Which can be used: the negative controls of the three measurements


def judged(path: Path) -> bool:
    return bool(usable_fonts(faces_of(files_in(path.parent), "folder"), LETTERS, witnesses=package_fonts()))


def test_an_unaltered_font_is_usable(altered: Callable[..., Path]) -> None:
    assert judged(altered("Plain", lambda glyphs: None))


def test_a_font_of_other_pictures_is_not_readable(altered: Callable[..., Path]) -> None:
    def shift_letters(glyphs: dict[int, str]) -> None:
        moved = {code: glyphs[ord(LETTERS[(LETTERS.index(chr(code)) + 5) % 52])] for code in codes(LETTERS)}
        glyphs.update(moved)

    assert not judged(altered("Dingbats", shift_letters))


def test_a_font_of_equal_pictures_is_not_distinct(altered: Callable[..., Path]) -> None:
    assert not judged(
        altered("Boxes", lambda glyphs: glyphs.update(dict.fromkeys(codes(LETTERS), glyphs[ord("H")])))
    )


def test_a_font_of_blanks_draws_nothing(altered: Callable[..., Path]) -> None:
    assert not judged(
        altered("Blanks", lambda glyphs: glyphs.update(dict.fromkeys(codes(LETTERS), glyphs[32])))
    )


def test_a_font_with_missing_letters_is_used_for_the_others(altered: Callable[..., Path]) -> None:
    def capitals_only(glyphs: dict[int, str]) -> None:
        for code in codes(LETTERS[26:]):
            glyphs.pop(code, None)

    path = altered("Capitals", capitals_only)
    assert judged(path)
    assert "".join(draw_glyphs(faces_of(files_in(path.parent), "folder")[0], LETTERS, 24)) == LETTERS[:26]


def test_without_enough_families_there_is_no_vote(altered: Callable[..., Path]) -> None:
    path = altered("Alone", lambda glyphs: None)
    assert len(usable_fonts(faces_of(files_in(path.parent), "folder"))) == 1


def test_finding_package_fonts_imports_no_plotting() -> None:
    code = (
        "import sys; from charmlp.rendering.fonts import package_fonts; package_fonts(); "
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
