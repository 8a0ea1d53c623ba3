"""Optuna's study: gone on with, nothing is repeated and the same is suggested; the hopeless are pruned."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charmlp.config import SLIDES, TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.search import suggesting
from charmlp.search.jobs import Job, Jobs
from charmlp.search.plan import Folder, Plan
from charmlp.search.ranges import read_space
from charmlp.search.studies import JOURNAL
from charmlp.search.suggesting import Suggesting, check_optuna
from tests.sampling import in_full

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


@pytest.mark.full
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


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """A database in a file, which stands for one that machines share."""
    return f"sqlite:///{tmp_path / 'study.db'}"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(suggesting, "DEAD_AFTER", 0.3)
    monkeypatch.setattr(suggesting, "BEAT", 0.05)


def die_in(folder: Path, trainings: int, **more: Any) -> FakeJob:
    """A machine that dies after so many trainings."""
    folder.mkdir()
    job = FakeJob(trainings)
    with pytest.raises(Killed):
        search(folder, job, **more)
    return job


def share(tmp_path: Path, url: str) -> None:
    """What a dead machine had begun is begun again by another one, once, and only then."""
    first = die_in(tmp_path / "a", 3, count=4, storage=url)
    (tmp_path / "b").mkdir()
    second = FakeJob()
    found = search(tmp_path / "b", second, count=4, storage=url)
    assert list(found) == list(range(1, 5))
    done = {(values["lr"], trial.seed) for values, trials in found.values() for trial in trials}
    trained = [*first.trained, *second.trained]
    again = len(trained) - len({*trained})
    assert {*trained} == done and again <= 1  # the seed before the one in which it died
    assert len(found[next(iter(found))][1]) == 2


@pytest.mark.full
@pytest.mark.usefixtures("impatient")
def test_another_machine_takes_over_what_a_dead_one_had_begun(tmp_path: Path, sqlite: str) -> None:
    share(tmp_path, sqlite)


@pytest.mark.full
@pytest.mark.usefixtures("impatient")
def test_the_same_in_postgresql(tmp_path: Path, postgres: str) -> None:
    share(tmp_path, postgres)


@pytest.mark.full
def test_a_machine_goes_on_at_once_with_what_it_had_begun(tmp_path: Path, sqlite: str) -> None:
    first = die_in(tmp_path / "a", 1, count=2, storage=sqlite)
    last = FakeJob()
    found = search(tmp_path / "a", last, count=2, storage=sqlite)
    assert len(found) == 2 and not {*first.trained} & {*last.trained}


class SlowJob(FakeJob):
    """Trains for longer than a dead machine is waited for."""

    def train(self, config: TrainingConfig, goes_on: Any = None) -> dict[str, Any]:
        time.sleep(0.5)
        return super().train(config, goes_on)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("where", "lives"), [("one folder", True), in_full(("a database", True)), in_full(("a database", False))]
)
def test_what_another_process_trains_is_waited_for(
    tmp_path: Path, sqlite: str, monkeypatch: pytest.MonkeyPatch, where: str, lives: bool
) -> None:
    """Its marks of life keep others from it; without any, the negative control, it is trained twice."""
    if not lives:
        monkeypatch.setattr(suggesting, "BEAT", 9.0)
    storage = "" if where == "one folder" else sqlite
    places = [tmp_path / "a", tmp_path / ("a" if where == "one folder" else "b")]
    for place in places:
        place.mkdir(exist_ok=True)
    jobs = [SlowJob(), SlowJob()]
    found: list[Any] = []

    def run(place: Path, job: FakeJob) -> None:
        found.append(search(place, job, count=1, storage=storage))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(places, jobs, strict=True)]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    for thread in threads:
        thread.join()
    assert found[0] == found[1] and list(found[0]) == [1]
    assert (sum(len(job.trained) for job in jobs) == 2) is lives


def test_a_database_that_goes_away_is_one_line(tmp_path: Path, sqlite: str) -> None:
    class Gone(FakeJob):
        def train(self, config: TrainingConfig, goes_on: Any = None) -> dict[str, Any]:
            (tmp_path / "study.db").write_bytes(b"no database any more")
            return super().train(config, goes_on)

    (tmp_path / "a").mkdir()
    with pytest.raises(CharmlpError, match=r"^--storage: .+; --resume goes on with the search$"):
        search(tmp_path / "a", Gone(), count=2, storage=sqlite)
