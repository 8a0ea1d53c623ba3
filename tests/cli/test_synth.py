"""`charmlp synth`: whole folders that every verb reads, the same for the same seed; nothing is buried."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charmlp.data import open_source
from charmlp.rendering import writing
from charmlp.rendering.fonts import finding
from charmlp.rendering.source import RenderedSource
from tests.cli.conftest import FONTS, Result


@pytest.fixture(scope="module")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("known-fonts")


@pytest.fixture(autouse=True)
def known_fonts(own_cache: None, common: Path) -> Iterator[None]:
    """What an earlier test found out about fonts is known from its cache: that takes half a second."""
    own = Path(os.environ["CHARMLP_CACHE"], "rendering")
    share_fonts(common, own)
    yield
    share_fonts(own, common)


def share_fonts(source: Path, target: Path) -> None:
    for file in source.glob("fonts-*"):
        target.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.link(file, target / file.name)


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pixels(folder: str) -> np.ndarray:
    return np.stack([np.asarray(Image.open(path)) for path in sorted(Path(folder, "images").iterdir())])


def test_lists_and_images_that_train_reads(run: Run) -> None:
    answer = run("synth", "--out", "letters", "--count", "65", "--norm-size", "20x24")
    assert answer.status == 0, answer.err
    assert answer.out.splitlines()[0] == f"images    {Path('letters/images')}"
    source = open_source("letters")
    assert source.splits == {"train": 53, "val": 6, "test": 6} and len(source.classes) == 26
    assert pixels("letters").shape == (65, 20, 24)
    lists = [json.loads(Path("letters", name).read_text("utf-8")) for name in writing.LISTS.values()]
    named = [image for entries in lists for image in entries]
    assert sorted(named) == sorted(path.name for path in Path("letters/images").iterdir())
    assert run("train", "--data", "letters", "--recipe", "slides", "--epoch", "1").status == 0


def test_handwriting(run: Run) -> None:
    for style in ("print", "hand"):
        assert run("synth", "--out", style, "--count", "20", "--style", style).status == 0
        assert json.loads(Path(style, writing.FACTS).read_text("utf-8"))["style"] == style
    assert (pixels("print") != pixels("hand")).any(axis=(1, 2)).all()


def test_a_name_tells_people_what_is_drawn(run: Run) -> None:
    assert run("synth", "--out", "a", "--count", "4", "--classes", "Ω/7x").status == 0
    labels = json.loads(Path("a/train.json").read_text("utf-8"))
    names = {label: name.partition("-")[2] for name, label in labels.items()}
    assert names == {"Ω": "Ω.png", "/": "_.png", "7": "7.png", "x": "x.png"}
    assert run("synth", "--out", "a", "--count", "4", "--overwrite").status == 0


def test_few_letters_are_all_for_training(run: Run) -> None:
    assert run("synth", "--out", "new", "--count", "3", "--seed", "7").status == 0
    assert sorted(path.name for path in Path("new").iterdir()) == ["images", "synth.json", "train.json"]
    assert len(pixels("new")) == 3


def test_the_seed_decides(run: Run) -> None:
    for name, seed in (("a", "7"), ("b", "7"), ("c", "8")):
        assert run("synth", "--out", name, "--count", "30", "--seed", seed).status == 0
    assert np.array_equal(pixels("a"), pixels("b"))
    assert not np.array_equal(pixels("a"), pixels("c"))


@pytest.mark.full
def test_labels_say_what_is_drawn(run: Run) -> None:
    """An I is narrow and an O is round: of the letters with the label O the middle is empty."""
    assert run("synth", "--out", "a", "--count", "200", "--classes", "IO").status == 0
    images = pixels("a").astype(float)
    labels = np.array([*json.loads(Path("a/train.json").read_text("utf-8")).values()])
    images = images[: len(labels)]
    middle = np.abs(images[:, 12:20, 13:19].mean((1, 2)) - images[:, 12:20, [2, 3, 28, 29]].mean((1, 2)))
    spread = np.maximum(images.std((1, 2)), 1)
    assert np.median((middle / spread)[labels == "I"]) > 1
    assert set(labels) == {"I", "O"} and abs((labels == "I").mean() - 0.5) < 0.1


def test_other_characters_and_fonts_of_ones_own(run: Run) -> None:
    answer = run("synth", "--out", "a", "--count", "20", "--classes", "αβγ7", "--fonts", FONTS)
    assert answer.status == 0, answer.err
    assert set(json.loads(Path("a/train.json").read_text("utf-8")).values()) == set("αβγ7")


def test_a_class_that_no_font_has(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package that has it is named, where one is known."""
    monkeypatch.setattr(finding, "machine_files", list)
    monkeypatch.setattr(finding, "modules_with", lambda texts: [])
    remedies = {"α中": "中; pip install pylopdf-fonts-zh-cn, or give", "α\ue123": "\\ue123; give"}
    for classes, remedy in remedies.items():
        refused = run("synth", "--out", "b", "--count", "20", "--classes", classes)
        assert refused.status == 1
        assert (
            refused.err == f"charmlp: error: no font can draw the class {remedy} a folder of fonts that can\n"
        )
        assert not Path("b").exists()


@pytest.mark.full
def test_overwriting_replaces_what_was_written(run: Run) -> None:
    assert run("synth", "--out", "a", "--count", "30").status == 0
    refused = run("synth", "--out", "a", "--count", "4")
    assert refused.status == 2 and "--overwrite" in refused.err
    assert len(pixels("a")) == 30
    assert run("synth", "--out", "a", "--count", "4", "--overwrite").status == 0
    assert len(pixels("a")) == 4 and not Path("a/test.json").exists()
    assert [path.name for path in Path().iterdir()] == ["a"]


