"""Worker processes: answers arrive, whatever the process does; nothing stays when it, or its parent, ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from charmlp.system import processes, workers
from charmlp.system.workers import PRINTED_BYTES, Worker, messages, packed

posix = pytest.mark.skipif(os.name != "posix", reason="this system ends processes in another way")
linux = pytest.mark.skipif(sys.platform != "linux", reason="this system does not tell what a process started")

# A worker that runs each message as code; the code may set `answer`.
RUNS = """
from charmlp.system.workers import Parent
def main():
    parent = Parent()
    while True:
        scope = {"parent": parent, "answer": b"done"}
        exec(parent.receive(), scope)
        parent.send(scope["answer"])
"""
SLEEPER = (
    "import os, subprocess, sys; "
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']{})"
)
ANSWER_PID = "; answer = str(child.pid).encode()"


@pytest.fixture(autouse=True)
def worker_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "runs_code.py").write_text(RUNS)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker("runs_code", foreign=True) as worker:
        yield worker


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that has ended, and that nobody asked about yet, is none."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def test_messages_of_every_size(worker: Worker) -> None:
    for size in (0, 1, 1000, 3_000_000):
        assert worker.ask(f"answer = b'x' * {size}".encode(), 60) == b"x" * size
    worker.send(b"answer = b'one' #" + b"-" * 3_000_000)
    worker.send(b"answer = b'two'")
    assert [worker.receive(60), worker.receive(60)] == [b"one", b"two"]


def test_what_it_prints_is_no_answer_and_only_the_end_is_kept(worker: Worker) -> None:
    code = (
        "import sys, os; print('lost' * 99999); os.write(1, b'out '); os.system('echo child >&2'); "
        "answer = sys.stdin.read().encode()"
    )
    assert worker.ask(code.encode(), 60) == b""
    assert wait_for(lambda: worker.last_words() == "out child")
    assert worker.ask(b"import sys; sys.stderr.write('y' * 10**7)", 60) == b"done"
    assert wait_for(lambda: bytes(worker._printed) == b"y" * PRINTED_BYTES)


@pytest.mark.parametrize(
    "noise", [b"hello not json\n", b'[1,2]\n"x"\n', b'{"start": 5}\n\xff\xfe\n', b"\0" * 5000]
)
def test_what_is_written_to_any_descriptor_is_no_answer(worker: Worker, noise: bytes) -> None:
    write = (
        "import os\nfor descriptor in range(3, 30):\n"
        f" try: os.write(descriptor, {noise!r})\n except OSError: pass\nanswer = b'still here'"
    )
    for _ in range(3):
        assert worker.ask(write.encode(), 60) == b"still here"


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(600)", "parent.receive()"])
def test_a_time_limit(worker: Worker, code: str) -> None:
    with pytest.raises(TimeoutError):
        worker.ask(code.encode(), 0.5)
    assert worker.status is None
    worker.end()
    assert worker.status is not None
    with pytest.raises(EOFError):
        worker.receive()


def test_a_flood_of_words_without_a_line_is_neither_kept_nor_in_the_way(worker: Worker) -> None:
    with pytest.raises(TimeoutError):
        worker.ask(b"import sys\nwhile True: sys.stdout.write('x' * 1000000)", 1.5)
    assert len(worker._printed) <= PRINTED_BYTES


def test_a_worker_that_does_not_listen_holds_nobody_up(worker: Worker) -> None:
    worker.send(b"import time; time.sleep(600)")
    worker.send(b"#" * 10**7)
    started = time.monotonic()
    worker.end()
    assert time.monotonic() - started < 10


def test_the_end_is_told_with_status_and_words(worker: Worker) -> None:
    with pytest.raises(EOFError, match="status 3"):
        worker.ask(b"import os, sys; print('no more', flush=True); os._exit(3)", 60)
    assert (worker.status, worker.last_words()) == (3, "no more")
    with pytest.raises(EOFError):
        worker.receive()


def test_an_answer_just_before_the_end_arrives(worker: Worker) -> None:
    assert worker.ask(b"import os; parent.send(b'x' * 10**6); os._exit(0)", 60) == b"x" * 10**6


def test_a_worker_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "command", lambda *_: [str(tmp_path / "no-python")])
    with pytest.raises(OSError):
        Worker("runs_code")


@posix
def test_a_process_that_it_started_holds_nobody_up_and_ends_with_it(worker: Worker) -> None:
    """`child_exit`: the child holds the pipes of a worker that has ended."""
    child = int(worker.ask((SLEEPER.format("") + ANSWER_PID).encode(), 60))
    started = time.monotonic()
    with pytest.raises(EOFError, match="status 3"):
        worker.ask(b"import os; os._exit(3)", 60)
    assert time.monotonic() - started < 30
    assert wait_for(lambda: not is_running(child))


@linux
@pytest.mark.parametrize("end", ["worker ends", "parent ends it"])
@pytest.mark.parametrize(
    "start",
    [
        SLEEPER.format(", start_new_session=True") + ANSWER_PID,
        "import os, time\npid = os.fork()\n"
        "if not pid:\n os.setsid()\n time.sleep(600)\nanswer = str(pid).encode()",
        "import os, time\nback, there = os.pipe()\nif not (pid := os.fork()):\n os.setsid()\n"
        " if not os.fork():\n  os.write(there, str(os.getpid()).encode())\n  time.sleep(600)\n os._exit(0)\n"
        "os.waitpid(pid, 0)\nanswer = os.read(back, 99)",
    ],
    ids=["session", "fork", "double fork"],
)
def test_a_child_that_left_the_group_ends_too(worker: Worker, start: str, end: str) -> None:
    child = int(worker.ask(start.encode(), 60))
    assert is_running(child) and child != worker.pid
    if end == "worker ends":
        with pytest.raises(EOFError):
            worker.ask(b"import os; os._exit(0)", 60)
    worker.end()
    assert wait_for(lambda: not is_running(child))


@posix
def test_a_fork_that_goes_on_says_nothing(worker: Worker) -> None:
    assert worker.ask(b"import os; answer = b'child' if os.fork() == 0 else b'parent'", 60) == b"parent"
    assert worker.ask(b"answer = b'one answer each'", 60) == b"one answer each"


PROGRAM = """
import os, signal, sys, time
from charmlp.system.workers import Worker
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may run where they are ignored
signal.signal(signal.SIGHUP, signal.SIG_DFL)
start, then = map(str.encode, sys.argv[1:])
worker = Worker("runs_code", foreign=True)
print(worker.pid, worker.ask(start).decode(), flush=True)
worker.send(then)
time.sleep(600)
"""


@posix
@pytest.mark.parametrize(
    ("how", "then", "options"),
    [
        ("SIGINT", "import time; time.sleep(600)", ""),
        ("SIGHUP", "import time; time.sleep(600)", ""),
        ("SIGTERM", "while True: pass", ""),
        ("SIGKILL", "while True: pass", ""),
        pytest.param("SIGKILL", "while True: pass", ", start_new_session=True", marks=linux),
    ],
)
def test_whatever_ends_the_parent_ends_all(how: str, then: str, options: str) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, SLEEPER.format(options) + ANSWER_PID, then],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=processes.environment(),
    )
    with program:
        assert program.stdout is not None
        pids = [int(pid) for pid in program.stdout.readline().split()]
        assert len(pids) == 2 and all(map(is_running, pids))
        os.kill(program.pid, getattr(signal, how))
        program.wait(60)
        assert wait_for(lambda: not any(map(is_running, pids)))


def test_who_is_said_to_run_does() -> None:
    """The tests above would be worth nothing otherwise."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        assert is_running(process.pid)
        process.kill()
        assert wait_for(lambda: not is_running(process.pid))


