"""MNIST's and EMNIST's files."""

from __future__ import annotations

import gzip
import string
import struct
from pathlib import Path

import numpy as np
import pytest

from charmlp.data import LETTERS, open_source
from charmlp.errors import DataError, UsageError
from tests.data.making import idx_bytes, make_idx
from tests.sampling import in_full

IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
PIXELS = np.random.default_rng(0).integers(0, 256, (20, 6, 4), dtype=np.uint8)  # not square: 6 high, 4 wide
DIGITS = [index % 10 for index in range(20)]


@pytest.mark.parametrize("packed", [False, True])
def test_mnist(tmp_path: Path, packed: bool) -> None:
    make_idx(tmp_path, PIXELS, DIGITS, "train", packed)
    make_idx(tmp_path, PIXELS[::-1], DIGITS[::-1], "t10k", packed)
    source = open_source(tmp_path)
    assert source.splits == {"train": 17, "val": 3, "test": 20}
    assert source.classes == tuple(string.digits)
    test = source.load("test", (6, 4))
    assert np.array_equal(test.images, PIXELS[::-1]) and test.labels.tolist() == DIGITS[::-1]
    assert test.names[:2] == ("t10k-images-idx3-ubyte/000000", "t10k-images-idx3-ubyte/000001")
    train, val = source.load("train", (6, 4)), source.load("val", (6, 4))
    place = {name: index for index, name in enumerate(train.names)} | {
        name: len(train) + index for index, name in enumerate(val.names)
    }
    together = np.concatenate([train.images, val.images])[[place[name] for name in sorted(place)]]
    assert np.array_equal(together, PIXELS)


def test_packed_or_not_is_the_same_data(tmp_path: Path) -> None:
    identities = []
    for packed in (False, True):
        folder = tmp_path / str(packed)
        folder.mkdir()
        make_idx(folder, PIXELS, DIGITS, "train", packed)
        identities.append(open_source(folder).identity())
    assert identities[0] == identities[1]
    make_idx(tmp_path / "True", PIXELS, DIGITS, "train")  # both forms side by side
    assert open_source(tmp_path / "True").identity() == identities[0]


@pytest.mark.parametrize(
    ("part", "numbers", "classes", "labels"),
    [
        ("emnist-letters", [1, 26, 7], LETTERS, "AZG"),
        ("emnist-digits", [0, 9, 7], tuple("079"), "097"),
        ("emnist-mnist", [0, 9, 7], tuple("079"), "097"),
        ("emnist-balanced", [0, 10, 36, 46], tuple("0Aat"), "0Aat"),
        ("emnist-bymerge", [9, 35, 38, 45], tuple("9Zdr"), "9Zdr"),
        ("emnist-byclass", [9, 35, 36, 61], tuple("9Zaz"), "9Zaz"),
    ],
)
def test_emnist(tmp_path: Path, part: str, numbers: list[int], classes: tuple[str, ...], labels: str) -> None:
    upright = PIXELS[: len(numbers)]
    make_idx(tmp_path, upright.swapaxes(1, 2), numbers, f"{part}-test", packed=True)
    source = open_source(tmp_path)
    assert source.classes == classes
    letters = source.load("test", (6, 4))
    assert np.array_equal(letters.images, upright)  # no longer transposed
    assert [classes[label] for label in letters.labels] == list(labels)


def test_one_set_among_several_is_named_by_a_file(tmp_path: Path) -> None:
    make_idx(tmp_path, PIXELS, [1 + number for number in DIGITS], "emnist-letters-train")
    make_idx(tmp_path, PIXELS, DIGITS, "emnist-digits-train")
    with pytest.raises(DataError, match=r'IDX files of 2 sets \("emnist-digits-", "emnist-letters-"\)'):
        open_source(tmp_path)
    assert open_source(tmp_path / f"emnist-letters-{IMAGES}").classes == LETTERS
    assert open_source(tmp_path / f"emnist-digits-{LABELS}").classes == tuple(string.digits)


def test_a_label_that_the_set_does_not_have(tmp_path: Path) -> None:
    make_idx(tmp_path, PIXELS[:3], [1, 0, 27], "emnist-letters-train")
    with pytest.raises(DataError) as caught:
        open_source(tmp_path)
    assert "2 problems" in str(caught.value)
    assert f'"emnist-letters-{IMAGES}/000001": the label 0 is not one of 1 to 26' in str(caught.value)


def test_im_dir_has_no_meaning_here(tmp_path: Path) -> None:
    make_idx(tmp_path, PIXELS, DIGITS)
    with pytest.raises(UsageError, match="--im_dir goes with lists"):
        open_source(tmp_path, im_dir=tmp_path)


def header(*shape: int, magic: bytes = b"\0\0\x08\x03") -> bytes:
    return magic + struct.pack(f">{len(shape)}I", *shape)


