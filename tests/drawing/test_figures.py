"""Figures of matplotlib: how they look and are saved."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from charmlp.drawing import figures, fonts
from charmlp.drawing.figures import no_ticks, save, sheet, short, write_in_cell
from charmlp.errors import CharmlpError


def test_a_figure_is_saved_whole_and_names_its_file(tmp_path: Path) -> None:
    figure = sheet(2, 1)
    panel = figure.subplots()
    panel.set_title("中文 \u0378")  # a character that no font has
    path = tmp_path / "new" / "a.png"
    assert save(figure, path, dpi=50) == path
    with Image.open(path) as picture:
        assert picture.size == (100, 50)
    assert [file.name for file in path.parent.iterdir()] == ["a.png"]
    with pytest.raises(CharmlpError, match="a folder"):
        save(figure, tmp_path)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [("A", "A", "A"), ("a$b\n", r"a\$b\n", r"a\$b\n"), ("alphabetical!", "alphabetica…", "…phabetical!")],
)
def test_names_are_escaped_and_shortened(name: str, start: str, end: str) -> None:
    assert (short(name), short(name, end=True)) == (start, end)


def test_the_examples_of_the_code() -> None:
    assert doctest.testmod(figures).attempted == 1 and doctest.testmod(figures).failed == 0


def test_other_writing_systems_are_written_where_a_font_has_them(
    tmp_path: Path, chinese_font: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also texts that were laid out long before the figure is saved."""
    from matplotlib import font_manager

    for name in list(fonts.FALLBACK_FONTS):
        monkeypatch.delitem(fonts.FALLBACK_FONTS, name)

    def drawn(name: str) -> bytes:
        figure = sheet(2, 1)
        figure.subplots().set_title("中")
        return save(figure, tmp_path / name, dpi=50).read_bytes()

    boxes = drawn("boxes.png")
    assert drawn("again.png") == boxes
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*font_manager.fontManager.ttflist])
    monkeypatch.setitem(fonts.FALLBACK_FONTS, str(chinese_font), "Test Chinese")
    assert drawn("written.png") != boxes


def test_what_is_written_on_a_dark_cell_is_white() -> None:
    panel = sheet(1, 1).subplots()
    for strength in (0.1, 0.9):
        write_in_cell(panel, 0, 1, "7", strength)
    assert [text.get_color() for text in panel.texts] == ["black", "white"]
    no_ticks(panel)
    assert not len(panel.get_xticks()) and not len(panel.get_yticks())


def test_nothing_of_weight_is_imported_before_a_picture_is_made() -> None:
    code = "import sys, charmlp.drawing.figures; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = "import sys, charmlp.drawing.figures as d; d.sheet(1, 1); sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 1


def test_without_a_home_matplotlib_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    script = (
        "from pathlib import Path; from charmlp.drawing.figures import save, sheet; "
        "save(sheet(1, 1), Path('a.png'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=os.environ | {"MPLCONFIGDIR": str(tmp_path / "file" / "below")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
