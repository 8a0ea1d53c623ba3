"""A picture drawn by Pillow alone: what is where on it."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp import canvas as module
from charmlp.canvas import BLACK, BLUE, INCH, TEXT, Canvas, Panel, dejavu_sans, font, has_all, ticks
from charmlp.errors import CharmlpError


def painted(canvas: Canvas) -> np.ndarray:
    """Where it is not white: the first and last row and column."""
    places = np.argwhere((np.asarray(canvas.picture) != 255).any(axis=2))
    return np.concatenate([places.min(axis=0), places.max(axis=0)])


def test_a_line_goes_from_point_to_point() -> None:
    canvas = Canvas(100, 60)
    canvas.line([(20, 30), (80, 30)], BLUE)
    top, left, bottom, right = painted(canvas)
    assert abs(left - 20) <= 2 and abs(right - 80) <= 2 and 28 <= top <= bottom <= 32
    assert canvas.picture.getpixel((50, 30)) == (0x1F, 0x77, 0xB4)


def test_text_lies_across_or_upward() -> None:
    across, upward = Canvas(200, 200), Canvas(200, 200)
    across.text("epoch", 100, 100)
    upward.text("epoch", 100, 100, upward=True)
    for canvas, is_wide in ((across, True), (upward, False)):
        top, left, bottom, right = painted(canvas)
        assert bool(right - left > bottom - top) is is_wide
        assert abs((left + right) / 2 - 100) < 3 and abs((top + bottom) / 2 - 100) < 6
        assert canvas.texts == ["epoch"]


def test_a_panel_puts_numbers_in_their_places() -> None:
    panel = Panel(Canvas(INCH, INCH), (10, 20, 110, 120), x=(0, 10), y=(-1, 1))
    assert (
        panel.place(0, -1) == (10, 120) and panel.place(10, 1) == (110, 20) and panel.place(5, 0) == (60, 70)
    )


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0.99, 1.01), (-1e-9, 1e-9), (0, 3e8), (1, 250)])
def test_ticks_are_a_few_round_numbers(low: float, high: float) -> None:
    found = list(ticks(low, high))
    assert 2 <= len(found) <= 9 and all(low <= number <= high for number in found)


def test_a_character_is_drawn_by_a_font_that_has_it() -> None:
    usual = font(dejavu_sans(), TEXT)
    assert usual is not None and has_all(usual, "Aßαж→∂") and not has_all(usual, "A\u0378")
    canvas = Canvas(100, 100)
    canvas.text("\u0378 中文", 50, 50)  # perhaps as boxes
    assert painted(canvas) is not None


def test_without_its_font_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "dejavu_sans", lambda: "nowhere.ttf")
    with pytest.raises(CharmlpError, match="matplotlib"):
        Canvas(10, 10).text("A", 5, 5)


def test_it_is_saved_whole_and_names_its_file(tmp_path: Path) -> None:
    canvas = Canvas(100, 50)
    canvas.text("A", 50, 25, colour=BLACK)
    path = tmp_path / "new" / "a.png"
    assert canvas.save(path) == path
    with Image.open(path) as picture:
        assert picture.size == (100, 50) and picture.format == "PNG"
    assert [file.name for file in path.parent.iterdir()] == ["a.png"]
    with pytest.raises(CharmlpError, match="a folder"):
        canvas.save(tmp_path)


def test_the_pictures_of_a_training_import_no_matplotlib() -> None:
    code = (
        "import sys; from charmlp.evaluation import pictures; from charmlp.training.state import Epoch; "
        "pictures.loss_curve([Epoch(1, 1.0, 0.1, 0.0, None)]); sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_examples_of_the_code() -> None:
    assert doctest.testmod(module).attempted and doctest.testmod(module).failed == 0
