"""`charmlp info`: a model, a data set, this installation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import charmlp
from charmlp.letters.letterset import LetterSet
from charmlp.modelfile import read_model, write_model
from tests.cli.conftest import Result
from tests.data.making import make_image
from tests.modelfile.making import familiarity

Run = Callable[..., Result]


def test_a_model(run: Run, trained: Path) -> None:
    answer = run("info", trained)
    assert answer.status == 0
    warm = f"temperature    {read_model(trained / 'model.safetensors').temperature:.3g} (fitted in validation"
    assert warm in answer.out
    for line in ("layers         1024-32-26", "parameters     33,658", "recipe         slides"):
        assert f"{line}\n" in answer.out


def test_what_a_model_was_trained_on(run: Run, trained: Path, tmp_path: Path) -> None:
    answer = run("info", trained)
    assert "trained on     96 images, lists in character_classification/\n" in answer.out
    assert "unfamiliar     not known" in answer.out and "rendered in the style" not in answer.out
    model = read_model(trained / "model.safetensors")
    facts = {"rendered_letters": 60_000, "rendered_share": 0.75, "rendered_style": "hand"}
    known = replace(model, familiarity=familiarity(), provenance={**model.provenance, **facts})
    write_model(known, tmp_path / "a.safetensors")
    answer = run("info", tmp_path / "a.safetensors")
    assert "               with 60,000 rendered letters, 75% of each batch\n" in answer.out
    assert "               rendered in the style hand\n" in answer.out
    assert "unfamiliar     predict says" in answer.out


@pytest.mark.parametrize("facts", [{}, {"training_images": "many", "source": 7, "rendered_share": "x"}])
def test_control_a_file_that_does_not_say_what_it_was_trained_on(
    run: Run, trained: Path, tmp_path: Path, facts: dict[str, Any]
) -> None:
    model = replace(read_model(trained / "model.safetensors"), provenance=facts)
    write_model(model, tmp_path / "a.safetensors")
    answer = run("info", tmp_path / "a.safetensors")
    assert answer.status == 0 and "trained on" not in answer.out


def test_a_data_set(run: Run, course: Path) -> None:
    answer = run("info", course, "--figure", "letters.png")
    assert answer.status == 0
    assert "96 training, 32 validation, 32 test images in 26 classes" in answer.out
    assert Path("letters.png").is_file()


def test_all_that_is_left_out_is_listed(run: Run, tmp_path: Path) -> None:
    for name in ("A/0.png", "A/1.png", "B/0.png", "B/1.png", "B/deep/2.png", "loose.png"):
        make_image(tmp_path / name)
    for number in range(7):
        (tmp_path / "A" / f"{number}.txt").write_text("words")
    answer = run("info", tmp_path)
    assert answer.status == 0 and "4 training, 1 validation images" in answer.out
    left_out = [line.split()[2] for line in answer.out.splitlines() if line.startswith("left out ")]
    assert left_out == [*(f"A/{number}.txt:" for number in range(7)), "loose.png:"]


def test_this_installation(run: Run) -> None:
    answer = run("info")
    assert answer.status == 0
    assert answer.out.startswith(f"charmlp {charmlp.__version__}, Python ")


def test_a_figure_of_a_model_is_refused(run: Run, trained: Path) -> None:
    assert run("info", trained, "--figure", "a.png").status == 2


def test_nothing_there(run: Run, course: Path) -> None:
    answer = run("info", "nowhere")
    assert answer.status == 1
    assert answer.err.startswith("charmlp: error: nowhere: no such file or folder")


def test_the_figure_shows_the_letters_plain_and_augmented(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from charmlp.evaluation.pictures import letters as module

    sheets: list[dict[str, LetterSet]] = []
    draw = module.contact_sheet

    def remember(rows: Any, about: Any) -> Any:
        sheets.append(dict(rows))
        return draw(rows, about)

    monkeypatch.setattr(module, "contact_sheet", remember)
    assert run("info", course, "--figure", "letters.png").status == 0
    (sheet,) = sheets
    plain, augmented = sheet["train"], sheet["train, augmented as recipe best does"]
    assert (plain.images != augmented.images).any(axis=(1, 2)).all()
    assert np.array_equal(plain.labels, augmented.labels)
    own, next_one = (median_correlation(plain.images, np.roll(augmented.images, by, 0)) for by in (0, 1))
    assert own > 0.4 and own > next_one + 0.1  # changed, but still the same letters


def test_a_sheet_is_png_or_svg(run: Run, course: Path) -> None:
    assert run("info", course, "--figure", "letters.svg").status == 0
    assert "data " in Path("letters.svg").read_text("utf-8")
    answer = run("info", course, "--figure", "letters.jpg")
    assert answer.status == 1 and answer.out == "" and "letters.jpg: a picture's name ends in" in answer.err


def median_correlation(images: Any, others: Any) -> float:
    pairs = zip(images, others, strict=True)
    return float(np.median([abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) for a, b in pairs]))
