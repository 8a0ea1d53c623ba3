"""Ctrl-C at any moment, however often: one line, one status, and nothing is torn."""

from __future__ import annotations

import contextlib
import gc
import random
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charmlp import cli
from charmlp.training import run
from charmlp.training.runfiles import CHECKPOINT, MODEL
from tests.torture.job import check_whole, end, make_letters
from tests.torture.pressing import Presses, press

TRAIN = [
    "train", "letters.npz", "--out", "run", "--overwrite", "--recipe", "slides", "--norm_size", "6,6",
    "--hsize", "7", "--step", "analytic", "--epoch", "3", "--valInterval", "1", "--pictures", "off",
    "--checkpoint_every", "1",
]  # fmt: skip
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no such timer")
RESUME = ["train", "--resume", "run"]


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What an uninterrupted run leaves."""
    monkeypatch.chdir(tmp_path)
    make_letters(tmp_path)
    assert cli.main(TRAIN) == 0
    return end(tmp_path / "run")


def calls() -> int:
    """How many there are in a training, once all is imported."""
    presses = Presses()
    assert press(TRAIN, presses) == 0
    return presses.calls


def check(presses: Presses, whole: dict[str, Any], capfd: pytest.CaptureFixture[str]) -> None:
    """Raise `AssertionError` where Ctrl-C at that moment does not end the command as it should."""
    at = presses.at
    capfd.readouterr()
    status = press(TRAIN, presses)
    said, folder = capfd.readouterr().err, Path("run")
    assert status == (130 if presses.pressed else 0), f"call {at}: status {status}"
    assert said.count("charmlp: ") == (status == 130), f"call {at}: {said}"
    assert "Traceback" not in said and "Exception" not in said, f"call {at}: {said}"
    if folder.exists():
        check_whole(folder, whole)
    if (folder / CHECKPOINT).exists():
        assert cli.main(RESUME) == 0
        assert (folder / MODEL).read_bytes() == whole[MODEL]


def moments(seed: int) -> Iterator[Presses]:
    draw, total = random.Random(seed), calls()
    while True:
        yield Presses(draw.randrange(100, total - 100), draw.choice((1, 2, 5)), draw.uniform(1e-4, 0.02))


@pytest.mark.filterwarnings(  # a file or a folder that Ctrl-C leaves open is closed by the garbage collector
    "ignore:Exception ignored in. <(posix.ScandirIterator|_io.):pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(
    "count", [12, pytest.param(1000, marks=[pytest.mark.full, pytest.mark.timeout(1800)])]
)
def test_at_some_moments(whole: dict[str, Any], capfd: pytest.CaptureFixture[str], count: int) -> None:
    try:
        for _, presses in zip(range(count), moments(count), strict=False):
            check(presses, whole, capfd)
    finally:
        gc.collect()  # here, where it is expected, and not in some test that follows


def test_an_interrupt_that_is_raised_anywhere_is_caught(
    whole: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: Python's own way, with a second Ctrl-C while the first one is told."""

    @contextlib.contextmanager
    def as_python_does(*, program: bool) -> Iterator[None]:
        yield

    def complain(*words: Any, tell: Any = cli.complain) -> None:
        signal.raise_signal(signal.SIGINT)
        tell(*words)

    def read(*arguments: Any, **options: Any) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(cli, "complain", complain)
    monkeypatch.setattr(run, "prepare", read)
    assert press(TRAIN, Presses()) == 130
    monkeypatch.setattr(cli, "ending_signals", as_python_does)
    with pytest.raises(KeyboardInterrupt):
        press(TRAIN, Presses())
