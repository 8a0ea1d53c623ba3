"""What is walked, and what counts as an image: by its content where its suffix says nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from charmlp.images.folders import Walk
from tests.data.making import make_image

HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def link(new: Path, leads_to: Path) -> None:
    try:
        new.symlink_to(leads_to, target_is_directory=True)
    except OSError:
        pytest.skip("this system makes no links here")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.png", b"", None),  # a damaged picture is told of when it is read
        ("a.JPEG", b"", None),
        ("a.heic", HEIC, None),
        ("a", b"\x89PNG\r\n\x1a\n", None),
        ("a.JPG_", b"\xff\xd8\xff\xe0", None),
        ("a.jfif", b"\xff\xd8\xff\xe0", None),
        ("a.bin", b"P5 3 2 255 ......", None),
        ("a.bin", b"BM" + bytes(12) + b"\x28\0\0\0", None),
        ("notes.txt", b"BM is no bitmap here, but the start of a text", "notes.txt: not an image"),
        ("notes.md", b"P1 is the first", "notes.md: not an image"),
        ("letters.pdf", b"%PDF-1.7", "letters.pdf: a document"),
        ("empty.dat", b"", "empty.dat: the file is empty"),
    ],
)
def test_what_counts_as_an_image(tmp_path: Path, name: str, content: bytes, reason: str | None) -> None:
    (tmp_path / name).write_bytes(content)
    walk = Walk(tmp_path)
    assert walk.images_below(tmp_path) == ([name] if reason is None else [])
    assert [line[: len(reason or "")] for line in walk.left_out] == ([] if reason is None else [reason])


def test_all_folders_but_hidden_ones_and_those_of_systems(tmp_path: Path) -> None:
    seen = ["@/0.png", "__init__/0.png", "a/b/c/d/0.png", "b.png", "~x/0.png"]
    unseen = [
        ".ipynb_checkpoints/0.png",
        "a/@eaDir/0.png",
        "__MACOSX/0.png",
        "a/._0.png",
        "a/Thumbs.db",
        "desktop.ini",
    ]
    for name in (*seen, *unseen):
        make_image((tmp_path / name).with_suffix(".png")).rename(tmp_path / name)
    walk = Walk(tmp_path)
    assert walk.images_below(tmp_path) == seen
    assert walk.left_out == walk.faults == []


def test_the_pictures_of_a_run_are_no_letters(tmp_path: Path) -> None:
    for name in ("A/0.png", "runs/1/figures/loss.png", "runs/2/figures/loss.png"):
        make_image(tmp_path / name)
    for name in ("config.toml", "metrics.csv"):
        (tmp_path / "runs" / "1" / name).touch()
    walk = Walk(tmp_path)
    assert walk.images_below(tmp_path) == ["A/0.png", "runs/2/figures/loss.png"]
    assert walk.left_out == ["runs/1/: the folder of a run"]


def test_links_are_followed_and_each_real_folder_is_read_once(tmp_path: Path) -> None:
    make_image(tmp_path / "elsewhere" / "0.png")
    make_image(tmp_path / "top" / "z" / "1.png")
    link(tmp_path / "top" / "a", tmp_path / "top" / "z")  # the folder's own name wins
    link(tmp_path / "top" / "linked", tmp_path / "elsewhere")
    link(tmp_path / "top" / "z" / "up", tmp_path / "top")
    walk = Walk(tmp_path / "top")
    assert walk.images_below(tmp_path / "top") == ["linked/0.png", "z/1.png"]
    assert walk.left_out == ["a/: the same folder as z/", "z/up/: the same folder as a folder around it"]


def test_a_broken_link_to_an_image_is_not_overlooked(tmp_path: Path) -> None:
    link(tmp_path / "0.png", tmp_path / "gone.png")
    assert Walk(tmp_path).images_below(tmp_path) == ["0.png"]


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="this system: root may read everything"
)
def test_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0)
    walk = Walk(tmp_path)
    assert walk.images_below(tmp_path) == [] and walk.faults == ["a/: cannot be listed: permission denied"]
