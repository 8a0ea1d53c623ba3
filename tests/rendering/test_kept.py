"""Fonts chosen, glyphs drawn and letters painted are kept, and made anew where a font changed."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from charmlp.rendering import glyphs, render, renderer
from charmlp.rendering.fonts import Font, find_fonts, finding, judging

CLASSES = ("A", "B", "C")


@pytest.fixture
def fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Font]:
    """A folder with one font, the only one there is."""
    (found,) = [font for font in finding.package_fonts() if str(font) == "DejaVu Sans Book"]
    shutil.copy(found.path, tmp_path / "own.ttf")
    monkeypatch.setattr(finding, "package_files", lambda texts=(): [tmp_path / "own.ttf"])
    monkeypatch.setattr(finding, "machine_files", list)
    return [dataclasses.replace(found, path=str(tmp_path / "own.ttf"))]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """How often fonts are drawn, for votes and as glyphs, and letters painted."""
    counts = dict.fromkeys(("votes", "glyphs", "letters"), 0)

    def count(module: object, name: str, what: str) -> None:
        original = getattr(module, name)

        def counting(*arguments: object) -> object:
            counts[what] += 1
            return original(*arguments)

        monkeypatch.setattr(module, name, counting)

    count(judging, "draw_glyphs", "votes")
    count(glyphs, "draw_glyphs", "glyphs")
    count(renderer, "draw_letters", "letters")
    yield counts
    forget()


def forget() -> None:
    """As a new process."""
    judging.stretched.cache_clear()
    judging._TEXTS_DRAWN.clear()
    glyphs.glyph_table.cache_clear()
    glyphs._DRAWN.clear()


def drawn(seed: int, cache: bool = True) -> np.ndarray:
    forget()
    return render(20, classes=CLASSES, norm_size=(8, 8), seed=seed, cache=cache).images


@pytest.mark.usefixtures("fonts")
def test_a_second_run_draws_nothing(counted: dict[str, int]) -> None:
    first = drawn(1)
    assert counted == {"votes": 1, "glyphs": 1, "letters": 1}
    assert np.array_equal(drawn(1), first)
    assert counted == {"votes": 1, "glyphs": 1, "letters": 1}
    other = drawn(2)
    assert counted == {"votes": 1, "glyphs": 1, "letters": 2}
    assert np.array_equal(drawn(2, cache=False), other) and not np.array_equal(first, other)
    assert counted == {"votes": 2, "glyphs": 2, "letters": 3}


def test_a_font_that_changed_is_drawn_anew(fonts: list[Font], counted: dict[str, int]) -> None:
    drawn(1)
    os.utime(fonts[0].path, (1, 1))
    drawn(1)
    assert counted == {"votes": 2, "glyphs": 2, "letters": 2}


def test_what_is_kept_of_fonts_is_all_that_was_found(fonts: list[Font], counted: dict[str, int]) -> None:
    texts = ("A", "\u0378", "a")
    assert find_fonts(texts=texts) == fonts
    forget()
    assert find_fonts(texts=texts) == fonts
    assert judging.texts_drawn(fonts[0], texts) == {"A", "a"}
    assert counted["votes"] == 1
