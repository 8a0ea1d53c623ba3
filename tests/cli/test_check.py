"""`charmlp check`: all that is wrong with a data set in one go, by name; and nothing where nothing is."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charmlp.evaluation import outofsample
from tests.cli.conftest import FACES, Result, draw_letter
from tests.data.making import make_list

Run = Callable[..., Result]


def letters(folder: Path, count: int = 12, names: str = "ABE") -> Path:
    """A folder for each class, letters in six faces and several sizes, none of them like another."""
    for name in names:
        for number in range(count):
            size, light = 24 + 2 * (number // 6), bool(number % 2)
            draw_letter(folder / name / f"{number:02}.png", name, FACES[number % 6], size, light)
    return folder


def found(run: Run, *arguments: str | Path) -> tuple[int, dict[str, Any]]:
    answer = run("check", *arguments, "--format", "json")
    return answer.status, json.loads(answer.out)


@pytest.fixture(autouse=True)
def few_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outofsample, "UPDATES", 120)


def test_good_data_train_and_say_so(run: Run, course: Path) -> None:
    answer = run("check", course, "--suspects", "off")
    assert answer.status == 0
    first, *others = answer.out.splitlines()
    assert first.startswith("Training would work: 96 training, 32 validation, 32 test images in 26 classes")
    assert "What makes it fail:" not in others
    assert any(line.split() == ["A", "12", "4", "4"] for line in others)
    assert "images of 40×44 pixels" in answer.out


def test_the_json_has_what_programs_rely_on(run: Run, course: Path) -> None:
    status, facts = found(run, course, "--suspects", "off")
    assert status == 0 and facts["trains"] is True and facts["n"] == 160
    assert facts["splits"] == {"train": 96, "val": 32, "test": 32}
    assert facts["classes"]["A"] == {"train": 12, "val": 4, "test": 4}
    assert facts["unreadable"] == facts["suspects"] == facts["blank"] == []
    assert facts["wrong_labels_expected"] is None
    assert all(isinstance(problem, str) for problem in facts["problems"])


def test_everything_is_told_at_once(run: Run, tmp_path: Path) -> None:
    """A list with faults of all kinds, images that cannot be read, blank ones, copies."""
    data = tmp_path / "data"
    letters(data / "images")
    (data / "images" / "A" / "01.png").write_bytes(b"no picture")
    Image.new("L", (40, 44), 255).save(data / "images" / "B" / "02.png")
    shutil.copy(data / "images" / "A" / "00.png", data / "images" / "B" / "00.png")
    every = {f"{name}/{number:02}.png": name for name in "ABE" for number in range(12)}
    make_list(data / "train.json", every | {"A/none.png": "A", "E/03.png": "", "../out.png": "B"})
    make_list(data / "validation.json", {"A/03.png": "A", "B/04.png": "7", "B/05.png": "B"})
    status, facts = found(run, data)
    told = "\n".join(facts["problems"])
    assert status == 1 and facts["trains"] is False
    for words in (
        'train.json: "A/none.png": no such image',
        '"E/03.png": the label is empty',
        '"../out.png": leads out of the image folder',
        'validation.json: "B/04.png": the label "7" is none of the',
        'training images cannot be read: "A/01.png"',
        'blank, so no letters: 1 of 34 training images: "B/02.png"',
        'no validation images, so that accuracy does not count them: "E"',
        '1 times one picture has different labels: "A/00.png (A) = B/00.png (B)"',
        "2 of 2 validation images have a near-twin among the training images, 2 of them the very same",
    ):
        assert words in told, words
    assert facts["unreadable"] == ["A/01.png", "A/none.png"]
    assert facts["blank"] == ["B/02.png"]
    assert {"train": "A/03.png", "val": "A/03.png"}.items() <= facts["leaks"][0].items()
    copies = [each["files"] for each in facts["duplicates"] if each["same"]]
    assert copies == [["A/00.png", "B/00.png"]]


def test_images_that_cannot_be_read_stop_training_unless_they_are_skipped(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data = letters(tmp_path / "data", 4)
    (data / "A" / "00.png").write_bytes(b"no picture")
    flags = data, "--suspects", "off"
    refused, trained = run("check", *flags), run("train", data, "--out", "run", "--recipe", "slides")
    assert refused.status == trained.status == 1
    assert "What makes it fail:" in refused.out and "    A/00.png" in refused.out
    more = ("--skip_bad", "--epoch", "1", "--out", "second", "--recipe", "slides", "--pictures", "off")
    assert run("check", *flags, "--skip_bad").status == run("train", data, *more).status == 0


def test_nothing_can_be_read(run: Run, tmp_path: Path) -> None:
    for name in ("A/0.png", "A/1.png", "B/0.png"):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / name).write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    status, facts = found(run, tmp_path / "data", "--figure", tmp_path / "sheet.png")
    assert status == 1 and len(facts["unreadable"]) == 3
    assert "there are no training images that can be read" in facts["problems"]


def test_a_place_without_a_layout_is_one_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    answer = run("check", tmp_path / "empty")
    assert answer.status == 1 and answer.out == ""
    assert "unknown layout" in answer.err


def test_copies_across_splits_are_leaks(run: Run, tmp_path: Path) -> None:
    data = letters(tmp_path / "train", 12).parent
    letters(tmp_path / "val", 2, "ABE")  # the first two of each class again
    status, facts = found(run, data, "--suspects", "off")
    assert status == 0
    assert {(leak["train"], leak["val"]) for leak in facts["leaks"]} == {
        (f"train/{name}/{number:02}.png", f"val/{name}/{number:02}.png")
        for name in "ABE"
        for number in range(2)
    }
    assert all(leak["same"] and leak["likeness"] == 1 for leak in facts["leaks"])


def test_other_letters_are_no_leaks(run: Run, tmp_path: Path) -> None:
    letters(tmp_path / "train", 12, "ABE")
    for name in "ABE":
        draw_letter(tmp_path / "val" / name / "0.png", name.lower(), FACES[3], 40, True)
    _, facts = found(run, tmp_path, "--suspects", "off")
    assert facts["leaks"] == []


def test_a_wrong_label_is_the_first_suspect(run: Run, tmp_path: Path) -> None:
    data = letters(tmp_path / "data", 24)
    (data / "A" / "05.png").rename(data / "B" / "odd.png")
    status, facts = found(run, data)
    first = facts["suspects"][0]
    assert status == 0 and (first["file"], first["label"], first["guess"]) == ("B/odd.png", "B", "A")
    assert first["probability"] > first["label_probability"]
    assert any("labels look wrong" in problem for problem in facts["problems"])
    told = run("check", data).out
    assert "    B/odd.png is labelled B, read as A" in told


@pytest.mark.full
def test_right_labels_are_no_suspects(run: Run, tmp_path: Path) -> None:
    _, facts = found(run, letters(tmp_path / "data", 24))
    assert len(facts["suspects"]) <= 1


@pytest.mark.parametrize(
    ("count", "names", "words"),
    [
        (1, "ABE", "a single training image each"),
        (1, "A", "all training images are of one class"),
        (6, "A", "no training images of 25 classes"),
        (2, "ABE", "too few letters to judge the labels"),
    ],
)
def test_few_images(run: Run, tmp_path: Path, count: int, names: str, words: str) -> None:
    status, facts = found(run, letters(tmp_path / "data", count, names))
    assert status == 0  # rendered letters show the other classes
    assert words in "\n".join(facts["problems"])


def test_one_class_of_words_cannot_be_trained_on(run: Run, tmp_path: Path) -> None:
    letters(tmp_path / "data", 6, "A")
    (tmp_path / "data" / "A").rename(tmp_path / "data" / "cat")
    status, facts = found(run, tmp_path / "data")
    assert status == 1
    assert any("at least two" in problem for problem in facts["problems"])


def test_all_images_the_same(run: Run, tmp_path: Path) -> None:
    for name in "AB":
        for number in range(12):
            draw_letter(tmp_path / "data" / name / f"{number}.png", "A", FACES[0], 30, True)
    status, facts = found(run, tmp_path / "data")
    assert status == 0 and facts["suspects"] == []
    (group,) = [each for each in facts["duplicates"] if each["split"] == "train"]
    assert group["same"] and set(group["labels"]) == {"A", "B"}


def test_an_empty_class_and_names_in_chinese(run: Run, tmp_path: Path) -> None:
    data = letters(tmp_path / "data", 6, "ABE")
    (data / "A").rename(data / "猫")
    (data / "none").mkdir()
    _, facts = found(run, data)
    assert facts["classes"]["猫"]["train"] == 5
    assert any("none/: no images" in problem for problem in facts["problems"])
    assert "猫" in run("check", data, "--suspects", "off").out


def test_the_table_and_the_sheets(run: Run, tmp_path: Path) -> None:
    data = letters(tmp_path / "data", 24)
    (data / "A" / "05.png").rename(data / "B" / "odd.png")
    shutil.copy(data / "A" / "00.png", data / "A" / "copy.png")
    flags = "--out", tmp_path / "found.csv", "--figure", tmp_path / "sheet.png"
    answer = run("check", data, *flags)
    assert answer.status == 0
    rows = list(csv.DictReader((tmp_path / "found.csv").read_text("utf-8").splitlines()))
    kinds = {row["file"]: row["finding"] for row in rows}
    assert kinds["B/odd.png"] == "suspect" and kinds["A/copy.png"] in ("copy", "leak")
    for name in ("sheet.png", "sheet-suspects.png"):
        assert f"picture   {tmp_path / name}" in answer.out
        with Image.open(tmp_path / name) as picture:
            assert picture.width > 300 and np.ptp(np.asarray(picture)) == 255


def test_the_sheet_shows_every_class(tmp_path: Path) -> None:
    from charmlp.data import open_source
    from charmlp.evaluation.checking import check_data
    from charmlp.evaluation.checking.sheet import classes_sheet

    for number in range(130):
        name = f"class {number}"
        draw_letter(tmp_path / "data" / name / "0.png", "A", FACES[number % 6], 30, True)
    check = check_data(open_source(tmp_path / "data"), judge=False)
    canvas = classes_sheet(check)
    assert {f"class {number}" for number in range(130)} <= set(canvas.texts)
    assert canvas.height < 60 * 60  # in columns side by side


def test_what_cannot_be_written_is_told_before_the_work(run: Run, tmp_path: Path) -> None:
    data = letters(tmp_path / "data", 2)
    assert run("check", data, "--figure", tmp_path / "sheet.jpg").status == 2
    refused = run("check", data, "--figure", tmp_path / "data" / "A" / "00.png" / "sheet.png")
    assert refused.status == 1 and refused.out == ""


def test_arrays_are_checked_too(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 28, 28)).astype(np.uint8)
    images[7] = images[3]
    np.savez(tmp_path / "letters.npz", images=images, labels=np.array(list("AB" * 20)))
    status, facts = found(run, tmp_path / "letters.npz", "--suspects", "off")
    names = [file for each in facts["duplicates"] for file in each["files"]]
    names += [file for leak in facts["leaks"] for file in (leak["train"], leak["val"])]
    assert status == 0 and set(names) == {"images/000003", "images/000007"}


def test_of_photographs(run: Run, scene_letters: Path) -> None:
    status, facts = found(run, scene_letters, "--suspects", "off")
    assert status == 0 and facts["n"] == 1600 and len(facts["leaks"]) == 33
    assert any('"Q", "Z"' in problem and "validation" in problem for problem in facts["problems"])
