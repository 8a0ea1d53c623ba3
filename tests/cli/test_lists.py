"""How `train`, `test` and `info` are told about lists and tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]
TRAIN = (
    "train",
    "--recipe",
    "slides",
    "--epoch",
    "1",
    "--hsize",
    "4",
    "--norm_size",
    "8,8",
    "--pictures",
    "off",
)


@pytest.fixture
def table(course: Path) -> Path:
    """A table of the training images with columns that say nothing."""
    labels = json.loads((course / "train.json").read_text("utf-8"))
    path = Path("letters.csv")
    path.write_text("was,wo\n" + "".join(f"{label},{name}\n" for name, label in labels.items()))
    return path


def test_what_is_said_about_a_table_stands_in_the_config(run: Run, course: Path, table: Path) -> None:
    flags = ("--path_column", "wo", "--label_column", "was")
    place = ("--data", table, "--im_dir", course / "images")
    refused = run(*TRAIN, *place, "--out", "a")
    assert refused.status == 1 and 'the columns are "was", "wo"; expected is' in refused.err
    assert run(*TRAIN, *place, *flags, "--out", "a").status == 0
    again = ("--config", "a/config.toml", "--pictures", "off", "--out", "b")
    assert run("train", *place, *again).status == 0
    assert Path("a/config.toml").read_bytes() == Path("b/config.toml").read_bytes()
    assert Path("a/model.safetensors").read_bytes() == Path("b/model.safetensors").read_bytes()

    answer = run("info", table, "--im_dir", course / "images", *flags)
    assert answer.status == 0 and "82 training, 14 validation images" in answer.out
    answer = run("test", *place, *flags, "--model", "a", "--out", "f")
    assert answer.status == 0 and "of 96 test images" in answer.out


def test_a_pattern_stands_in_the_config_as_it_was_written(run: Run, course: Path) -> None:
    from shutil import copy

    for split in ("train", "test"):
        for name, label in json.loads((course / f"{split}.json").read_text("utf-8")).items():
            Path(split).mkdir(exist_ok=True)
            copy(course / "images" / name, Path(split) / f"é{label.upper()}-{name}")
    pattern = r"^é([A-Z])-\d+\.png"
    answer = run(*TRAIN, "--data", ".", "--label_pattern", pattern, "--out", "a")
    assert answer.status == 0 and "82 training, 14 validation, 32 test images" in answer.err
    assert (
        run("train", "--data", ".", "--config", "a/config.toml", "--pictures", "off", "--out", "b").status
        == 0
    )
    assert Path("a/model.safetensors").read_bytes() == Path("b/model.safetensors").read_bytes()
    answer = run("test", "--data", ".", "--label_pattern", pattern, "--model", "a", "--out", "f")
    assert answer.status == 0 and "of 32 test images" in answer.out
    answer = run("info", "test", "--label_pattern", "(")
    assert (answer.status, answer.err.count("\n")) == (2, 1)


def test_an_archive_is_tested_by_its_test_part(run: Run, course: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 8, 8), np.uint8)
    np.savez("letters.npz", x_train=pixels, y_train=["A", "B"] * 20, x_test=pixels[:7], y_test=["A"] * 7)
    assert run(*TRAIN, "--data", "letters.npz", "--out", "a").status == 0
    answer = run("test", "--data", "letters.npz", "--model", "a", "--out", "f")
    assert answer.status == 0 and "of 7 test images" in answer.out


def test_a_training_list_alone(run: Run, course: Path) -> None:
    answer = run(*TRAIN, "--train_file_path", course / "train.json", "--out", "a")
    assert answer.status == 0
    assert "82 training, 14 validation images in 26 classes" in answer.err and "split by seed" in answer.err


@pytest.mark.parametrize("course_form", [False, True])
def test_the_courses_lists_without_that_for_validation(run: Run, course: Path, course_form: bool) -> None:
    from shutil import copytree

    copytree(course, "data/character_classification")
    Path("data/character_classification/validation.json").unlink()
    form = ("--mode", "train", *TRAIN[3:], "--model_path", "m.safetensors") if course_form else TRAIN
    answer = run(*form, "--out", "a")
    assert answer.status == 0 and "82 training, 14 validation images in 26 classes" in answer.out + answer.err


@pytest.mark.parametrize(
    ("flags", "status", "words"),
    [
        (["--any_path", "maybe"], 2, "--any_path: expected on or off, not 'maybe'"),
        (["--label_column", "a\x1b"], 2, "--label_column: expected a text without control characters"),
        (["--label_pattern", "A"], 2, "put what is wanted into parentheses"),
        (["--label_column", "x"], 2, "--label_column goes with tables, but"),
        (["--train_file_path", "a.json"], 2, "--data and --train_file_path: give one or the other"),
    ],
)
def test_flags_that_are_wrong(run: Run, course: Path, flags: list[str], status: int, words: str) -> None:
    answer = run(*TRAIN, "--data", course, *flags, "--out", "a")
    assert (answer.status, answer.err.count("\n")) == (status, 1)
    assert words in answer.err
