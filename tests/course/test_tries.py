"""How often a task was tried is counted up to the first time that it was right."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from charmlp.cli.course_check import count_tries
from charmlp.course.skeleton import FACTS
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS
from charmlp.course.tries import TRIES, Tries, read_tries, with_one_more, written


def test_tries_are_counted_until_it_is_right() -> None:
    tries: dict[str, Tries] = {}
    for status in (NOT_BEGUN, RUNS, MISTAKEN, RIGHT, MISTAKEN, RIGHT):
        tries = with_one_more(tries, {"relu": status, "tanh": NOT_BEGUN})
    assert tries == {"relu": Tries(3, True)}
    assert read_tries(written(tries)) == tries


def test_what_is_none_is_left_out() -> None:
    wrong = "nonsense,1,yes\ntanh,-1,yes\nmlp,99999999999,yes\nrelu\n\0sigmoid,²,no\n"
    text = f"task,tries,right\nrelu,3,no\n{wrong}"
    assert read_tries(text) == {"relu": Tries(3, False)}


def test_check_counts_in_a_folder_that_was_made_for_it(tmp_path: Path) -> None:
    results = [SimpleNamespace(task="relu", status=MISTAKEN)]
    count_tries(tmp_path, results)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
    (tmp_path / FACTS).write_text("")
    for _ in range(2):
        count_tries(tmp_path, results)  # type: ignore[arg-type]
    assert (tmp_path / TRIES).read_text() == "task,tries,right\nrelu,2,no\n"
    (tmp_path / TRIES).unlink()
    (tmp_path / TRIES).mkdir()
    count_tries(tmp_path, results)  # type: ignore[arg-type]  # what cannot be written is no error
