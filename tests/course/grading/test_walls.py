"""What runs inside walls reaches nothing outside, whatever it tries; without walls, limits hold."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from charmlp.course.grading import boxes, forks, walls
from charmlp.course.grading.boxes import LIMITED, OTHER_USER, WALLED, Boxes
from charmlp.course.grading.walls import Limits
from charmlp.system.workers import Worker

linux = pytest.mark.skipif(sys.platform != "linux", reason="this system has no namespaces")

# A process that runs each message as code; the code may set `answer`.
RUNS = """
import sys
from charmlp.course.grading.boxes import enter
from charmlp.system.workers import Parent

def prepare():
    pass

def main():
    enter(sys.argv[1:])
    parent = Parent()
    parent.send(b"ready")
    while True:
        scope = {"answer": "done"}
        exec(parent.receive(), scope)
        parent.send(str(scope["answer"]).encode())
"""
DEAF = b"""
import signal
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except OSError:
        pass
while True:
    pass
"""
LIMITS = Limits(processor=1, memory=2**30, disk=8 * 2**20, processes=20)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where what is handed in lies, and the module that runs it."""
    place = tmp_path_factory.mktemp("class")
    for name in ("modules", "handed-in", "scratch"):
        (place / name).mkdir()
    (place / "scratch").chmod(0o711)
    (place / "modules" / "runs_code.py").write_text(RUNS)
    (place / "handed-in" / "network.py").write_text("x = 1\n")
    (place / "secret.txt").write_text("grades")
    usual = walls.clean_environment

    def environment(**more: str) -> dict[str, str]:
        found = usual(**more)
        return found | {"PYTHONPATH": f"{found['PYTHONPATH']}{os.pathsep}{place / 'modules'}"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forks, "clean_environment", environment)
        patch.setattr(boxes, "clean_environment", environment)
        yield place


@pytest.fixture(scope="module")
def walled(place: Path) -> Iterator[Boxes]:
    found = Boxes("runs_code", place / "scratch", LIMITS)
    if found.protection != WALLED:
        pytest.skip(f"this system allows no namespaces: {found.why_no_walls}")
    yield found
    found.close()


@pytest.fixture
def inside(walled: Boxes, place: Path) -> Iterator[Worker]:
    with walled.open(place / "handed-in") as worker:
        yield worker


def says(worker: Worker, code: str) -> str:
    return worker.ask(code.encode(), 20).decode()


def ends(worker: Worker, code: str) -> str:
    """The last words of a process that ends over the code."""
    worker.send(code.encode())
    with pytest.raises(EOFError):
        worker.receive(20)
    return worker.last_words()


@linux
def test_it_finds_its_copy_and_nothing_else(inside: Worker, place: Path) -> None:
    assert says(inside, "import os; answer = sorted(os.listdir())") == "['network.py']"
    hidden = [place / "secret.txt", place / "handed-in", Path.home() / ".bashrc", Path(__file__)]
    for path in hidden:
        assert says(inside, f"import os; answer = os.path.exists({str(path)!r})") == "False"
    assert says(inside, "open('network.py', 'w').write('x'); answer = open('network.py').read()") == "x"
    assert (place / "handed-in" / "network.py").read_text() == "x = 1\n"


@linux
@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("open(__import__('json').__file__, 'w')", "Error"),
        ("open('/usr/evil', 'w')", "Error"),
        ("import socket; socket.create_connection(('1.1.1.1', 53), 5)", "unreachable"),
        ("import os; os.kill(-1, 9)", "Error"),
        ("x = bytearray(8 * 2**30)", "MemoryError"),
        ("open('big', 'wb').write(bytes(9 * 2**20))", "Error"),
        ("import os\nfor n in range(9): open(str(n), 'wb').write(bytes(2**20))", "No space left"),
        ("import subprocess; subprocess.run(['mount', '-o', 'remount,rw', '/usr'], check=True)", "Error"),
        (
            "import ctypes\nif ctypes.CDLL(None).setuid(0) == 0: pass\nelse: raise OSError('refused')",
            "refused",
        ),
    ],
)
def test_what_it_may_not(inside: Worker, code: str, words: str) -> None:
    assert words in ends(inside, code)


@linux
def test_forks_end_and_are_few(walled: Boxes, place: Path) -> None:
    bomb = "import os, time\nfor n in range(50):\n  if os.fork() == 0: time.sleep(600)"
    with walled.open(place / "handed-in") as worker:
        if os.getuid() == 0 and not walls._may_change_user():
            pytest.skip("this system does not count the processes of root")
        assert "BlockingIOError" in ends(worker, bomb)
    with walled.open(place / "handed-in") as worker:
        mark = f"charmlp-test-{os.getpid()}"
        how = f"env={{'MARK': '{mark}'}}, start_new_session=True"
        child = f"import subprocess; subprocess.Popen(['sleep', '600'], {how})"
        assert says(worker, child) == "done"
        assert comes_true(lambda: found_with(mark))
    assert comes_true(lambda: not found_with(mark))


def comes_true(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def found_with(mark: str) -> bool:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                return True
        except OSError:
            continue
    return False


@linux
def test_the_environment_holds_nothing_of_the_teachers(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    server = Boxes("runs_code", place / "scratch", LIMITS)
    try:
        with server.open(place / "handed-in") as worker:
            found = says(worker, "import os; answer = dict(os.environ)")
    finally:
        server.close()
    assert "hunter2" not in found and "'HOME': " in found


@linux
def test_a_loop_ends_with_the_processor_time_and_at_once_when_it_is_told(walled: Boxes, place: Path) -> None:
    with walled.open(place / "handed-in") as worker:
        worker.send(b"while True: pass")
        with pytest.raises(EOFError):
            worker.receive(20)
    with walled.open(place / "handed-in") as worker:
        worker.send(DEAF)
        with pytest.raises(TimeoutError):
            worker.receive(0.2)
        begun = time.monotonic()
    assert time.monotonic() - begun < 5 and worker.status is not None


def without_walls(*args: object) -> None:
    raise OSError("Operation not permitted")


@pytest.mark.skipif(os.name != "posix", reason="this system has no such limits")
def test_without_walls_there_are_limits_and_it_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxes, "ForkServer", without_walls)
    plain = Boxes("runs_code", place / "scratch", LIMITS)
    assert plain.protection in (OTHER_USER, LIMITED) and plain.why_no_walls == "Operation not permitted"
    monkeypatch.setenv("SECRET_TOKEN", "hunter2")
    with plain.open(place / "handed-in") as worker:
        assert says(worker, "import os; answer = os.listdir()") == "['network.py']"
        assert "hunter2" not in says(worker, "import os; answer = dict(os.environ)")
        assert says(worker, "open('network.py', 'w').write('x'); answer = 1") == "1"
        assert "File too large" in ends(worker, "open('big', 'wb').write(bytes(9 * 2**20))")
    assert (place / "handed-in" / "network.py").read_text() == "x = 1\n"
    with plain.open(place / "handed-in") as worker:
        if sys.platform == "linux":
            assert "MemoryError" in ends(worker, "x = bytearray(8 * 2**30)")
    assert not [path for path in (place / "scratch").iterdir() if path.name != "nothing"]
