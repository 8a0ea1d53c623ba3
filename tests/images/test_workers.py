"""Processes that read: the same answers, an end that is told, and nothing that stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from charmlp.errors import CharmlpError
from charmlp.images.reading import read_batch
from charmlp.images.workers import Reader
from charmlp.system import processes
from tests.data.making import make_image


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    for index in range(30):
        make_image(tmp_path / f"{index}.png", 8 * index)
    return [tmp_path / f"{index}.png" for index in range(30)]


def test_the_same_answers(paths: list[Path]) -> None:
    paths[7].write_bytes(b"no picture")
    parts = [paths[start : start + 5] for start in range(0, 30, 5)]
    reader = Reader((5, 4))
    with reader.worker:
        for part in parts:
            reader.send(part)
        found = [reader.receive() for _ in parts]
    for part, there in zip(parts, found, strict=True):
        here = read_batch(part, (5, 4))
        assert np.array_equal(there.images, here.images)
        assert {at: repr(fault) for at, fault in there.faults.items()} == {
            at: repr(fault) for at, fault in here.faults.items()
        }
    assert found[1].faults.keys() == {2}


def test_a_process_that_ends_is_told(paths: list[Path]) -> None:
    reader = Reader((5, 4))
    with reader.worker:
        reader.send(paths[:1])
        assert len(reader.receive().images) == 1
        reader.worker.end()
        reader.send(paths)
        with pytest.raises(CharmlpError, match="has ended"):
            reader.receive()


def test_its_last_words_are_told(paths: list[Path]) -> None:
    reader = Reader((5, 4))
    with reader.worker:
        reader.worker.send(b"no pickle")
        with pytest.raises(CharmlpError, match=r"has ended \(.*UnpicklingError: .*\)"):
            reader.receive()


def test_a_process_that_cannot_be_started_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processes, "command", lambda *_: [str(tmp_path / "no-python")])
    with pytest.raises(CharmlpError, match="cannot be started: "):
        Reader((5, 4))


def test_a_process_does_without_numpy(tmp_path: Path) -> None:
    """NumPy takes as long to import as all else that such a process needs."""
    script = (
        "import sys; from charmlp.images.reading import read_batch\n"
        "batch = read_batch(sys.argv[1:], (5, 4))\n"
        "print(len(batch.pixels), batch.faults, 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(make_image(tmp_path / "a.png"))],
        capture_output=True,
        text=True,
        env=processes.environment(),
    )
    assert (done.stdout, done.stderr) == ("20 {} False\n", "")
