"""Bars on a terminal: they move from the start, and what is compiled does not count for the time left."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from charmlp.cli.progress import BarReporter, drawing


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bars(clock: Clock) -> Progress:
    console = Console(file=io.StringIO(), force_terminal=True)
    return Progress(console=console, get_time=clock, auto_refresh=False)


def after(updates: int) -> Any:
    return SimpleNamespace(updates=updates, total_updates=1000, config=SimpleNamespace(epochs=10))


def test_the_time_left_is_that_of_updates_without_what_was_compiled_before(
    bars: Progress, clock: Clock
) -> None:
    reporter = BarReporter(bars)
    reporter.training_begins(after(0))
    (task,) = bars.tasks
    assert not task.started and task.time_remaining is None  # it pulses
    left = []
    for updates in range(10, 101, 10):
        clock.now += 60 if updates == 10 else 1  # the first are compiled
        reporter.updates_done(after(updates))
        left.append(task.time_remaining)
    assert task.started and task.completed == 100
    assert left[1:] == [(1000 - updates) / 10 for updates in range(20, 101, 10)]


def test_an_epoch_changes_the_words_alone(bars: Progress) -> None:
    reporter = BarReporter(bars)
    reporter.training_begins(after(0))
    reporter.updates_done(after(100))
    reporter.epoch_ends(after(100), SimpleNamespace(epoch=1, loss=2.0, validation=None))  # type: ignore[arg-type]
    (task,) = bars.tasks
    assert task.completed == 100 and task.description == "epoch  1/10  loss 2.000"


def test_what_is_prepared_pulses_until_some_of_it_is_done(bars: Progress) -> None:
    reporter = BarReporter(bars)
    reporter.progress("rendering letters", 0, 50)
    (task,) = bars.tasks
    assert not task.started
    reporter.progress("rendering letters", 20, 50)
    assert task.started and task.completed == 20 and not task.finished


def test_something_moves_while_pictures_are_drawn(bars: Progress) -> None:
    with drawing(BarReporter(bars)):
        (task,) = bars.tasks
        assert task.description == "drawing pictures" and not task.started
    assert task.finished
