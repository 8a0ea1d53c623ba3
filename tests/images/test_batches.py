"""Many images in order: by whom they are read makes no difference."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charmlp.errors import CharmlpError, ImageError
from charmlp.images import batches, read_grey, workers
from charmlp.images.batches import read_batches
from charmlp.system import processes
from charmlp.system.workers import Worker
from tests.data.making import make_image

N = 120
SIZE = (5, 4)

SCRIPT = """
import sys
from pathlib import Path
from charmlp.data.decoding import decode_images
from charmlp.images import batches
batches.MANY = 20
paths = sorted(Path(sys.argv[1]).iterdir())
decoded = decode_images(paths, [path.name for path in paths], (5, 4), what="images", workers=2)
print(len(decoded.images), "subprocess" in sys.modules)
"""


@pytest.fixture
def images(tmp_path: Path) -> list[str | Path | CharmlpError]:
    """Images, a broken one, one that is not there, and an error that was known before."""
    paths = [tmp_path / f"{index:03}.png" for index in range(N)]
    for index, path in enumerate(paths):
        make_image(path, 2 * index)
    paths[40].write_bytes(b"no picture")
    paths[41].unlink()
    return [*map(str, paths[:60]), ImageError("x*: no file has such a name"), *paths[60:]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Worker]]:
    """The processes that were started; none is left in the end."""
    found: list[Worker] = []
    start = workers.Reader.__init__

    def watched(self: workers.Reader, *arguments: Any) -> None:
        start(self, *arguments)
        found.append(self.worker)

    monkeypatch.setattr(workers.Reader, "__init__", watched)
    yield found
    assert all(worker.status is not None for worker in found)


def read(images: list[str | Path | CharmlpError], count: int) -> tuple[list[object], list[str], list[str]]:
    """What was asked for, the pixels, and the faults."""
    asked: list[object] = []
    pixels, faults = [], []
    with closing(read_batches(iter(images), SIZE, count)) as found:
        for some, batch in found:
            faults += [f"{len(asked) + place}: {fault}" for place, fault in batch.faults.items()]
            pixels += [image.tobytes().hex() for image in batch.images]
            asked += some
    return asked, pixels, faults


@pytest.mark.parametrize(("many", "count"), [(1000, 1), (1000, 2), (1000, 7), (20, 1), (20, 2), (121, 3)])
def test_the_same_whoever_reads(
    images: list[str | Path | CharmlpError],
    started: list[Worker],
    monkeypatch: pytest.MonkeyPatch,
    many: int,
    count: int,
) -> None:
    monkeypatch.setattr(batches, "MANY", many)
    monkeypatch.setattr(batches, "PROCESS_BATCH", 50)
    asked, pixels, faults = read(images, count)
    assert asked == images
    good = [image for place, image in enumerate(images) if place not in (40, 41, 60)]
    assert pixels == [read_grey(image, SIZE).tobytes().hex() for image in good]  # type: ignore[arg-type]
    assert [fault.partition(":")[0] for fault in faults] == ["40", "41", "60"]
    assert "not an image" in faults[0] and "no such file" in faults[1] and "no file has" in faults[2]
    assert len(started) == (count if many < 1000 and count > 1 else 0)


def test_who_stops_early_leaves_nothing_behind(
    images: list[str | Path | CharmlpError], started: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MANY", 20)
    monkeypatch.setattr(batches, "PROCESS_BATCH", 10)
    with closing(read_batches(images, SIZE, 2)) as found:
        next(found)
        assert [worker.status for worker in started] == [None, None]
    assert all(worker.status is not None for worker in started)


def test_pictures_in_memory_are_read_by_threads(
    started: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MANY", 20)
    pictures = [Image.new("L", (4, 4), shade) for shade in range(99)]
    found = [batch for _, batch in read_batches(pictures, SIZE, 2)]
    assert np.concatenate([batch.images for batch in found])[:, 0, 0].tolist() == list(range(99))
    assert not started


def test_a_frozen_program_does_not_start_itself(
    images: list[str | Path | CharmlpError], started: list[Worker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MANY", 20)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert len(read(images, 2)[1]) == N - 2
    assert not started


def test_memory_does_not_grow_with_the_size_of_a_picture() -> None:
    pictures = [Image.new("L", (4, 4)) for _ in range(9)]
    sizes = [len(batch.images) for _, batch in read_batches(pictures, (512, 512), 2)]
    assert sizes == [1] * 9


def test_a_script_needs_no_guard(images: list[object], tmp_path: Path) -> None:
    """Processes that import the caller's program anew would run it once more."""
    (script := tmp_path / "script.py").write_text(SCRIPT)
    folder = tmp_path / "good"
    folder.mkdir()
    for index in range(99):
        make_image(folder / f"{index}.png", index)
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        capture_output=True,
        text=True,
        env=processes.environment(),
        cwd=tmp_path,
    )
    assert (done.stdout, done.stderr) == ("99 True\n", "")


def test_pictures_in_memory_are_not_gathered() -> None:
    """Only paths are looked at far ahead, to see whether processes are worth their start."""
    asked = 0

    def pictures() -> Iterator[Image.Image]:
        nonlocal asked
        for _ in range(3000):
            asked += 1
            yield Image.new("L", (4, 4), 200)

    with closing(read_batches(pictures(), (4, 4), workers=2)) as batches:
        next(batches)
        assert asked <= 32 * (2 * 2 + 2)
        assert sum(len(batch.images) for _, batch in batches) == 3000 - 32
