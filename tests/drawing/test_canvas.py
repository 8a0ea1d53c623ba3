"""A picture as a list of marks: what is where on it, painted and as SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageColor

from charmlp.drawing.canvas import SUFFIXES, Canvas, broken
from charmlp.drawing.colours import BLACK, BLUE, RED
from charmlp.drawing.fonts import SMALL, text_width
from charmlp.drawing.marks import SHAPES
from charmlp.errors import CharmlpError

SVG = "{http://www.w3.org/2000/svg}"


def painted(canvas: Canvas) -> np.ndarray:
    """Where it is not white: the first and last row and column."""
    places = np.argwhere((np.asarray(canvas.picture) != 255).any(axis=2))
    return np.concatenate([places.min(axis=0), places.max(axis=0)])


def test_a_line_goes_from_point_to_point() -> None:
    canvas = Canvas(100, 60)
    canvas.line([(20, 30), (80, 30)], BLUE)
    top, left, bottom, right = painted(canvas)
    assert abs(left - 20) <= 2 and abs(right - 80) <= 2 and 28 <= top <= bottom <= 32
    assert canvas.picture.getpixel((50, 30)) == ImageColor.getrgb(BLUE)


def test_text_lies_across_or_upward() -> None:
    across, upward = Canvas(200, 200), Canvas(200, 200)
    across.text("epoch", 100, 100)
    upward.text("epoch", 100, 100, upward=True)
    for canvas, is_wide in ((across, True), (upward, False)):
        top, left, bottom, right = painted(canvas)
        assert bool(right - left > bottom - top) is is_wide
        assert abs((left + right) / 2 - 100) < 3 and abs((top + bottom) / 2 - 100) < 6
        assert canvas.texts == ["epoch"]


def test_it_is_saved_whole_and_names_its_file(tmp_path: Path) -> None:
    canvas = Canvas(100, 50)
    canvas.text("A", 50, 25, colour=BLACK)
    path = tmp_path / "new" / "a.png"
    assert canvas.save(path) == path
    with Image.open(path) as picture:
        assert picture.size == (100, 50) and picture.format == "PNG"
    assert [file.name for file in path.parent.iterdir()] == ["a.png"]
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(CharmlpError, match="a folder"):
        canvas.save(tmp_path / "folder.png")


def everything() -> Canvas:
    """One mark of each kind, with names of others."""
    canvas = Canvas(300, 200)
    canvas.title("<b>&</b> 中文 \u202e")
    canvas.line([(20, 60), (80, 90), (90, 60)], BLUE, dots=True)
    canvas.line([(20, 100), (80, 120)], BLUE, dashed=True)
    canvas.area([(100, 60), (150, 60), (125, 90)], RED)
    canvas.box((160, 60, 200, 90), BLUE, BLACK)
    for number, shape in enumerate(SHAPES):
        canvas.dots([(20 + 20 * number, 150)], RED, 5, shape)
    canvas.dots([(200, 150)], BLACK, 6, ring=2)
    canvas.image(np.arange(12, dtype=np.uint8).reshape(3, 4), (220, 60), (40, 30))
    canvas.heat(np.arange(12, dtype=np.uint8).reshape(2, 2, 3) * 20, (120, 100), 12)
    canvas.text("upward", 280, 100, upward=True, halo=2, bold=True)
    canvas.notes(["of what it is"])
    return canvas


def test_the_same_marks_give_the_same_bytes(tmp_path: Path) -> None:
    for suffix in SUFFIXES:
        first, second = (everything().save(tmp_path / f"{n}{suffix}").read_bytes() for n in (1, 2))
        assert first == second and len(first) > 1000


def test_svg_is_sound_and_says_nothing_of_this_machine(tmp_path: Path) -> None:
    text = everything().save(tmp_path / "a.svg").read_text("utf-8")
    root = ET.fromstring(text)  # a name that is not escaped is no XML
    assert [each.text for each in root.iter(f"{SVG}text")] == everything().texts
    assert len(list(root.iter(f"{SVG}image"))) == 1
    assert not any(word in text for word in (str(tmp_path), str(Path.home()), "<b>", "20261", "script"))
    width, height = map(int, root.attrib["viewBox"].split()[2:])
    assert (width, height) == (everything().width, everything().height) == everything().picture.size


def test_every_mark_is_painted_and_written() -> None:
    whole, svg = np.asarray(everything().picture), everything().svg()
    for at in range(len(everything().marks)):
        lacking = everything()
        del lacking.marks[at]
        assert not np.array_equal(np.asarray(lacking.picture), whole), everything().marks[at]
        assert lacking.svg() != svg


@pytest.mark.parametrize("shape", SHAPES)
def test_dots_are_where_they_should_be(shape: str) -> None:
    canvas = Canvas(60, 60)
    canvas.dots([(30, 30)], RED, 6, shape)
    top, left, bottom, right = painted(canvas)
    assert abs((left + right) / 2 - 30) < 1.5 and abs((top + bottom) / 2 - 30) < 2
    assert 5 <= right - left <= 20 and canvas.picture.getpixel((30, 30)) == ImageColor.getrgb(RED)


def test_cells_have_the_same_colours_in_both_forms() -> None:
    canvas = Canvas(40, 40)
    colours = np.array([[(255, 0, 0), (0, 0, 255)], [(0, 0, 255), (1, 2, 3)]], np.uint8)
    canvas.heat(colours, (10, 10), 8)
    for row, column in np.ndindex(2, 2):
        found = canvas.picture.getpixel((14 + 8 * column, 14 + 8 * row))
        assert found == tuple(colours[row, column].tolist())
    assert canvas.svg().count("<path") == 3 + 1  # colours, and the frame
    assert 'd="M18 10h8v8h-8zM10 18h8v8h-8z" fill="#0000ff"' in canvas.svg()


def test_a_ring_is_hollow() -> None:
    canvas = Canvas(60, 60)
    canvas.dots([(30, 30)], BLACK, 10, ring=2)
    assert canvas.picture.getpixel((30, 30)) == (255, 255, 255)
    assert sum(canvas.picture.getpixel((40, 30))) < 300


def test_notes_are_broken_and_the_canvas_grows_by_them() -> None:
    canvas = Canvas(300, 100)
    canvas.notes(["a sentence that is much longer than three hundred pixels of small letters are wide"])
    assert canvas.height >= 148 and len(canvas.texts) >= 2
    assert max(text_width(line, SMALL) for line in canvas.texts) <= 300
    chinese = broken("训练损失是一轮之内的平均值期间权重仍在变化", 120)
    assert len(chinese) > 1 and "".join(chinese) == "训练损失是一轮之内的平均值期间权重仍在变化"


def test_another_form_is_refused(tmp_path: Path) -> None:
    assert everything().save(tmp_path / "A.PNG").is_file()
    for name in ("a.jpg", "a", "a.pdf"):
        with pytest.raises(CharmlpError, match=r"ends in \.png or \.svg"):
            everything().save(tmp_path / name)


def test_a_title_makes_room_for_itself() -> None:
    canvas = Canvas(50, 50)
    canvas.title("a title that is wider than fifty pixels")
    assert canvas.width > text_width(canvas.texts[0], bold=True)


def test_an_enlarged_image_has_squares_unless_it_is_smooth() -> None:
    pixels = np.array([[0, 255]], np.uint8)
    found = []
    for smooth in (False, True):
        canvas = Canvas(40, 20)
        canvas.image(pixels, (0, 0), (40, 20), smooth=smooth)
        found.append(len(set(np.asarray(canvas.picture)[10, :, 0].tolist())))
        assert ("pixelated" in canvas.svg()) is not smooth
    assert found[0] == 2 < found[1]


def test_an_outline_has_its_width() -> None:
    canvas = Canvas(40, 40)
    canvas.box((10, 10, 30, 30), outline=RED, width=3)
    red = (np.asarray(canvas.picture)[20] == ImageColor.getrgb(RED)).all(axis=1)
    assert red.sum() == 6 and 'stroke-width="3"' in canvas.svg()
