"""What rank 0 hands out comes back in order, and the helpers end with it, however it ends."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from charmlp.system import helpers
from tests.system.in_threads import ranks_in_threads


def square(number: int) -> tuple[int, str]:
    return number * number, threading.current_thread().name


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("parts", [0, 1, 2, 29])
def test_in_order_and_each_by_one(count: int, parts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[int, str]] = []

    def work() -> int:
        found.extend(helpers.spread(square, iter(range(parts))))
        return 7

    with ranks_in_threads(count, monkeypatch) as statuses:
        assert helpers.with_helpers(work) == 7
    assert statuses == [0] * (count - 1)
    assert [result for result, _ in found] == [number * number for number in range(parts)]
    done = Counter(thread for _, thread in found)
    if parts == 29:
        assert len(done) == count and max(done.values()) <= min(done.values()) + 2 * helpers.AT_ONCE


def test_what_comes_is_not_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []

    def parts():  # type: ignore[no-untyped-def]
        for number in range(100):
            taken.append(number)
            yield number

    def work() -> int:
        next(helpers.spread(square, parts()))
        return 0

    with ranks_in_threads(2, monkeypatch):
        helpers.with_helpers(work)
    assert len(taken) == 2 * helpers.AT_ONCE


def test_an_error_of_the_command_ends_the_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> int:
        next(helpers.spread(square, range(100)))
        raise ValueError("of the command")

    with ranks_in_threads(3, monkeypatch) as statuses, pytest.raises(ValueError, match="of the command"):
        helpers.with_helpers(work)
    assert statuses == [1, 1] and not helpers.has_helpers()


def test_a_reader_who_has_seen_enough_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def work() -> int:
        next(helpers.spread(square, range(100)))
        raise BrokenPipeError

    with ranks_in_threads(2, monkeypatch) as statuses, pytest.raises(BrokenPipeError):
        helpers.with_helpers(work)
    assert statuses == [0]


def test_alone_it_is_the_work_itself() -> None:
    assert helpers.with_helpers(lambda: 3) == 3
    assert not helpers.has_helpers() and list(helpers.spread(abs, [-1, -2])) == [1, 2]
