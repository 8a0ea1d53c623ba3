"""A new folder: the homework's files with letters to learn from, or a project's."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from PIL import Image

from charmlp.course.skeleton import files, project_files
from charmlp.errors import UsageError
from charmlp.rendering import open_rendered
from charmlp.rendering.writing import write_letters
from charmlp.system.files import check_writable, writing
from charmlp.text import shown_path

DATA = "data/character_classification"
TRAINING, HELD_OUT = 4000, 500  # letters; held out each for validation and for test
NEW = 5  # images to predict
SIZE = (32, 32)
SEED, SEED_OF_NEW = 2022, 2023

Progress = Callable[[str, int, int], None]


def check_new(folder: Path) -> None:
    """Raise `CharmlpError` where nothing can be written to `folder`, or something is there already."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{shown_path(folder)}: is a file, not a folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"{shown_path(folder)}: holds something already; give a new folder")
    check_writable(folder / "README.md")


def write_homework(folder: Path, language: str, progress: Progress = lambda what, done, total: None) -> None:
    """The homework, whole or not at all. Raises `CharmlpError` as `check_new` does, or for a full disk."""

    def fill(place: Path) -> None:
        write_files(place, files(language))
        letters = open_rendered(TRAINING, seed=SEED, held_out=HELD_OUT)
        write_letters(letters, place / DATA, SIZE, progress=progress)
        write_new_images(place / DATA / "new_images")

    write_into(folder, fill)


def write_project(folder: Path, language: str) -> None:
    """The frame of a report on a topic of one's own."""
    write_into(folder, lambda place: write_files(place, project_files(language)))


def write_into(folder: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder beside, then put it, or what is in it, where it belongs."""
    check_new(folder)
    with writing(folder), ExitStack() as afterwards:
        parent = folder.resolve().parent
        parent.mkdir(parents=True, exist_ok=True)
        growing = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}.", suffix=".part", dir=parent))
        afterwards.callback(shutil.rmtree, growing, ignore_errors=True)
        fill(growing)
        check_new(folder)  # others may have put something there
        folder.mkdir(exist_ok=True)
        for path in growing.iterdir():
            path.rename(folder / path.name)


def write_files(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8", newline="\n")


def write_new_images(folder: Path) -> None:
    """A few letters that nobody has labelled."""
    letters = open_rendered(1, seed=SEED_OF_NEW, held_out=NEW).load("test", SIZE)
    folder.mkdir()
    for number, image in enumerate(letters.images, 1):
        Image.fromarray(image).save(folder / f"predict{number:02}.png", "PNG")
