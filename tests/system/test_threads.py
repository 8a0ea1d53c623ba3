"""Work is cut by its size alone, and done whole by however many threads there are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from charmlp.system import threads


@pytest.fixture(params=[1, 3, "none to be had"])
def helpers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One core, three, and a system that gives no thread."""
    cores = request.param if isinstance(request.param, int) else 3
    pool = ThreadPoolExecutor(cores)
    if cores != request.param:

        def submit(*what: object) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(pool, "submit", submit)
    monkeypatch.setattr(threads, "cores", lambda: cores)
    monkeypatch.setattr(threads, "pool", lambda: pool)


@pytest.mark.parametrize(
    ("count", "size", "parts"), [(256, 128, 2), (300, 128, 2), (5, 128, 1), (0, 3, 1), (7, 1, 7)]
)
def test_blocks_cover_all_and_are_alike(count: int, size: int, parts: int) -> None:
    blocks = threads.blocks(count, size)
    assert len(blocks) == parts
    assert [number for block in blocks for number in range(count)[block]] == list(range(count))
    lengths = [block.stop - block.start for block in blocks]
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.usefixtures("helpers")
@pytest.mark.parametrize("count", [1, 2, 50])
def test_each_part_is_done_once(count: int) -> None:
    done: list[int] = []
    threads.each(done.append, range(count))
    assert sorted(done) == list(range(count))


@pytest.mark.usefixtures("helpers")
def test_what_a_part_raises_comes_out() -> None:
    def task(part: int) -> None:
        if part == 7:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        threads.each(task, range(9))


def test_several_threads_work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 2)
    monkeypatch.setattr(threads, "pool", lambda: ThreadPoolExecutor(2))
    meeting = threading.Barrier(2, timeout=60)
    threads.each(lambda part: meeting.wait(), range(2))


@pytest.mark.parametrize(
    ("said", "found"), [("1", 1), ("1000", None), ("", None), ("0", None), ("2,1", None)]
)
def test_others_may_say_how_many_threads(
    said: str, found: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As joblib tells its worker processes."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    there = threads.cores()
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert threads.cores() == (found or there)
