"""The picture of a comparison, of ordinary runs and of odd ones. How it looks is for human eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.drawing.colours import CLASSES
from charmlp.evaluation.pictures.compared import LABEL, apart, compared, curve_of, faint, validation
from charmlp.evaluation.runs import compare
from tests.evaluation.making_runs import make_images, make_run

HEAD = "epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_images(Path("data"), {"train": 6, "validation": 9, "test": 12})


def lines(canvas: Any, colour: str) -> list[Any]:
    return [mark for mark in canvas.marks if type(mark).__name__ == "Line" and mark.colour == colour]


def test_every_setting_has_its_name_its_number_and_its_curves(data: Path) -> None:
    for number in range(12):
        make_run(Path(f"run{number:02}"), data, ("ABC", "BAC")[number % 2], lr=1.0 + number)
    names = [f"name {number}" for number in range(12)]
    canvas = compared(compare(sorted(map(str, Path().glob("run*")))), names)
    assert set(names) <= set(canvas.texts) and "12 runs compared" in canvas.texts
    assert all(
        canvas.texts.count(str(number)) >= 4 for number in range(4, 13)
    )  # in the list, at three curves
    assert {"validation accuracy, %", "validation loss", "training loss", "epoch"} <= set(canvas.texts)
    assert "12 test images, lists in data/" in canvas.texts
    assert all(lines(canvas, colour) for colour in CLASSES)
    assert canvas.save(Path("a.png")).stat().st_size > 10_000
    assert canvas.save(Path("a.svg")).read_text("utf-8").startswith("<svg ")


def test_seeds_are_a_mean_with_a_band(data: Path) -> None:
    for seed in (1, 2, 3):
        path = make_run(Path(f"a-{seed}"), data, seed=seed)
        rows = "".join(f"{epoch},1,0.1,1,{0.2 * seed:.1f},0.5,1\n" for epoch in (1, 2, 3))
        (path / "metrics.csv").write_text(HEAD + rows, "utf-8")
    make_run(Path("b"), data, "BAC", lr=1.0)
    found = compare(["a-1", "a-2", "a-3", "b"])
    curve = curve_of(found.settings[0], validation("accuracy", 100))
    assert curve.epochs == [1, 2, 3]
    np.testing.assert_allclose((curve.low, curve.mean, curve.high), [[20] * 3, [40] * 3, [60] * 3])
    canvas = compared(found, ["a", "b"])
    areas = [mark.colour for mark in canvas.marks if type(mark).__name__ == "Area"]
    assert areas == [faint(CLASSES[0])]  # of one figure of one setting; the others are the same for each seed
    assert faint("#0072b2") == "#cce3f0"


@pytest.mark.parametrize(
    "rows", ["", "1,2,0.1,,,,1\n", "1,2,0.1,1,0.5,0.5,1\n", "1,nan,0.1,,,,1\n2,1e9,0.1,inf,0.5,0.5,1\n"]
)
def test_runs_with_few_figures(data: Path, rows: str) -> None:
    for name in "ab":
        path = make_run(Path(name), data, lr=float(ord(name)))
        (path / "metrics.csv").write_text(HEAD + rows, "utf-8")
    canvas = compared(compare("ab"), ["a", "b"])
    assert canvas.save(Path("a.png")).is_file()
    assert any("Without figures of their epochs" in text for text in canvas.texts) == (not rows)


def test_labels_do_not_cover_each_other() -> None:
    moved = apart({1: 50.0, 2: 50.0, 3: 52.0, 4: 200.0}, 0, 300)
    heights = sorted(moved.values())
    assert np.diff(heights).min() > LABEL - 1e-6 and moved[4] == 200
    assert [moved[key] for key in (1, 2, 3)] == pytest.approx([50.67 - LABEL, 50.67, 50.67 + LABEL], abs=0.01)
    low = apart(dict.fromkeys(range(5), 299.0), 0, 300)
    assert max(low.values()) == 300 and np.diff(sorted(low.values())).min() == LABEL
