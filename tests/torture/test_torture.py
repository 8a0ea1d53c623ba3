"""A training that is killed, or left without room or folder: nothing is torn, the end has the same bits."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charmlp.errors import CharmlpError
from charmlp.training import Callback, checkpoint
from charmlp.training.runfiles import CHECKPOINT
from charmlp.training.steps.dropout import Dropout
from charmlp.training.trainer import Trainer
from tests.sampling import one_in
from tests.torture.faults import Died, faults
from tests.torture.job import check_end, check_whole, end, make_letters, work

ROOT = Path(__file__).resolve().parents[2]
WAYS = ("before", "half")
SOME = 41  # every so-manieth operation, where not all are tried


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("torture")
    make_letters(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        work(folder / "whole")
    return folder


@pytest.fixture(scope="module")
def whole(place: Path) -> dict[str, Any]:
    """What an uninterrupted run leaves."""
    return end(place / "whole")


@pytest.fixture(autouse=True)
def elsewhere(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)  # the newest run is noted here


def operations(place: Path, run: str) -> list[str]:
    """Those of a run."""
    with faults() as found:
        work(place / run)
    return found.done


def die(run: Path, at: int, way: str, whole: dict[str, Any]) -> None:
    """Die at an operation, look at what is left, and go on to the end."""
    with faults(at, half=way == "half"):
        try:
            work(run)
        except Died:
            pass
        else:
            raise AssertionError("it did not die")
    check_whole(run, whole, cut=way == "half")
    work(run)
    check_end(run, whole)


def run_out_of_room(run: Path, at: int, way: str, whole: dict[str, Any]) -> None:
    """From an operation on the disk is full; a run that ends says so in one line, and can go on later."""
    with faults(at, dies=False, half=way == "half"):
        try:
            work(run)
        except CharmlpError as error:
            assert "No space left on device" in str(error) and "\n" not in str(error)
    check_whole(run, whole)
    work(run)
    found = end(run)
    for name in (CHECKPOINT, "model.safetensors", "metrics.csv"):
        assert found.get(name) == whole.get(name), name


FAULTS = {"die": die, "run out of room": run_out_of_room}


@pytest.mark.parametrize(("what", "way"), one_in(3, itertools.product(FAULTS, WAYS)))
def test_at_some_operations(place: Path, whole: dict[str, Any], what: str, way: str) -> None:
    count = len(operations(place, f"{what}{way}"))
    assert count > 100
    first = WAYS.index(way) * (SOME // 2)
    for at in range(first, count, SOME):
        FAULTS[what](place / f"{what}{way}{at}", at, way, whole)


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", FAULTS)
def test_at_every_operation(place: Path, whole: dict[str, Any], what: str, way: str) -> None:
    done = operations(place, f"{what}{way}all")
    for at in range(len(done)):
        FAULTS[what](place / f"{what}{way}all{at}", at, way, whole)
    print(f"{what}, {way}: {len(done)} of {len(done)} operations: {sorted(set(done))}")


@pytest.mark.full
def test_twice(place: Path, whole: dict[str, Any]) -> None:
    """Also the run that goes on dies."""
    for at in range(0, 150, 7):
        run = place / f"twice{at}"
        for again in (at, at // 2 + 20):
            with faults(again):
                try:
                    work(run)
                except Died:
                    check_whole(run, whole)
        work(run)
        check_end(run, whole)


class Remove(Callback):
    """Removes the run's folder once."""

    def __init__(self, run: Path, update: int) -> None:
        self.run, self.update = run, update
        self.told: list[str] = []

    def message(self, line: str) -> None:
        self.told.append(line)

    def updates_done(self, training: Trainer) -> None:
        if training.updates == self.update:
            shutil.rmtree(self.run)


@pytest.mark.skipif(sys.platform == "win32", reason="this system keeps a folder in which a file is open")
@pytest.mark.parametrize("update", [3, 15])
def test_a_folder_that_is_removed(place: Path, whole: dict[str, Any], update: int) -> None:
    run = place / f"removed{update}"
    remove = Remove(run, update)
    work(run, [remove])
    assert sum("was removed; it is made again" in line for line in remove.told) == 1
    assert end_of_model(run) == whole["model.safetensors"]


def end_of_model(run: Path) -> bytes:
    return (run / "model.safetensors").read_bytes()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--kills", "3", "--times", "1", "--epochs", "9"], id="some"),
        pytest.param(["--kills", "200", "--times", "20", "--room"], id="all", marks=pytest.mark.full),
    ],
)
def test_signals_at_random_moments(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.killing", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(" of ") == (3 if "--room" not in options or "skipped" in done.stderr else 4)


# Negative controls


def torn(path: Path, *content: bytes) -> None:
    """Writes where the old file lies."""
    with path.open("wb") as file:
        for piece in content:
            file.write(piece)


def test_a_torn_writer_is_caught(place: Path, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "write_whole", torn)
    with faults() as found:
        work(place / "torn")
    second = [number for number, what in enumerate(found.done) if what == "write"][4]
    with pytest.raises(AssertionError, match=r"torn: .*checkpoint\.safetensors"):
        die(place / "torn1", second, "half", whole)


def forget_dropout(self: Dropout, seed: int, epoch: int, image: int, remember: Any = Dropout.masks) -> Any:
    return remember(self, seed, epoch, 0)


def forget_average(self: Trainer, state: Any, remember: Any = Trainer.take_up) -> None:
    remember(self, state)
    self.step.average = self.step.parameters.copy()  # type: ignore[attr-defined]


def forget_best(self: Trainer, state: Any, remember: Any = Trainer.take_up) -> None:
    remember(self, state)
    self.kept.best, self.kept.epoch = 2.0, 1


@pytest.mark.parametrize(
    ("owner", "name", "forget"),
    [
        (Dropout, "masks", forget_dropout),
        (Trainer, "take_up", forget_average),
        (Trainer, "take_up", forget_best),
    ],
)
def test_a_resume_that_forgets_is_caught(
    place: Path,
    whole: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    owner: type,
    name: str,
    forget: Callable[..., Any],
) -> None:
    class Stop(Callback):
        def updates_done(self, training: Trainer) -> None:
            if training.updates >= 24:
                raise Died

    run = place / forget.__name__
    with pytest.raises(Died):
        work(run, [Stop()])
    monkeypatch.setattr(owner, name, forget)
    work(run)
    with pytest.raises(AssertionError, match=r"not as after an uninterrupted run: .*model\.safetensors"):
        check_end(run, whole)
