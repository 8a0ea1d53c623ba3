"""Processes that read: the same answers, an end that is told, and nothing that stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from charmlp.errors import CharmlpError
from charmlp.images.batches import read_batch
from charmlp.images.workers import Workers
from charmlp.system import processes
from tests.data.making import make_image

ENDLESS = """
import itertools, sys
from charmlp.images import batches
batches.MANY = 20
for _ in batches.read_batches(itertools.repeat(sys.argv[1]), (5, 4), workers=2):
    print("batch", flush=True)
"""


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    for index in range(30):
        make_image(tmp_path / f"{index}.png", 8 * index)
    return [tmp_path / f"{index}.png" for index in range(30)]


def test_the_same_answers(paths: list[Path]) -> None:
    paths[7].write_bytes(b"no picture")
    parts = [paths[start : start + 5] for start in range(0, 30, 5)]
    with Workers(2, (5, 4)) as workers:
        futures = [workers.submit(part) for part in parts]
        for part, future in zip(parts, futures, strict=True):
            there, here = future.result(), read_batch(part, (5, 4))
            assert np.array_equal(there.images, here.images)
            assert {at: repr(fault) for at, fault in there.faults.items()} == {
                at: repr(fault) for at, fault in here.faults.items()
            }
    assert futures[1].result().faults.keys() == {2}


def test_a_process_that_ends_is_told(paths: list[Path]) -> None:
    with Workers(1, (5, 4)) as workers:
        workers.submit(paths[:1]).result()
        workers.processes[0].kill()
        workers.processes[0].wait()
        with pytest.raises(CharmlpError, match="has ended"):
            workers.submit(paths).result()


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "command", lambda *_: [str(tmp_path / "no-python")])
    with pytest.raises(CharmlpError, match="cannot be started: "), Workers(2, (5, 4)):
        pass


def test_no_process_stays(paths: list[Path]) -> None:
    with Workers(2, (5, 4)) as workers:
        asked = [workers.submit(paths) for _ in range(9)]
        asked[0].result()
    assert len(workers.processes) == 2
    assert all(process.poll() is not None for process in workers.processes)
    assert all(future.done() for future in asked)


@pytest.mark.skipif(sys.platform == "win32", reason="this system ends processes in another way")
@pytest.mark.parametrize("how", ["SIGINT", "SIGKILL"])
def test_whatever_ends_the_program_ends_its_processes(paths: list[Path], how: str) -> None:
    """All of them hold this program's error stream, which ends with the last of them."""
    program = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(paths[0])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=processes.environment(),
    )
    assert program.stdout is not None and program.stdout.readline() == b"batch\n"
    os.kill(program.pid, getattr(signal, how))
    _, errors = program.communicate(timeout=60)
    assert program.returncode != 0
    if how == "SIGINT":
        assert errors.rstrip().endswith(b"KeyboardInterrupt") and errors.count(b"Traceback") == 1
    else:
        assert errors == b""


def test_a_process_does_without_numpy(tmp_path: Path) -> None:
    """NumPy takes as long to import as all else that such a process needs."""
    script = (
        "import sys; from charmlp.images.workers import read_pixels\n"
        "pixels, faults = read_pixels(sys.argv[1:], (5, 4))\n"
        "print(len(pixels), faults, 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(make_image(tmp_path / "a.png"))],
        capture_output=True,
        text=True,
        env=processes.environment(),
    )
    assert (done.stdout, done.stderr) == ("20 {} False\n", "")