@pytest.mark.parametrize("stranger", ["notes.txt", "images/0001.jpg"])
def test_overwriting_buries_nothing_else(run: Run, stranger: str) -> None:
    assert run("synth", "--out", "a", "--count", "3").status == 0
    Path("a", stranger).write_text("mine")
    refused = run("synth", "--out", "a", "--count", "4", "--overwrite")
    assert refused.status == 2
    assert f"{Path(stranger).name} is not of charmlp synth" in refused.err
    assert Path("a", stranger).read_text() == "mine" and len(list(Path("a/images").iterdir())) >= 3


def test_a_folder_of_photographs_is_never_overwritten(run: Run) -> None:
    Path("photographs/images").mkdir(parents=True)
    Path("photographs/train.json").write_text("{}")
    refused = run("synth", "--out", "photographs", "--count", "4", "--overwrite")
    assert refused.status == 2 and "holds more than rendered letters" in refused.err
    assert Path("photographs/train.json").read_text() == "{}"


@pytest.mark.parametrize(
    ("earlier", "stranger"),
    [
        ("nothing", "thesis.tex"),
        ("nothing", "train.json"),
        ("an empty folder", "thesis.tex"),
        ("an empty folder", "images/000001.png"),
        ("letters", "thesis.tex"),
        ("letters", "images/0001.jpg"),
    ],
)
def test_what_is_put_there_meanwhile_stays(
    run: Run, monkeypatch: pytest.MonkeyPatch, earlier: str, stranger: str
) -> None:
    if earlier == "an empty folder":
        Path("a").mkdir()
    elif earlier == "letters":
        assert run("synth", "--out", "a", "--count", "3").status == 0
    write = writing._write_splits

    def write_splits(*arguments: Any) -> int:
        Path("a", stranger).parent.mkdir(parents=True, exist_ok=True)
        Path("a", stranger).write_text("mine")
        return write(*arguments)

    monkeypatch.setattr(writing, "_write_splits", write_splits)
    before = {path for path in Path("a").rglob("*") if path.is_file()}
    flags = ["--overwrite"] if earlier == "letters" else []
    refused = run("synth", "--out", "a", "--count", "3", *flags)
    assert refused.status == 2
    assert Path("a", stranger).read_text() == "mine" and not list(Path().rglob("*.part"))
    assert {path for path in Path("a").rglob("*") if path.is_file()} == {*before, Path("a", stranger)}


def test_the_current_folder_is_filled_not_replaced(run: Run) -> None:
    place = Path().stat().st_ino
    Path(".old.part").mkdir()  # what a killed run has left
    assert run("synth", "--out", ".", "--count", "3").status == 0
    assert run("synth", "--out", ".", "--count", "4", "--overwrite").status == 0
    assert Path().stat().st_ino == place and len(pixels(".")) == 4


@pytest.mark.parametrize("fault", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_is_not_finished_is_not_there(
    run: Run, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    assert run("synth", "--out", "a", "--count", "3").status == 0
    before = pixels("a")

    def fail(*args: object, **options: object) -> None:
        raise fault

    monkeypatch.setattr(writing, "_write_json", fail)
    answer = run("synth", "--out", "a", "--count", "4", "--overwrite")
    assert answer.status == (1 if isinstance(fault, OSError) else 130)
    assert answer.err.splitlines()[-1].startswith("charmlp: error: ")
    assert np.array_equal(pixels("a"), before)
    assert [path.name for path in Path().iterdir()] == ["a"]


@pytest.mark.full
def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from charmlp.rendering.fonts import find_fonts

    fonts = [font for font in find_fonts() if font.family == "Arimo"]
    source = RenderedSource(("A", "B"), {"train": 12, "val": 3}, dict.fromkeys(("train", "val"), fonts), 1)
    monkeypatch.setattr(writing, "_REPORT_EVERY", 5)
    told: list[tuple[int, int]] = []
    writing.write_letters(
        source, Path("a"), (8, 8), progress=lambda what, done, total: told.append((done, total))
    )
    assert told == [(done, 15) for done in (0, 5, 10, 12, 12, 15)]


@pytest.mark.parametrize(
    ("flags", "status", "words"),
    [
        (["--count", "0"], 2, "--count: expected a whole number from 1 to 1,000,000"),
        (["--count", "many"], 2, "--count: expected"),
        (["--count", "5", "--norm-size", "0"], 2, "--norm_size: expected height,width"),
        (["--count", "1000000", "--norm-size", "256"], 2, "more than 8 GB of pixels"),
        (["--count", "5", "--seed", "x"], 2, "--seed: expected"),
        (["--count", "5", "--classes", "AA"], 2, '--classes: the class "A" is there twice'),
        (["--count", "5", "--style", "feet"], 2, "--style: expected one of print, hand, all"),
        (["--count", "5", "--fonts", "nowhere"], 1, "nowhere: no such folder of fonts"),
        (["--count", "5", "--out", f"{__file__}/a"], 1, "is not a folder"),
        ([], 2, "--count"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_flag_costs_one_line(run: Run, flags: list[str], status: int, words: str) -> None:
    answer = run("synth", "--out", "a", *flags)
    assert answer.status == status
    assert answer.err.startswith("charmlp: error: ") and answer.err.count("\n") == 1
    assert words in answer.err
    assert list(Path().iterdir()) == []
