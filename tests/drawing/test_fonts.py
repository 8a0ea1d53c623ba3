"""Which font writes a text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from charmlp.drawing import fonts
from charmlp.drawing.canvas import Canvas
from charmlp.drawing.fonts import TEXT, can_write, dejavu_sans, font, font_for, has_all, text_width
from charmlp.errors import CharmlpError


@pytest.fixture
def no_other_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in list(fonts.FALLBACK_FONTS):
        monkeypatch.delitem(fonts.FALLBACK_FONTS, name)
    yield


def painted(text: str) -> np.ndarray:
    canvas = Canvas(100, 60)
    canvas.text(text, 50, 30)
    return np.asarray(canvas.picture)


def test_a_character_is_drawn_by_a_font_that_has_it(
    no_other_fonts: None, chinese_font: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = font(dejavu_sans(), TEXT)
    assert usual is not None and has_all(usual, "Aßαж→∂") and not has_all(usual, "A\u0378")
    boxes = painted("中")
    assert not can_write("中") and font_for("中", TEXT) is usual  # as a box
    monkeypatch.setitem(fonts.FALLBACK_FONTS, str(chinese_font), "Test Chinese")
    assert can_write("中") and not np.array_equal(painted("中"), boxes)
    assert not can_write("文") and font_for("A", TEXT) is usual
    assert font_for("中文", TEXT) is font_for("中", TEXT)  # one box is better than two
    assert fonts.families() == {"Test Chinese": str(chinese_font)}


def test_bold_letters_are_bolder() -> None:
    assert text_width("letters", bold=True) > text_width("letters")


def test_without_its_font_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "dejavu_sans", lambda bold: "nowhere.ttf")
    with pytest.raises(CharmlpError, match="matplotlib"):
        painted("A")
