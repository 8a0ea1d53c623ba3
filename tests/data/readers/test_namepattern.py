"""Labels in the names of images."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.config import Reading
from charmlp.data import LETTERS, Source, open_source
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.system import patterns
from tests.data.making import make_images, make_list

NAMES = ["A_1.png", "A_2.png", "b_1.png", "b_2.png"]


def opened(folder: Path, pattern: str) -> Source:
    return open_source(folder, reading=Reading(label_pattern=pattern))


@pytest.mark.parametrize("pattern", ["^(.)_", r"(?P<label>[A-Za-z])_(\d)", r"_?(?:)([A-Za-z])_\d+\.png$"])
def test_a_flat_folder(tmp_path: Path, pattern: str) -> None:
    make_images(tmp_path, [*NAMES, "x1.png"])
    source = opened(tmp_path, pattern)
    assert source.classes == LETTERS and source.splits == {"train": 3, "val": 1}
    assert source.describe().partition("classes, ")[2].startswith("labels in the names of ")
    assert source.left_out == ('"x1.png": 1 of 5 names do not match --label_pattern',)


def test_flat_folders_of_splits(tmp_path: Path) -> None:
    make_images(tmp_path / "train", NAMES)
    make_images(tmp_path / "test", NAMES[:2])
    source = opened(tmp_path, "^(.)_")
    assert source.splits == {"train": 3, "val": 1, "test": 2}
    assert source.load("test", (2, 2)).names == ("test/A_1.png", "test/A_2.png")


@pytest.mark.parametrize(
    ("pattern", "error", "words"),
    [
        ("^(", UsageError, r'--label_pattern "\^\(": not a regular expression: missing \), unterminated'),
        ("(?P<label>.)(?P<label>.)", UsageError, "not a regular expression: redefinition of group name"),
        ("a{9999999999999}", UsageError, "not a regular expression: the repetition number is too large"),
        ("^._", UsageError, r"put what is wanted into parentheses"),
        (
            "^([0-9])",
            DataError,
            r'"\^\(\[0-9\]\)" matches none of 4 names, such as "A_1.png"',
        ),
        ("^()", DataError, "matches none of 4 names"),
        (r"(\.png)$", DataError, r'every label is "\.png"; at least two'),
    ],
)
def test_wrong(tmp_path: Path, pattern: str, error: type[Exception], words: str) -> None:
    make_images(tmp_path, NAMES)
    with pytest.raises(error, match=words) as caught:
        opened(tmp_path, pattern)
    assert str(caught.value).isprintable()


def test_a_search_that_would_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "PATIENCE", 0.5)
    make_images(tmp_path, [f"{'a' * 60}_.png"])
    with pytest.raises(UsageError, match=r"takes more than 0\.5 s from \"aaa.*inside repetitions"):
        opened(tmp_path, r"^((a+)+)$")


def test_a_process_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(module: str) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(patterns, "Worker", refuse)
    make_images(tmp_path, NAMES)
    with pytest.raises(CharmlpError, match="its process cannot be started: Resource temporarily unavailable"):
        opened(tmp_path, "^(.)_")


def test_where_it_has_no_meaning(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no images in it, which --label_pattern is for"):
        opened(tmp_path, "(.)")
    make_images(tmp_path, NAMES)
    make_list(tmp_path / "train.json", {"A_1.png": "A"})
    for place in (tmp_path / "train.json", "synth:"):
        with pytest.raises(UsageError, match="--label_pattern goes with a folder of images behind --data"):
            opened(place, "(.)")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="--label_pattern goes with a folder"):
        open_source(lists={"train": tmp_path / "train.json"}, reading=Reading(label_pattern="(.)"))
    with pytest.raises(UsageError, match="--im_dir goes with lists, but --label_pattern reads names"):
        open_source(tmp_path, im_dir=tmp_path, reading=Reading(label_pattern="(.)"))
