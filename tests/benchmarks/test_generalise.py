"""What the accuracy benchmarks keep, and the shifted copies of photographs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))
try:
    import generalise
    import ingredients
    import kept
    import shifted
finally:
    sys.path.remove(str(BENCHMARKS))


def test_a_measurement_is_made_once_for_its_facts(tmp_path: Path) -> None:
    calls: list[int] = []

    def work() -> dict[str, Any]:
        calls.append(1)
        return {"validation": 90.0}

    path = tmp_path / "runs" / "kept.json"
    for facts in ("lr 1", "lr 1", "lr 2"):
        assert kept.Kept(path).once("best", 1, facts, work)["validation"] == 90.0
    assert len(calls) == 2
    assert kept.Kept(path, finished=True).once("best", 1, "lr 3", work) == {}
    assert len(calls) == 2


def test_two_benchmarks_keep_into_one_file(tmp_path: Path) -> None:
    one, other = kept.Kept(tmp_path / "kept.json"), kept.Kept(tmp_path / "kept.json")
    one.once("best", 1, "", lambda: {"all": 1.0})
    other.once("best", 2, "", lambda: {"all": 2.0})
    assert len(kept.Kept(tmp_path / "kept.json").results) == 2


@pytest.fixture
def letter() -> Any:
    image = np.full((96, 96), 200, np.uint8)
    image[:, 40:56] = 20
    return image


def test_shifted_copies_are_the_same_each_time_and_not_the_letters(letter: Any) -> None:
    images = np.stack([letter] * 12)
    copies = shifted.shifted(images, (32, 32))
    np.testing.assert_array_equal(copies, shifted.shifted(images, (32, 32)))
    assert len({copy.tobytes() for copy in copies}) == 12


@pytest.mark.parametrize(("wider", "size"), [(0.25, 120), (-0.25, 72)])
def test_a_crop_is_wider_with_ground_around_or_tighter(letter: Any, wider: float, size: int) -> None:
    crop = np.asarray(shifted.recropped(letter, np.array([wider, wider]), np.array([0.5, 0.5])))
    assert crop.shape == (size, size)
    ink = crop == 20
    assert ink.any(axis=0).sum() == 16  # the stroke is as broad as it was
    assert ink[0].any() == (wider < 0)  # and has ground at its end where the crop is wider


def test_strokes_grow_and_shrink(letter: Any) -> None:
    lighter, darker, same = ingredients.spread(np.stack([letter] * 3), np.array([1.0, -1.0, 0.0], np.float32))
    assert [int((image == 20).all(axis=0).sum()) for image in (lighter, darker, same)] == [14, 18, 16]


def test_the_table_has_a_line_for_what_was_measured() -> None:
    alone = [{"validation": 92.0, "photographs": 94.0, "cpu": 30.0, "parameters": 433_434}]
    mixed = [
        {"validation": figure, "last validation": 93.0, "cpu": 34.0, "parameters": 433_434}
        for figure in (94.0, 93.0)
    ]
    head, _, line = generalise.table({"best": {"alone": alone, "mixed": mixed}}, 0).splitlines()[-3:]
    cells = dict(zip(head.split(" | "), line.split(" | "), strict=True))
    assert line.startswith("| recipe best as it is | 1 | 92.0 | 94.0 |")
    assert cells["worst"] == "93.0" and cells["last epoch"] == "93.0 ± 0.0"
    assert line.endswith("| 34 | 433,434 |")
    assert "former" not in generalise.table({"best": {"alone": alone}}, 1)
