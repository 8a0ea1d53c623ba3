"""Optuna's study: gone on with, nothing is repeated and the same is suggested; the hopeless are pruned."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charmlp.config import SLIDES, TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.search.jobs import Job, Jobs
from charmlp.search.plan import Folder, Plan
from charmlp.search.ranges import read_space
from charmlp.search.suggesting import JOURNAL, Suggesting, check_optuna

pytest.importorskip("optuna", reason="Optuna is not installed")

SPACE = read_space('lr = { low = 0.001, high = 1, log = true }\nhsize = ["8", "16"]', "space")


class Killed(BaseException):
    """Ends a process at once."""


class FakeJob(Job):
    """The larger lr, the better; asks after each quarter whether to go on; ended after so many trainings."""

    def __init__(self, most: int = 10**6) -> None:
        super().__init__({})
        self.trained: list[tuple[float, int]] = []
        self.most = most

    def train(self, config: TrainingConfig, goes_on: Any = None) -> dict[str, Any]:
        if len(self.trained) == self.most:
            raise Killed
        self.trained.append((config.lr, config.seed))
        for quarter in (1, 2, 3, 4):
            if not goes_on(quarter / 4, config.lr):
                return {"failed": f"pruned after epoch {quarter}"}
        return (
            {"failed": "diverges"} if config.lr > 0.9 else {"accuracy": config.lr, "right": "a0", "epoch": 4}
        )


def plan(count: int = 20, **more: Any) -> Plan:
    return Plan(base=SLIDES, seeds=2, given={}, space=SPACE, count=count, **more)


def search(folder: Path, job: FakeJob, **more: Any) -> dict[int, Any]:
    """All that is known in the end."""
    suggesting = Suggesting(plan(**more), Folder(folder))
    jobs = Jobs(0, {})
    jobs.jobs = [job]
    with jobs:
        list(suggesting.try_all(jobs))
    return suggesting.known()


def test_killed_after_any_training_it_repeats_nothing_and_suggests_the_same(tmp_path: Path) -> None:
    whole = FakeJob()
    (tmp_path / "whole").mkdir()
    expected = search(tmp_path / "whole", whole, count=14)
    assert list(expected) == list(range(1, 15)) and len(whole.trained) > 14
    (tmp_path / "cut").mkdir()
    trained: list[tuple[float, int]] = []
    for most in (1, 2, 1, 4, 3, 10**6):
        job = FakeJob(most)
        with contextlib.suppress(Killed):
            found = search(tmp_path / "cut", job, count=14)
        trained += job.trained
    assert found == expected and trained == whole.trained


def test_some_are_pruned_and_the_others_come_nearer_to_the_best(tmp_path: Path) -> None:
    found = search(tmp_path, FakeJob(), count=24)
    reasons = [trials[-1].failed for _, trials in found.values()]
    assert any(reason.startswith("pruned") for reason in reasons)
    best = [values["lr"] for values, trials in found.values() if not trials[-1].failed]
    assert min(best[-3:]) > 0.1
    assert "diverges" in reasons


def test_a_line_that_was_torn_is_dropped(tmp_path: Path) -> None:
    known = search(tmp_path, FakeJob(), count=3)
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b'{"op_code": 4, "worker')
    job = FakeJob()
    found = search(tmp_path, job, count=3)
    assert found == known and not job.trained
    assert [json.loads(line) for line in (tmp_path / JOURNAL).read_bytes().splitlines()]


def test_a_database_that_is_not_there(tmp_path: Path) -> None:
    for url in ("nothing://", "postgresql+nothing://localhost/x", f"sqlite:///{tmp_path}/no/x.db"):
        with pytest.raises(CharmlpError, match="--storage: "):
            check_optuna(plan(storage=url))


@pytest.fixture
def postgres() -> Iterator[str]:
    """A server of PostgreSQL of its own; its URL."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs or shutil.which("runuser") is None:
        pytest.skip("no PostgreSQL on this machine")
    with tempfile.TemporaryDirectory() as place:  # no folder of the tests': others may not go through those
        as_user: list[str] = []
        if os.getuid() == 0:  # the server does not run as root
            shutil.chown(place, "postgres")
            as_user = ["runuser", "-u", "postgres", "--"]

        def run(program: str, *arguments: str) -> None:
            command = [*as_user, str(programs[-1].with_name(program)), "-D", f"{place}/data", *arguments]
            subprocess.run(command, check=True, cwd=place)

        run("initdb", "-A", "trust", "-U", "charmlp")
        run("pg_ctl", "-w", "-o", f"-k {place} -c listen_addresses=''", "-l", f"{place}/log", "start")
        try:
            yield f"postgresql+psycopg://charmlp@/postgres?host={place}"
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")


@pytest.mark.full
def test_two_machines_share_a_study_in_postgresql(tmp_path: Path, postgres: str) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
    first, second = FakeJob(7), FakeJob()
    with pytest.raises(Killed):
        search(tmp_path / "a", first, count=10, storage=postgres)
    search(tmp_path / "b", second, count=10, storage=postgres)  # leaves alone what the other has begun
    last = FakeJob()
    found = search(tmp_path / "a", last, count=10, storage=postgres)
    assert list(found) == list(range(1, 11))
    trained = [*first.trained, *second.trained, *last.trained]
    assert len(trained) == len({*trained}) == sum(len(trials) for _, trials in found.values())
