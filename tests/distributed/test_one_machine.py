"""Two ranks on one machine, one of which is killed, stopped, interrupted: the job ends, or goes on, right."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from charmlp.training.runfiles import CHECKPOINT, MODEL
from tests.distributed.jobs import (
    Job,
    epochs_done,
    farthest,
    kill,
    launcher,
    make_letters,
    training,
    wait_until,
    weights,
)

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(sys.platform != "linux", reason="this system: processes are found in /proc"),
]

EPOCHS = 400
SOON = 20.0  # seconds within which the others end when one is gone
MODULE = ("-m", "charmlp")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The letters, and two runs that nothing disturbs: by one process, and by two ranks."""
    folder = tmp_path_factory.mktemp("jobs")
    make_letters(folder)
    alone = Job([sys.executable, *MODULE, *training(EPOCHS, "--step", "analytic", run="one")], folder)
    assert alone.end() == 0, alone.said()
    together = Job([*launcher(), *MODULE, *training(EPOCHS, run="two")], folder)
    assert together.end() == 0, together.said()
    return folder


def begin(place: Path, run: str, *flags: str, program: tuple[str, ...] = MODULE, epochs: int = EPOCHS) -> Job:
    """A job that is in the middle of its training."""
    job = Job(
        [*launcher(*flags), *program, *training(epochs, "--checkpoint_every", "50", run=run)],
        place,
        run + ".txt",
    )
    wait_until(lambda: epochs_done(place / run) > 20 or job.process.poll() is not None)
    assert job.process.poll() is None, job.said()
    return job


def test_equal_to_one_process(place: Path) -> None:
    assert 0 < farthest(place / "one", place / "two") < 1e-5


@pytest.mark.parametrize("rank", [0, 1])
def test_a_killed_rank_ends_the_other_with_one_message(place: Path, rank: int) -> None:
    job = begin(place, f"killed{rank}", epochs=10**6)
    kill(job.rank(rank))
    assert job.end(SOON) == 1
    (error,) = job.errors()
    assert f"rank {rank}" in error, error


def test_a_restarted_job_goes_on_from_its_checkpoint(place: Path) -> None:
    job = begin(place, "restarted", "--max-restarts=1")
    kill(job.rank(1))
    assert job.end() == 0, job.said()
    same = zip(weights(place / "restarted"), weights(place / "two"), strict=True)
    assert all((a == b).all() for a, b in same), "not the bits of the undisturbed run"
    assert (place / "restarted" / "metrics.csv").read_text().count("\n") == EPOCHS + 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_launcher_ends_all_and_loses_nothing(place: Path, number: signal.Signals) -> None:
    run = f"signal{number}"
    job = begin(place, run, epochs=10**6)
    os.kill(job.process.pid, number)
    assert job.end(SOON) != 0
    assert len(job.errors()) == 1, job.said()
    assert (place / run / CHECKPOINT).exists() and (place / run / MODEL).exists()


@pytest.mark.parametrize("rank", [0, 1])
def test_a_stopped_rank_is_not_waited_for_forever(place: Path, rank: int) -> None:
    impatient = (str(Path(__file__).with_name("impatient.py")),)
    job = begin(place, f"stopped{rank}", program=impatient, epochs=10**6)
    os.kill(job.rank(rank), signal.SIGSTOP)
    assert job.end(SOON + 40) == 1  # the launcher gives a rank 30 s to end, and then kills it
    (error,) = job.errors()
    assert f"rank {rank}" in error, error
