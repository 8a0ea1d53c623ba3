"""When checkpoints are written: after so many updates or seconds, or so seldom that they cost nothing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.errors import UsageError
from charmlp.training import Callback, StopTraining, feed, saving, train
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.runfiles import CHECKPOINT, LOG

JOB = {"recipe": "slides", "norm_size": (6, 6), "hidden_size": (5,), "epochs": 4, "step": "analytic"}


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """72 training letters: 9 updates an epoch, in chunks of 2."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(feed, "CHUNK_BYTES", 2 * 8 * 36 * 4)
    images = np.random.default_rng(0).integers(0, 255, (80, 6, 6), np.uint8)
    np.savez("letters.npz", images=images, labels=np.arange(80) % 2)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """After how many updates there was a checkpoint."""
    found: list[int] = []

    def write(self: Checkpoint, path: Path, to_disk: Any = Checkpoint.write) -> None:
        found.append(self.state.updates)
        to_disk(self, path)

    monkeypatch.setattr(Checkpoint, "write", write)
    return found


class Stop(Callback):
    def __init__(self, update: int, reason: BaseException) -> None:
        self.update, self.reason = update, reason

    def updates_done(self, training: Any) -> None:
        if training.updates >= self.update:
            raise self.reason


def test_every_so_many_updates(written: list[int]) -> None:
    train("letters.npz", **JOB, out="a", checkpoint_every=5)
    assert written == [6, 11, 17, 22, 27, 33]  # with the chunk that is under way; none at 38: there are 36
    assert not Path("a", CHECKPOINT).exists()  # it is finished


def test_every_so_many_seconds(written: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    train("letters.npz", **JOB, out="a", checkpoint_every="1e-9s")
    assert len(written) == 20
    written.clear()
    train("letters.npz", **JOB, out="b", checkpoint_every="1000s")
    assert written == []


def test_what_takes_long_is_done_seldom(written: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """By a clock that a checkpoint turns by three seconds, and each look at it by a tenth."""
    moment = [0.0]

    def look() -> float:
        moment[0] += 0.1
        return moment[0]

    def write(self: Checkpoint, path: Path) -> None:
        written.append(self.state.updates)
        moment[0] += 3

    monkeypatch.setattr(saving.time, "perf_counter", look)
    monkeypatch.setattr(Checkpoint, "write", write)
    monkeypatch.setattr(saving, "LEAST_PAUSE", 2.0)
    train("letters.npz", **JOB, out="a")
    assert len(written) == 1  # the next one after 200 times three seconds
    moments = moment[0]
    monkeypatch.setattr(saving, "TIMES_ITSELF", 1)
    train("letters.npz", **JOB, out="b")
    assert len(written) > 2 and moment[0] > moments
    assert time.perf_counter is look


def test_a_short_run_writes_none(written: list[int]) -> None:
    train("letters.npz", **JOB, out="a")
    assert written == []


@pytest.mark.parametrize("update", [1, 14])
def test_an_interrupted_run_is_written_down(written: list[int], update: int) -> None:
    """Before its first epoch is over, too, when there is no model."""
    try:
        run = train("letters.npz", **JOB, out="a", callbacks=[Stop(update, KeyboardInterrupt())])
        assert run.fit.interrupted
    except KeyboardInterrupt as interrupt:
        assert update == 1
        assert str(interrupt) == "interrupted; go on with: charmlp train --resume a"
    assert written == [2 if update == 1 else 15]
    assert Path("a", CHECKPOINT).exists() and Path("a", "model.safetensors").exists() == (update == 14)


def test_who_stops_a_training_wants_no_more_of_it(written: list[int]) -> None:
    train("letters.npz", **JOB, out="a", callbacks=[Stop(14, StopTraining())])
    assert written == [] and not Path("a", CHECKPOINT).exists()


@pytest.mark.parametrize("text", ["", "s", "0", "-1", "1.5", "0s", "-1s", "nans", "infs", "10m", "1e99"])
def test_an_interval_that_is_none(text: str) -> None:
    words = "--checkpoint_every: expected a number of updates, such as 500, or of seconds, such as 60s, not "
    with pytest.raises(UsageError, match=words):
        train("letters.npz", **JOB, checkpoint_every=text)
    assert [path.name for path in Path().iterdir()] == ["letters.npz"]


def test_the_log_says_where_it_went_on() -> None:
    with pytest.raises(KeyboardInterrupt):
        train("letters.npz", **JOB, out="a", callbacks=[Stop(5, KeyboardInterrupt())])
    train(resume="a")
    assert "goes on after 6 updates" in Path("a", LOG).read_text("utf-8")
