"""A small data set of real letters in the course's layout, and a way to run commands in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import pytest
from PIL import Image, ImageDraw, ImageFont

from charmlp.cli import main

ROOT = Path(__file__).resolve().parents[2]
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FACES = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansMono", "STIXGeneral")
LETTERS = "AbCdEHOT"
COURSE = Path("data") / "character_classification"


@dataclass(frozen=True)
class Result:
    """What a command answered."""

    status: int
    out: str
    err: str


def draw_letter(path: Path, letter: str, face: str, size: int, light: bool) -> None:
    """A letter in the middle of a small RGB picture, light on dark or dark on light."""
    ink, ground = ((230, 220, 210), (40, 60, 80)) if light else ((30, 20, 40), (200, 210, 190))
    picture = Image.new("RGB", (40, 44), ground)
    font = ImageFont.truetype(str(FONTS / f"{face}.ttf"), size)
    ImageDraw.Draw(picture).text((20, 22), letter, ink, font, anchor="mm")
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path)


def make_course_data(folder: Path) -> None:
    """Lists and images as the course has them: 96 for training, 32 for validation and for test."""
    images = folder / COURSE / "images"
    lists: dict[str, dict[str, str]] = {"train": {}, "validation": {}, "test": {}}
    for number in range(160):
        letter, face = LETTERS[number % 8], FACES[number // 8 % len(FACES)]
        name = f"{number:04d}.png"
        draw_letter(images / name, letter, face, 30 + number // 16 % 8, number // 8 % 2 == 0)
        split = "train" if number < 96 else "validation" if number < 128 else "test"
        lists[split][name] = letter.swapcase() if number % 3 == 0 else letter
    for split, entries in lists.items():
        (folder / COURSE / f"{split}.json").write_text(json.dumps(entries), "utf-8")
    for name, letter in (("predict01", "A"), ("predict02", "b")):
        draw_letter(folder / COURSE / "new_images" / f"{name}.png", letter, "DejaVuSans", 34, False)


@pytest.fixture(scope="session")
def course_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds data/character_classification/."""
    folder = tmp_path_factory.mktemp("course")
    make_course_data(folder)
    return folder


@pytest.fixture
def course(course_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder beside the data; paths to the data are those of `DATA`."""
    monkeypatch.chdir(tmp_path)
    return course_data / COURSE


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command in this process."""

    def command(*arguments: str | Path) -> Result:
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse's --help
            status = int(end.code or 0)
        output = capsys.readouterr()
        return Result(status, output.out, output.err)

    return command


@pytest.fixture(scope="session")
def trained(course_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder with a model that has learned the small data set."""
    folder = tmp_path_factory.mktemp("trained") / "run"
    arguments = ["train", "--recipe", "slides", "--data", str(course_data / COURSE), "--out", str(folder)]
    assert main([*arguments, "--lr", "0.02"]) == 0
    return folder


def run_program(*arguments: str | Path, cwd: Path, **environment: str) -> Result:
    """Run Python with these arguments in a process of its own."""
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    return Result(done.returncode, done.stdout, done.stderr)
