"""What becomes of Ctrl-C where Python cannot raise it, or others make something else of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from charmlp import cli
from charmlp.cli import train
from charmlp.cli.ending import ending_signals
from charmlp.cli.progress import LineReporter
from charmlp.errors import CharmlpError
from charmlp.rendering import writing
from charmlp.system.processes import environment
from tests.cli.conftest import Result, run_program

Run = Callable[..., Result]
TRAIN = ("train", "--recipe", "slides", "--pictures", "off", "--hsize", "8", "--out", "a")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system has no os.kill for Ctrl-C")


@pytest.fixture(autouse=True)
def usual_handler() -> Iterator[None]:
    """The tests may run where Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def work(monkeypatch: pytest.MonkeyPatch, does: Callable[[], object]) -> None:
    """What the command does."""

    def dispatch(arguments: list[str]) -> int:
        does()
        return 0

    monkeypatch.setattr(cli, "dispatch", dispatch)


class Lost:
    """Python prints what is raised in here, and goes on."""

    def __init__(self, does: Callable[[], object]) -> None:
        self.does = does

    def __del__(self) -> None:
        self.does()


def test_an_interrupt_that_python_loses_comes_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = []

    def does() -> None:
        Lost(press)
        reached.append("here")
        while True:
            time.sleep(0.001)

    work(monkeypatch, does)
    assert run("info") == Result(130, "", "charmlp: error: interrupted\n")
    assert reached


def test_another_error_that_python_loses_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    work(monkeypatch, lambda: Lost(lambda: 1 / 0))
    assert run("info").status == 0
    assert [lost.exc_type for lost in told] == [ZeroDivisionError]


def test_an_error_that_was_made_of_an_interrupt(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def does() -> None:
        try:
            press()
        except KeyboardInterrupt:
            raise ImportError("numpy.core.multiarray failed to import") from None

    work(monkeypatch, does)
    assert run("info") == Result(130, "", "charmlp: error: interrupted\n")


def test_an_error_of_nobody_who_pressed_is_a_bug(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def does() -> None:
        raise ImportError("broken")

    work(monkeypatch, does)
    with pytest.raises(ImportError):
        run("info")


def test_what_could_not_be_saved_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def does() -> None:
        try:
            press()
        except KeyboardInterrupt:
            raise CharmlpError("no room for the model") from None

    work(monkeypatch, does)
    assert run("info") == Result(130, "", "charmlp: error: no room for the model\n")


def test_a_second_one_keeps_the_words_of_the_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def does() -> None:
        try:
            raise KeyboardInterrupt("interrupted; go on with …")
        finally:
            press()

    work(monkeypatch, does)
    assert run("info").err == "charmlp: error: interrupted; go on with …\n"


def test_before_the_work_and_behind_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setattr(cli, "heed_settings_of_numba", press)
    work(monkeypatch, lambda: done.append("not to be done"))
    assert run("info") == Result(130, "", "charmlp: error: interrupted\n") and not done
    monkeypatch.undo()
    work(monkeypatch, press)
    monkeypatch.setattr(cli, "can_start_thread", lambda: [press(), press()])
    assert run("info") == Result(130, "", "charmlp: error: interrupted\n")


def test_only_in_the_main_thread() -> None:
    seen = []

    def elsewhere() -> None:
        with ending_signals():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert seen == [signal.default_int_handler]


PROGRAM = """
import atexit, os, signal, sys
from charmlp import __main__, cli
def press():
    os.kill(os.getpid(), signal.SIGINT)
def answer(arguments, tell=cli.answer):
    status = tell(arguments)
    press()
    return status
cli.answer = answer
cli.dispatch = lambda arguments: press()
atexit.register(press)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.argv[1:] = ["info"]
sys.exit({start})
"""


@pytest.mark.parametrize("start", ["__main__.run()", "cli.main()", "cli.main(['info'])"])
def test_the_program_ends_with_its_status(tmp_path: Path, start: str) -> None:
    """However often it is pressed; the last one, a function that leaves all as it was, is the control."""
    done = run_program("-c", PROGRAM.format(start=start), cwd=tmp_path)
    assert done.status == 130 and done.err.startswith("charmlp: error: interrupted\n")
    assert ("Traceback" in done.err) == ("[" in start)


def send(monkeypatch: pytest.MonkeyPatch, *numbers: int) -> None:
    """Signals that come at the end of the second epoch."""

    def epoch_ends(self: LineReporter, training: Any, epoch: Any) -> None:
        if epoch.epoch == 2:
            for number in numbers:
                press(number)

    monkeypatch.setattr(LineReporter, "epoch_ends", epoch_ends)


@pytest.mark.parametrize(("name", "status"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_that_ends_saves_the_model(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    before = signal.getsignal(getattr(signal, name))
    send(monkeypatch, getattr(signal, name))
    answer = run(*TRAIN, "--epoch", "50", "--data", course)
    assert answer.status == status
    assert "interrupted after epoch 2; the model as it was then is saved" in answer.err
    assert Path("a/model.safetensors").exists()
    assert signal.getsignal(getattr(signal, name)) is before


def test_a_terminal_that_closes_sends_several_signals(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(monkeypatch, signal.SIGHUP, signal.SIGTERM)

    def check_interrupted(result: train.Run, check: Any = train.check_interrupted) -> None:
        press(signal.SIGHUP)  # the model is saved by now
        press(signal.SIGTERM)
        check(result)

    monkeypatch.setattr(train, "check_interrupted", check_interrupted)
    answer = run(*TRAIN, "--epoch", "50", "--data", course)
    assert answer.status == 129 and "is saved" in answer.err


def test_what_nohup_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_signals():
            press(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.full
def test_an_ended_synth_leaves_nothing(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(writing, "_write_json", lambda *arguments: press(signal.SIGTERM))
    assert run("synth", "--out", "a", "--count", "3").status == 143
    assert list(Path().iterdir()) == []


TERMINAL = """
import os, pty, sys
process, terminal = pty.fork()
if process == 0:
    import signal
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(sys.executable, [sys.executable, "-m", "charmlp", *sys.argv[1:]])
seen = b""
while b"epoch" not in seen:
    seen += os.read(terminal, 4096)
os.close(terminal)
os.waitpid(process, 0)
"""


def test_a_terminal_that_closes_ends_no_training_that_ignores_it(course: Path) -> None:
    arguments = [*TRAIN, "--epoch", "40", "--data", str(course)]
    command = [sys.executable, "-c", TERMINAL, *arguments]
    subprocess.run(command, env=environment(), timeout=120, check=True)
    assert len(Path("a/metrics.csv").read_text("utf-8").splitlines()) == 41
    assert Path("a/model.safetensors").exists()
