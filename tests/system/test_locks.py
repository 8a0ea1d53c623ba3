"""A lock is held by one process, and by none that has ended."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from charmlp.system.locks import TakenError, locked
from charmlp.system.processes import environment

HOLD = """
import sys
from pathlib import Path
from charmlp.system.locks import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_one_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    for _ in range(2):  # what was let go can be taken again
        with locked(lock), pytest.raises(TakenError), locked(lock):
            pass
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_held_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()) as other:
        assert other.stdout is not None and other.stdout.readline().strip() == b"held"
        with pytest.raises(TakenError), locked(lock):
            pass
        other.kill()
        other.wait()
    with locked(lock):
        pass
