"""NumPy's archives."""

from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from charmlp.data import LETTERS, open_source
from charmlp.data.readers import npz
from charmlp.errors import DataError, UsageError

PIXELS = np.random.default_rng(0).integers(0, 256, (52, 8, 8), dtype=np.uint8)
LABELS = np.arange(52) % 26


def write(path: Path, /, *unnamed: object, **arrays: object) -> Path:
    np.savez_compressed(path, *unnamed, **arrays)  # type: ignore[arg-type]
    return path


def images_of(path: Path) -> np.ndarray:
    source = open_source(path, whole="test")
    letters = source.load("test", (8, 8))
    assert [source.classes[label] for label in letters.labels] == [LETTERS[label] for label in LABELS]
    return letters.images


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        (("x_train", "y_train", "x_test", "y_test"), ["train", "val", "test"]),
        (("train_images", "train_labels", "val_images", "val_labels"), ["train", "val"]),  # MedMNIST
        (("X_valid", "Y_valid"), ["val"]),
        (("images", "labels"), ["train", "val"]),
        (("X", "y"), ["train", "val"]),
        (("data", "target"), ["train", "val"]),
    ],
)
def test_names(tmp_path: Path, names: tuple[str, ...], splits: list[str]) -> None:
    arrays = {name: (PIXELS, LABELS)[index % 2] for index, name in enumerate(names)}
    source = open_source(write(tmp_path / "a.npz", **arrays))
    assert list(source.splits) == splits and source.classes == LETTERS
    assert source.load(splits[-1], (8, 8)).names[0].startswith(names[-2])
    assert open_source(tmp_path).splits == source.splits  # the only one in its folder


def test_arrays_without_names(tmp_path: Path) -> None:
    assert np.array_equal(images_of(write(tmp_path / "a.npz", PIXELS, LABELS)), PIXELS)


@pytest.mark.parametrize(
    ("pixels", "labels"),
    [
        (PIXELS, LABELS),
        (PIXELS.reshape(52, 64), LABELS.astype(np.float32)),
        (PIXELS[..., None], LABELS[:, None].astype(np.uint8)),
        (PIXELS[:, None], np.eye(26, dtype=np.float32)[LABELS]),
        (PIXELS[..., None].repeat(3, 3), np.array(LETTERS)[LABELS]),
        (PIXELS[:, None].repeat(3, 1), np.array(LETTERS, "S")[LABELS]),
        (np.asfortranarray(PIXELS).astype(">i4"), LABELS + 1),
        (PIXELS / 255, LABELS),
        ((PIXELS / 255).astype(np.float32), LABELS),
    ],
)
def test_forms(tmp_path: Path, pixels: np.ndarray, labels: np.ndarray) -> None:
    assert np.array_equal(images_of(write(tmp_path / "a.npz", images=pixels, labels=labels)), PIXELS)


def test_what_was_assumed_and_left_out_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", x_train=PIXELS / 255, y_train=LABELS, x_test=PIXELS, names=["A"])
    source = open_source(path)
    assert source.notes == ("values 0 to 1 are read as black to white", "labels 0 to 25 read as A to Z")
    assert [line.partition(" in ")[0] for line in source.left_out] == ["names", "x_test"]