MARK = b"sixteen bytes  ."


def read(content: bytes, size: int, tmp_path: Path) -> list[bytes]:
    """The messages in a file, read so many bytes at a time."""
    (file := tmp_path / "pipe").write_bytes(content)
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        return list(messages(descriptor, MARK))
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("size", [1, 7, 2**16])
def test_messages_among_other_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(workers, "CHUNK", size)
    one, two = packed(b"one", MARK), packed(b"two" * 99, MARK)
    assert read(one + two, size, tmp_path) == [b"one", b"two" * 99]
    for noise in (b"x", MARK[:-1], MARK * 3, b"\0" * 100, b"\n"):
        assert read(noise + one + noise + two + noise, size, tmp_path)[-1:] == [b"two" * 99] or MARK in noise
    assert read(b"noise" + one + MARK[:9] + two, size, tmp_path) == [b"one", b"two" * 99]


def test_a_message_into_which_something_was_written_is_left_out(tmp_path: Path) -> None:
    hurt = bytearray(packed(b"one two three", MARK))
    hurt[-3] ^= 1
    assert read(bytes(hurt) + packed(b"next", MARK), 99, tmp_path) == [b"next"]
    assert read(packed(b"cut", MARK)[:-1], 99, tmp_path) == []


def test_no_message_makes_the_other_end_wait_for_gigabytes() -> None:
    mark = bytes(range(1, 17))
    buffer = bytearray(mark + workers.HEADER.pack(workers.MOST_BYTES + 1, 0) + packed(b"next", mark))
    assert list(workers.take_messages(buffer, mark)) == [b"next"]
