"""The bag through the command line: no traceback, no hang, no surprise; one plain line that names a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile import bag

IMAGES, LISTS, MODELS = bag.images(), bag.lists(), bag.models()
READ_ALL_THE_SAME = {"too few pixels.png"}  # what Pillow overlooks: rows that are not there
OUR_WORDS_ONLY = ("Traceback", "Error", "Exception", "errno", "<_io", "BytesIO", "PIL.", "0x7f")

pytestmark = pytest.mark.timeout(60)  # a hang, not a slow machine


def check_line(err: str, path: Path) -> None:
    """One line for people, about this file."""
    assert err.startswith("charmlp: error: ") and err.endswith("\n"), err
    line = err.removeprefix("charmlp: error: ").removesuffix("\n")
    assert line.isprintable() and len(line) < 1000, line
    shown = str(path).replace("\x1b", "\\x1b")
    assert line.startswith(shown), line
    reason = line.removeprefix(shown)
    assert not any(word in reason for word in OUR_WORDS_ONLY), line
    assert len(reason) > 10, line


def test_the_bag_is_full() -> None:
    assert len(IMAGES) >= 100 and len(LISTS) >= 50 and len(MODELS) >= 50


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bag")
    bag.good_ones(folder)
    for _ in (*bag.fill(folder / "images", IMAGES), *bag.fill(folder / "models", MODELS)):
        pass
    bag.lists_in(folder)
    return folder


@pytest.mark.parametrize("name", IMAGES)
def test_images(folder: Path, name: str) -> None:
    path, good = folder / "images" / name, folder / "good.png"
    status, out, err = bag.told("predict", path, good, "--model", folder / "good.safetensors")
    if name in READ_ALL_THE_SAME:
        assert (status, err) == (0, "") and out.startswith(f"{path}: ")
        return
    assert status == 1 and out.startswith(f"{good}: ") and out.count("\n") == 1
    check_line(err, path)


@pytest.mark.parametrize("name", LISTS)
def test_lists(folder: Path, name: str) -> None:
    path = folder / "lists" / name
    for command in (("info", path), ("train", "--data", path, "--out", folder / "run")):
        status, out, err = bag.told(*command)
        assert (status, out) == (1, "")
        check_line(err, path)
    assert not (folder / "run").exists()


@pytest.mark.parametrize("name", MODELS)
def test_models(folder: Path, name: str) -> None:
    path = folder / "models" / name
    for command in (("predict", folder / "good.png", "--model", path), ("info", path)):
        status, out, err = bag.told(*command)
        assert (status, out) == (1, "")
        check_line(err, path)


def test_all_images_at_once(folder: Path) -> None:
    """A folder full of them, by their content and not by their order; the good one is read."""
    (folder / "good.png").rename(folder / "images" / "good.png")
    try:
        status, out, err = bag.told("predict", folder / "images", "--model", folder / "good.safetensors")
    finally:
        (folder / "images" / "good.png").rename(folder / "good.png")
    assert status == 1 and len(out.splitlines()) == 1 + len(READ_ALL_THE_SAME)
    assert all(line.startswith("charmlp: error: ") for line in err.splitlines())
    assert len(err.splitlines()) >= 90


def test_every_unreadable_image_is_told_before_training(folder: Path, tmp_path: Path) -> None:
    for part, count in (("train", 12), ("val", 3)):
        for number in range(count):
            path = tmp_path / "letters" / part / "AB"[number % 2] / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes((folder / "good.png").read_bytes() if number < 2 else b"broken")
    command = ["train", "--data", tmp_path / "letters", "--recipe", "slides", "--epoch", "1"]
    status, _, err = bag.told(*command, "--out", tmp_path / "run")
    assert status == 1 and not (tmp_path / "run").exists()
    assert "10 of 12 training images cannot be read" in err and "1 of 3 validation images cannot be" in err
    assert all(f"{number}.png: " in err for number in range(2, 12)) and "Traceback" not in err
    status, _, err = bag.told(*command, "--skip-bad", "--out", tmp_path / "run")
    assert status == 0
    assert "left out 10 of 12 training images, the first 5: " in err
    assert (
        "left out 1 of 3 validation images: " in err
        and "left out 10 of 12" in (tmp_path / "run" / "log.txt").read_text()
    )


class TestNegativeControls:
    def test_a_traceback_or_a_line_about_something_else_is_seen(self, tmp_path: Path) -> None:
        for err in (
            "Traceback (most recent call last):\n",
            "charmlp: error: other.png: no such file\n",
            f"charmlp: error: {tmp_path}: OSError: [Errno 2]\n",
            f"charmlp: error: {tmp_path}: bad\nand another line\n",
            f"charmlp: error: {tmp_path}: \x1b[31mred\n",
            f"charmlp: error: {tmp_path}: bad\n",
        ):
            with pytest.raises(AssertionError):
                check_line(err, tmp_path)
