"""Many pictures into one array."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.data.decoding import decode_images
from charmlp.errors import DataError
from tests.data.making import make_image

N = 300  # more than a thread takes at a time


@pytest.fixture
def names(tmp_path: Path) -> list[str]:
    """300 names of pictures in a folder; picture i has the shade i % 251."""
    for index in range(N):
        make_image(tmp_path / f"{index:03}.png", index % 251)
    return [f"{index:03}.png" for index in range(N)]


@pytest.mark.parametrize("workers", [None, 1, 2, 7])
def test_in_order_whatever_the_number_of_workers(
    tmp_path: Path, names: list[str], workers: int | None
) -> None:
    decoded = decode_images(map(tmp_path.joinpath, names), names, (3, 2), what="images", workers=workers)
    assert decoded.images.shape == (N, 3, 2) and decoded.images.dtype == np.uint8
    assert np.array_equal(decoded.images[:, 0, 0], np.arange(N) % 251)
    assert decoded.chosen.tolist() == list(range(N)) and decoded.unreadable == ()


def test_progress_reaches_the_end(tmp_path: Path, names: list[str]) -> None:
    seen: list[tuple[int, int]] = []
    decode_images(
        map(tmp_path.joinpath, names),
        names,
        (2, 2),
        what="images",
        progress=lambda *step: seen.append(step),
    )
    assert seen == sorted(seen) and seen[-1] == (N, N) and len(seen) > 1


def test_unreadable_images_are_counted_and_five_are_named(tmp_path: Path, names: list[str]) -> None:
    for index in range(10, 170, 10):
        (tmp_path / names[index]).write_bytes(b"no picture")
    with pytest.raises(DataError) as caught:
        decode_images(map(tmp_path.joinpath, names), names, (2, 2), what="training images")
    message = str(caught.value)
    assert message.startswith("16 of 300 training images cannot be read, the first 5: ")
    assert [name for name in names if name in message] == [
        "010.png",
        "020.png",
        "030.png",
        "040.png",
        "050.png",
    ]
    assert message.endswith("; --skip-bad goes on without them") and message.isprintable()


def test_skip_bad_goes_on_and_remembers(tmp_path: Path, names: list[str]) -> None:
    for index in (0, 64, 299):
        (tmp_path / names[index]).unlink()
    decoded = decode_images(map(tmp_path.joinpath, names), names, (2, 2), what="images", skip_bad=True)
    good = [index for index in range(N) if index not in (0, 64, 299)]
    assert decoded.chosen.tolist() == good
    assert np.array_equal(decoded.images[:, 0, 0], np.array(good) % 251)
    assert len(decoded.unreadable) == 3 and "064.png" in decoded.unreadable[1]


def test_skip_bad_does_not_go_on_with_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"^2 of 2 images cannot be read: .*b.png"):
        decode_images(
            [tmp_path / "a.png", tmp_path / "b.png"],
            ["a.png", "b.png"],
            (2, 2),
            what="images",
            skip_bad=True,
        )


def test_a_fault_of_ours_is_not_an_unreadable_image(names: list[str]) -> None:
    def broken(index: int) -> Path:
        raise ZeroDivisionError(index)

    with pytest.raises(ZeroDivisionError):
        decode_images(map(broken, range(N)), names, (2, 2), what="images", skip_bad=True)


def test_more_than_the_memory_holds() -> None:
    with pytest.raises(DataError, match=r"images: 3 of 1048576×1073741824 pixels take .* GB of memory"):
        decode_images([Path()] * 3, ["a", "b", "c"], (2**20, 2**30), what="images")


def test_pictures_in_memory() -> None:
    pictures = [Image.new("L", (4, 4), shade) for shade in (7, 9)]
    decoded = decode_images(pictures, ["a/0", "a/1"], (4, 4), what="images")
    assert decoded.images[:, 0, 0].tolist() == [7, 9]