def test_a_folder_for_images_has_no_meaning_here(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", PIXELS, LABELS)
    with pytest.raises(UsageError, match=r"--im_dir goes with lists, but .*a\.npz holds its images itself"):
        open_source(path, im_dir=tmp_path)


NAN = np.where(np.arange(52)[:, None, None] == 7, np.nan, 0.5) * np.ones((52, 8, 8))


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"a": PIXELS, "b": LABELS}, 'a.npz: holds "a", "b"; an archive of NumPy'),
        ({"x_train": PIXELS}, 'holds "x_train"; an archive'),
        ({"x": PIXELS, "images": PIXELS, "y": LABELS}, 'both "x" and "images" are images of training'),
        ({"x": PIXELS, "y": LABELS[1:]}, "a.npz: y: 51 labels for 52 pictures"),
        (
            {"x": PIXELS[:, :, :5].reshape(52, 40), "y": LABELS},
            "x: 52×40 of uint8; expected are N×H×W",
        ),
        ({"x": PIXELS[0, 0], "y": LABELS}, "x: 8 of uint8"),
        ({"x": PIXELS[:, :, :, None].repeat(4, 3), "y": LABELS}, "x: 52×8×8×4 of uint8"),
        ({"x": PIXELS[:0], "y": LABELS[:0]}, "x: 0×8×8 values of uint8 do not fill"),
        ({"x": PIXELS, "y": LABELS + 0.5}, "y: 52 of float64; a text or a whole number a picture"),
        ({"x": PIXELS, "y": np.full(52, np.nan)}, "y: 52 of float64"),
        ({"x": PIXELS, "y": np.eye(52)[:, :30]}, "y: 52×30 of float64"),
        ({"x": PIXELS.astype(int) - 1, "y": LABELS}, "x: has values from -1 to 254; 0 to 255 is expected"),
        ({"x": PIXELS * 1.5, "y": LABELS}, "x: has values from 0 to 382.5"),
        ({"x": NAN, "y": LABELS}, "x: has values from nan to nan"),
        ({"x": PIXELS + 0j, "y": LABELS}, "x: is of type complex128; numbers are expected"),
        ({"x": PIXELS, "y": np.array(["A\x1b"] * 52)}, '"x/000000": the label has the character U+001B'),
    ],
)
def test_wrong(tmp_path: Path, arrays: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(DataError) as caught:
        open_source(write(tmp_path / "a.npz", **arrays))
    assert words in str(caught.value) and str(caught.value).isprintable()


class Mine:
    """Says so when it is made of a pickle."""

    def __reduce__(self) -> tuple[object, ...]:
        return pytest.fail, ("a pickle was read",)


def archive(path: Path, header: bytes, content: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> Path:
    """An archive whose images have this header, padded as NumPy does, and behind it this content."""
    labels = io.BytesIO()
    np.save(labels, LABELS)
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("x.npy", b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + content)
        file.writestr("y.npy", labels.getvalue())
    return path


def header(shape: str, kind: str = "|u1") -> bytes:
    return f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}}}\n".encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ((header("(52,)", "|O"), pickle.dumps(Mine())), "x: is a pickle, which is a program and not read"),
        ((header("(52, 99999, 99999)"), bytes(100)), "x: 52×99,999×99,999 values of uint8 do not fill its"),
        ((header("(52, 8, 8)"), bytes(3327)), "do not fill"),
        ((header("(52, 8, 8)"), bytes(3329)), "do not fill"),
        ((header("(-52, 8, 8)"), bytes(3328)), "x: "),
        ((header("((((" * 99), b""), "x: damaged, or no array"),
        ((header("(52, 8, 8)", "x" * 99), bytes(3328)), "x: damaged, or no array"),
        ((b"{}", b""), "x: damaged, or no array"),
        ((b"", b""), "x: damaged, or no array"),
    ],
)
def test_hostile_arrays(tmp_path: Path, content: tuple[bytes, bytes], words: str) -> None:
    with pytest.raises(DataError) as caught:
        open_source(archive(tmp_path / "a.npz", *content))
    assert words in str(caught.value) and str(caught.value).isprintable()


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a.npz", header("(1, 4096, 4096)"), bytes(2**24))
    assert path.stat().st_size < 2**16
    monkeypatch.setattr(npz, "MOST_BYTES", 2**23)
    monkeypatch.setattr(npz, "_read", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(DataError, match="take 16 MB; at most 8 MB are accepted"):
        open_source(path)


def test_every_cut_and_a_flipped_bit(tmp_path: Path) -> None:
    path = write(tmp_path / "a.npz", x=PIXELS[:5], y=LABELS[:5])
    whole, refused = path.read_bytes(), 0
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place])
        with pytest.raises(DataError, match="damaged, or another kind of file"):
            open_source(path)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        try:
            open_source(path)
        except DataError as error:
            refused += 1
            assert str(error).isprintable()
    assert refused > 20
