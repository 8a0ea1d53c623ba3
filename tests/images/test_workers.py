"""Images read by other processes: the same pixels, the same errors."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from charmlp.errors import CharmlpError, ImageError
from charmlp.images import read_grey
from charmlp.images.workers import Workers
from tests.data.making import make_image


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    for index in range(30):
        make_image(tmp_path / f"{index}.png", 8 * index)
    return [tmp_path / f"{index}.png" for index in range(30)]


def test_the_same_pixels_and_the_same_errors(paths: list[Path]) -> None:
    paths[7].write_bytes(b"no picture")
    with pytest.raises(ImageError) as here:
        read_grey(paths[7], (5, 4))
    with Workers((5, 4)) as workers, ThreadPoolExecutor(2) as pool:
        parts = [paths[start : start + 5] for start in range(0, 30, 5)]
        answers = [answer for part in pool.map(workers.read, parts) for answer in part]
    for index, answer in enumerate(answers):
        if index == 7:
            assert isinstance(answer, ImageError) and str(answer) == str(here.value)
        else:
            assert np.array_equal(answer, read_grey(paths[index], (5, 4)))


def test_a_process_that_ends_is_told(paths: list[Path]) -> None:
    with Workers((5, 4)) as workers:
        workers.read(paths[:1])
        workers.processes[0].kill()
        workers.processes[0].wait()
        with pytest.raises(CharmlpError, match="has ended"):
            workers.read(paths)


def test_no_process_stays(paths: list[Path]) -> None:
    with Workers((5, 4)) as workers:
        workers.read(paths)
    assert all(process.poll() is not None for process in workers.processes) and workers.processes