DAMAGED = [  # an image file, and the words about it
    (b"", "begins with nothing; IDX images begin with 00 00 08 03"),
    (b"\0\0", "begins with 00 00; IDX images begin"),
    (header(20, 6), "ends within its header"),
    (header(20, 6, 4, magic=b"\0\0\x08\x01") + bytes(480), "begins with 00 00 08 01"),
    (header(20, 6, 4, magic=b"\0\0\x0d\x03") + bytes(480), "begins with 00 00 0d 03"),
    (b"\x89PNG" + bytes(500), "begins with 89 50 4e 47"),
    (header(0, 6, 4), "holds no images: the header states 0×6×4"),
    (header(20, 0, 4), "holds no images"),
    (header(20, 20_000, 1_000), "the header states 20×20,000×1,000 bytes, which a file of "),
    (header(20, 2**31, 2**31), "at most 1,024 MB"),
    (header(2**32 - 1, 2**32 - 1, 2**32 - 1), "at most 1,024 MB"),
    (header(20_000_001, 1, 1) + bytes(20_000_001), "20,000,000 images are accepted"),
    (header(19, 6, 4) + bytes(456), "20 labels for the 19 images of"),
]
WRONG_SIZE = [header(20, 6, 4) + bytes(479), header(20, 6, 4) + bytes(481)]


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [
        *((content, "", words) for content, words in DAMAGED),
        *((gzip.compress(content), ".gz", words) for content, words in DAMAGED),
        *((content, "", "20×6×4 bytes, which a file of") for content in WRONG_SIZE),
        *((gzip.compress(content), ".gz", "unpacked it has not the 480 bytes") for content in WRONG_SIZE),
        (header(20, 6, 4) + bytes(480), ".gz", "cannot be read: Not a gzipped file"),
    ],
)
def test_damaged_images(tmp_path: Path, content: bytes, suffix: str, words: str) -> None:
    make_idx(tmp_path, PIXELS, DIGITS, packed=suffix == ".gz")
    (tmp_path / f"{IMAGES}{suffix}").write_bytes(content)
    with pytest.raises(DataError) as caught:
        open_source(tmp_path).load("train", (6, 4))
    assert words in str(caught.value) and "idx" in str(caught.value) and str(caught.value).isprintable()


def test_damaged_labels(tmp_path: Path) -> None:
    make_idx(tmp_path, PIXELS, DIGITS)
    (tmp_path / LABELS).write_bytes(idx_bytes(PIXELS))
    with pytest.raises(DataError, match="IDX labels begin with 00 00 08 01"):
        open_source(tmp_path)


@pytest.mark.parametrize("missing", [IMAGES, LABELS])
def test_one_file_of_two(tmp_path: Path, missing: str) -> None:
    make_idx(tmp_path, PIXELS, DIGITS)
    (tmp_path / missing).unlink()
    with pytest.raises(DataError, match=f"are missing; {missing} is expected beside it"):
        open_source(tmp_path)


@pytest.mark.parametrize("every", [7, in_full((1,))])
def test_every_cut_of_a_packed_file(tmp_path: Path, every: int) -> None:
    make_idx(tmp_path, PIXELS, DIGITS, packed=True)
    path = tmp_path / f"{IMAGES}.gz"
    whole = path.read_bytes()
    for length in range(0, len(whole), every):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError, match=IMAGES):
            open_source(tmp_path).load("train", (6, 4))
    path.write_bytes(whole)
    assert open_source(tmp_path).load("train", (6, 4))


def test_a_flipped_bit_in_a_packed_file(tmp_path: Path) -> None:
    make_idx(tmp_path, PIXELS, DIGITS, packed=True)
    path = tmp_path / f"{IMAGES}.gz"
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(DataError, match="cannot be unpacked"):
        open_source(tmp_path).load("train", (6, 4))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A file of 64 KB that unpacks to 64 MB, behind a header that states twenty small images."""
    make_idx(tmp_path, PIXELS, DIGITS, packed=True)
    path = tmp_path / f"{IMAGES}.gz"
    with gzip.open(path, "wb") as file:
        file.write(header(20, 6, 4))
        for _ in range(64):
            file.write(bytes(2**20))
    with pytest.raises(DataError, match="unpacked it has not the 480 bytes"):
        open_source(tmp_path).load("train", (6, 4))


@pytest.mark.parametrize("packed", [False, True])
def test_each_file_in_a_folder_of_its_name(tmp_path: Path, packed: bool) -> None:
    """As Kaggle unpacks them."""
    make_idx(
        tmp_path, PIXELS.swapaxes(1, 2), [1 + number for number in DIGITS], "emnist-letters-train", packed
    )
    for path in list(tmp_path.iterdir()):
        inner = path.rename(tmp_path / "file")
        path.mkdir()
        inner.rename(path / path.name)
    source = open_source(tmp_path)
    assert source.classes == LETTERS and source.splits == {"train": 17, "val": 3}
    assert source.notes == ("turned upright, labels as EMNIST numbers them",)
    assert open_source(path / path.name).splits == source.splits
    assert source.load("train", (6, 4)).images.shape == (17, 6, 4)
