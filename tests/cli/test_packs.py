"""What the verbs make of a pack."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]
SLIDES = ("--recipe", "slides", "--epoch", "2", "--pictures", "off")


@pytest.fixture
def pack(run: Run, course: Path) -> Path:
    answer = run("train", course, *SLIDES, "--pack", "letters.pack", "--out", "first")
    assert answer.status == 0, answer.err
    return Path("letters.pack")


def test_test_info_and_check_read_it(run: Run, pack: Path) -> None:
    answer = run("test", pack, "--model", "first", "--tsne", "off")
    assert answer.status == 0 and "packed in letters.pack" in answer.err
    answer = run("info", pack)
    assert answer.status == 0 and "96 training, 32 validation" in answer.out
    answer = run("check", pack, "--suspects", "off")
    assert answer.status in (0, 1) and "packed in letters.pack" in answer.out


def test_predict_refuses_it_by_what_it_is(run: Run, pack: Path) -> None:
    answer = run("predict", pack, "--model", "first")
    assert answer.status != 0 and "a pack of letters; charmlp test and charmlp train read it" in answer.err


def test_damaged_pixels_are_found_by_check_and_info(run: Run, pack: Path) -> None:
    content = bytearray(pack.read_bytes())
    content[5000] ^= 1
    pack.write_bytes(content)
    for verb in ("info", "check"):
        answer = run(verb, pack)
        assert answer.status == 1 and "damaged: the pixels of its training images" in answer.err


def test_it_is_named_in_both_languages_where_it_does_not_fit(run: Run, course: Path, pack: Path) -> None:
    answer = run("train", course, *SLIDES, "--norm_size", "8,8", "--pack", pack, "--out", "b")
    assert answer.status == 2 and "not at 8×8; give another name" in answer.err
    answer = run("train", course, *SLIDES, "--norm_size", "8,8", "--pack", pack, "--out", "b", "--lang", "zh")
    assert answer.status == 2 and "请换一个名字" in answer.err and "give another" not in answer.err
