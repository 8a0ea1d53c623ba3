"""How a run is told: as bars on a terminal, as plain lines elsewhere, in the course's words on request."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from charmlp.cli.notes import detail, is_quiet, is_verbose, note
from charmlp.language import translated
from charmlp.text import printable
from charmlp.training.callbacks import Callback, timed

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from charmlp.training.state import Epoch
    from charmlp.training.trainer import Trainer

MOST_LINES = 25  # for the epochs of one run, where there is no terminal


class LineReporter(Callback):
    """Plain lines on stderr: a log that stays readable however many epochs there are."""

    def message(self, line: str) -> None:
        note(line)

    def detail(self, line: str) -> None:
        detail(line)

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        epochs = training.config.epochs
        interval = 1 if is_verbose() else max(1, epochs // MOST_LINES)
        if epoch.epoch % interval == 0 or epoch.epoch in (1, epochs):
            self.message(describe(epoch, epochs))


class BarReporter(LineReporter):
    """A bar that moves, on a terminal.

    Until something is done it only pulses: the first of the work may wait for loops to be compiled, and does
    not count for the time that is left.
    """

    def __init__(self, bars: Progress) -> None:
        self.bars = bars
        self.tasks: dict[str, TaskID] = {}

    def message(self, line: str) -> None:
        self.bars.console.print(printable(translated(line)), markup=False, highlight=False)

    def detail(self, line: str) -> None:
        if is_verbose():
            self.message(line)

    def progress(self, what: str, done: int, total: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.bars.add_task(translated(what), total=total, start=False)
        if done:
            self.bars.start_task(self.tasks[what])
        self.bars.update(self.tasks[what], completed=done)

    def training_begins(self, training: Trainer) -> None:
        self.updates_done(training)

    def updates_done(self, training: Trainer) -> None:
        self.progress("training", training.updates, training.total_updates)

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        self.bars.update(
            self.tasks["training"], description=translated(describe(epoch, training.config.epochs))
        )


class CourseReporter(LineReporter):
    """The course's lines on stdout; what the course does not know goes to stderr."""

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        text = f"Epoch {epoch.epoch:02d}: loss = {epoch.loss:.3f}"
        if epoch.validation is not None:
            accuracy = 100 * epoch.validation.accuracy
            text += f"\nEpoch {epoch.epoch:02d}: validation accuracy = {accuracy:.1f}%"
        with suppress(OSError):  # a reader that goes away ends no training
            print(text, flush=True)


@contextmanager
def make_reporter() -> Iterator[LineReporter]:
    """Bars where stderr is a terminal, lines elsewhere, nothing with `--quiet`."""
    if is_quiet() or not sys.stderr.isatty():
        yield LineReporter()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bars:
        yield BarReporter(bars)


@contextmanager
def drawing(reporter: LineReporter) -> Iterator[None]:
    """While pictures are drawn: how long it takes nobody knows, but something moves."""
    with timed(reporter, "drawing pictures"):
        reporter.progress("drawing pictures", 0, 1)
        yield
        reporter.progress("drawing pictures", 1, 1)


def describe(epoch: Epoch, epochs: int) -> str:
    """`epoch 10/50  loss 0.512  validation 81.3 %`."""
    text = f"epoch {epoch.epoch:>{len(str(epochs))}}/{epochs}  loss {epoch.loss:.3f}"
    if epoch.validation is not None:
        text = f"{text}  validation {100 * epoch.validation.accuracy:.1f} %"
    return text
