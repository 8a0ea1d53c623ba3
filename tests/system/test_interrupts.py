"""An interrupt waits for the end of what must be whole; a second one does not."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from charmlp.system.interrupts import interrupts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no os.kill for Ctrl-C")


@pytest.fixture(autouse=True)
def usual_handler() -> Iterator[None]:
    """The tests may run where Ctrl-C is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press(times: int = 1) -> None:
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)


def test_one_waits() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts() as found:
        with found.held():
            press()
            done.append("whole")
        done.append("not reached")
    assert done == ["whole"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_does_not() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), interrupts() as found, found.held():
        press(2)
        done.append("not reached")
    assert not done and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_elsewhere_it_comes_at_once() -> None:
    with interrupts() as found:
        with found.held():
            pass
        with pytest.raises(KeyboardInterrupt):
            press()


def test_what_fails_meanwhile_fails() -> None:
    with pytest.raises(ZeroDivisionError), interrupts() as found, found.held():
        press()
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt):
        press()


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts() as found, found.held():
        press()
        assert found.waiting is None


def test_another_thread_hears_none() -> None:
    seen = []

    def work() -> None:
        with interrupts() as found, found.held():
            seen.append(found.handlers)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [{}]
