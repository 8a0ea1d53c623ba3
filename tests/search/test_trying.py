"""Every cell once: what is kept is not trained again, what another one trains is waited for."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from charmlp.config import SLIDES, TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.search import jobs as jobs_module
from charmlp.search.jobs import Job, Jobs
from charmlp.search.plan import Folder
from charmlp.search.trying import Cell, try_all
from tests.search.making import trial

SHOWN = {"accuracy": 0.5, "epoch": 1, "right": "a0", "step": "analytic"}


class FakeJob(Job):
    """Trains nothing, and counts."""

    def __init__(self, trained: list[int]) -> None:
        super().__init__({})
        self.trained = trained

    def train(self, config: TrainingConfig, goes_on: Any = None) -> dict[str, Any]:
        if config.epochs == 13:
            raise CharmlpError("bad luck")
        self.trained.append(config.epochs)
        return SHOWN


def jobs_of(count: int) -> tuple[Jobs, list[int]]:
    trained: list[int] = []
    jobs = Jobs(0, {})
    jobs.jobs = [FakeJob(trained) for _ in range(count)]
    return jobs, trained


def cell(setting: int) -> Cell:
    return Cell(setting, 1, TrainingConfig(epochs=setting))


def test_each_cell_once_also_among_several_jobs(tmp_path: Path) -> None:
    jobs, trained = jobs_of(3)
    with jobs:
        found = list(try_all(jobs, Folder(tmp_path), [cell(number) for number in range(1, 11)]))
    assert sorted(trained) == sorted(each.setting for each in found) == list(range(1, 11))
    assert not list((tmp_path / "trials").glob("*.lock"))


def test_claims_of_killed_processes_go_and_no_others(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    with folder.claimed(1, 1):
        (tmp_path / "trials" / "2-1.lock").touch()
        folder.sweep()
        assert [path.name for path in (tmp_path / "trials").iterdir()] == ["1-1.lock"]


def test_what_is_kept_is_not_trained_again(tmp_path: Path) -> None:
    folder, (jobs, trained) = Folder(tmp_path), jobs_of(1)
    folder.write(trial(2, 1, [1, 0]))
    with jobs:
        found = {each.setting: each for each in try_all(jobs, folder, [cell(1), cell(2)])}
    assert trained == [1] and found[2] == trial(2, 1, [1, 0])


def test_what_another_one_trains_is_waited_for(tmp_path: Path) -> None:
    folder, (jobs, trained) = Folder(tmp_path), jobs_of(1)
    claimed, told = threading.Event(), threading.Event()

    def other() -> None:
        with folder.claimed(2, 1):
            claimed.set()
            told.wait(10)
            folder.write(trial(2, 1, [1, 1]))

    thread = threading.Thread(target=other)
    thread.start()
    claimed.wait(10)
    with jobs:
        found = []
        for each in try_all(jobs, folder, [cell(2), cell(1)]):
            found.append(each.setting)
            told.set()
    thread.join()
    assert found == [1, 2] and trained == [1]


def test_an_error_of_a_job_is_raised_where_results_are_waited_for(tmp_path: Path) -> None:
    jobs, _ = jobs_of(2)
    with pytest.raises(CharmlpError, match="bad luck"), jobs:
        list(try_all(jobs, Folder(tmp_path), [cell(13), cell(1)]))


@pytest.mark.parametrize(
    ("deaths", "answer"), [(1, SHOWN), (2, {"failed": "its process ended with status -9"})]
)
def test_a_killed_process_is_replaced_once(
    deaths: int, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []

    class Mortal:
        status = -9

        def __init__(self, *arguments: str, **environment: str) -> None:
            started.append(self)

        def last_words(self) -> str:
            return ""

        def end(self) -> None: ...

    def ask(worker: Any, config: TrainingConfig, goes_on: Any) -> dict[str, Any]:
        if len(started) <= deaths:
            raise EOFError
        return SHOWN

    monkeypatch.setattr(jobs_module, "Worker", Mortal)
    monkeypatch.setattr(jobs_module, "send", lambda worker, message: None)
    monkeypatch.setattr(jobs_module, "ask", ask)
    assert Job({}).train(SLIDES) == answer
    assert len(started) == 2


def test_a_damaged_result_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for content in ("{", '{"setting": 1, "colour": 2}'):
        folder.place(1, 1).parent.mkdir(exist_ok=True)
        folder.place(1, 1).write_text(content, "utf-8")
        with pytest.raises(CharmlpError, match=r"1-1\.json: damaged; remove it"):
            folder.read(1, 1)
