"""Packs: what is in them, when they still fit, and that nothing half is ever read."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from charmlp.config import DEFAULT_VIEW, View
from charmlp.data import open_source, packing
from charmlp.data.pack import HEAD, START, PackedSource, open_pack
from charmlp.data.packing import packed
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.rendering import RenderedSource
from charmlp.system.locks import locked
from tests.data.making import make_idx, make_image, make_list

SIZE = (4, 5)
COUNT = 20


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Twenty images of two classes, one of them blank and one with a name that is not UTF-8."""
    for index in range(COUNT):
        make_image(tmp_path / "letters" / "AB"[index % 2] / f"{index:02}.png", 10 * index)
    (tmp_path / "letters/A/00.png").rename(tmp_path / "letters/A/\udcff.png")
    return tmp_path / "letters"


def pack(letters: Path, path: Path, **how: object) -> PackedSource:
    return packed(open_source(letters), path, SIZE, DEFAULT_VIEW, **how)  # type: ignore[arg-type]


def test_a_pack_holds_what_its_images_give(letters: Path, tmp_path: Path) -> None:
    source, found = open_source(letters), pack(letters, tmp_path / "a.pack")
    again = open_source(tmp_path / "a.pack")
    assert found.splits == again.splits == source.splits == {"train": 17, "val": 3}
    assert again.identity() == source.identity() and again.classes == source.classes
    assert again.layout == f"{source.layout}, packed in a.pack"
    for split in source.splits:
        one, other = source.load(split, SIZE), again.load(split, SIZE)
        assert np.array_equal(one.images, other.images) and np.array_equal(one.labels, other.labels)
        assert one.names == other.names and one.skipped == other.skipped == () and one.notes == other.notes
    again.verify()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pack", "letters"]


def test_pixels_are_mapped_and_not_read(letters: Path, tmp_path: Path) -> None:
    images = pack(letters, tmp_path / "a.pack").load("train", SIZE).images
    assert not images.flags.writeable and not images.flags.owndata
    with (tmp_path / "a.pack").open("r+b") as file:
        file.seek(START)
        file.write(b"\x07")
    assert images[0, 0, 0] == 7


def test_classes_can_be_given(letters: Path, tmp_path: Path) -> None:
    pack(letters, tmp_path / "a.pack")
    source = open_source(tmp_path / "a.pack", classes="ZBA")
    own = open_source(letters, classes="ZBA").load("train", SIZE)
    assert source.classes == ("Z", "B", "A")
    assert np.array_equal(source.load("train", SIZE).labels, own.labels)
    with pytest.raises(DataError, match=r'the label "B" is none of the 2 classes'):
        open_source(tmp_path / "a.pack", classes="XA")
    with pytest.raises(DataError, match="has 26 classes, not 3"):
        open_source(tmp_path / "a.pack", n_classes=3)
    with pytest.raises(UsageError, match=r"a\.pack is a pack"):
        open_source(tmp_path / "a.pack", im_dir=letters)


def test_other_sizes_and_views_are_refused(letters: Path, tmp_path: Path) -> None:
    source = pack(letters, tmp_path / "a.pack")
    with pytest.raises(DataError, match=r"packed at 4×5; letters at 8×8 are asked for"):
        source.load("train", (8, 8))
    with pytest.raises(DataError, match="letters at 4×5 and --crop auto are asked for"):
        source.load("train", SIZE, view=View("auto"))


class TestTheSamePackAgain:
    def test_it_is_taken_as_it_is(
        self, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pack(letters, tmp_path / "a.pack")
        monkeypatch.setattr(packing, "decode_each", None)
        pack(letters, tmp_path / "a.pack")
        os.utime(letters / "B" / "01.png", ns=(1, 1))
        with pytest.raises(TypeError):  # the control
            pack(letters, tmp_path / "a.pack")

    @pytest.mark.parametrize(
        ("name", "why"),
        [("B/01.png", "images have changed"), ("B/new.png", "there are other names or labels")],
    )
    def test_it_is_made_again(self, letters: Path, tmp_path: Path, name: str, why: str) -> None:
        pack(letters, tmp_path / "a.pack")
        make_image(letters / name, 3)
        told: list[str] = []
        found = pack(letters, tmp_path / "a.pack", tell=told.append)
        assert [line.partition("packed again: ")[2] for line in told] == [why]
        fresh = open_source(letters).load("train", SIZE)
        assert np.array_equal(found.load("train", SIZE).images, fresh.images)

    def test_of_another_version(self, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        pack(letters, tmp_path / "a.pack")
        monkeypatch.setattr(packing, "versions", lambda: (0, "another Pillow"))
        told: list[str] = []
        pack(letters, tmp_path / "a.pack", tell=told.append)
        assert told[0].endswith("packed again: images are decoded by another version")

    def test_of_other_data_it_stays(self, letters: Path, tmp_path: Path) -> None:
        pack(letters, tmp_path / "a.pack")
        before = (tmp_path / "a.pack").read_bytes()
        other = shutil.copytree(letters, tmp_path / "other")
        with pytest.raises(UsageError, match=r"--pack .*a\.pack: holds a folder per class in letters/"):
            pack(other, tmp_path / "a.pack")
        with pytest.raises(UsageError, match="packed at 4×5, not at 8×8; give another name"):
            packed(open_source(letters), tmp_path / "a.pack", (8, 8), DEFAULT_VIEW)
        with pytest.raises(UsageError, match=r"holds .*split by seed 2021"):
            packed(open_source(letters, seed=3), tmp_path / "a.pack", SIZE, DEFAULT_VIEW)
        with pytest.raises(UsageError, match="there is a file that is no pack"):
            pack(letters, letters / "B" / "01.png")
        assert (tmp_path / "a.pack").read_bytes() == before


def test_what_cannot_be_read_is_left_out_where_one_may(letters: Path, tmp_path: Path) -> None:
    (letters / "A" / "02.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match="1 of 17 training images cannot be read"):
        pack(letters, tmp_path / "a.pack")
    assert not (tmp_path / "a.pack").exists()
    found = pack(letters, tmp_path / "a.pack", skip_bad=True).load("train", SIZE)
    own = open_source(letters).load("train", SIZE, skip_bad=True)
    assert np.array_equal(found.images, own.images) and found.names == own.names
    assert found.skipped == own.skipped and len(found.skipped) == 1
    with pytest.raises(DataError, match="1 of 17 training images cannot be read"):  # now it may not
        pack(letters, tmp_path / "a.pack")


def test_pictures_of_one_file_can_be_packed_and_packs_cannot(tmp_path: Path) -> None:
    images = np.arange(10 * 16, dtype=np.uint8).reshape(10, 4, 4)
    make_idx(tmp_path, images, [0, 1] * 5)
    found = packed(open_source(tmp_path), tmp_path / "a.pack", (4, 4), DEFAULT_VIEW)
    assert np.array_equal(
        found.load("train", (4, 4)).images, open_source(tmp_path).load("train", (4, 4)).images
    )
    with pytest.raises(UsageError, match="a pack already"):
        packed(found, tmp_path / "b.pack", (4, 4), DEFAULT_VIEW)
    with pytest.raises(UsageError, match="not images on a disk"):
        packed(RenderedSource(("A", "B"), {"train": 1}, {}, 0), tmp_path / "b.pack", (4, 4), DEFAULT_VIEW)


class TestDamage:
    @pytest.fixture
    def path(self, letters: Path, tmp_path: Path) -> Path:
        pack(letters, tmp_path / "a.pack")
        return tmp_path / "a.pack"

    def test_every_length_but_its_own_is_refused(self, path: Path) -> None:
        whole = path.read_bytes()
        for length in (14, 20, HEAD.size, START, START + 7, len(whole) - 1, len(whole) + 1):
            path.write_bytes((whole + b"\0")[:length])
            with pytest.raises(DataError, match=r"a\.pack: ") as refused:
                open_pack(path)
            assert str(refused.value).isprintable()
        path.write_bytes(whole)
        open_pack(path).verify()

    def test_every_byte_counts(self, path: Path) -> None:
        whole = path.read_bytes()
        unused = range(HEAD.size, START)
        for place in {*range(0, HEAD.size), *range(START, len(whole), 13)} - {len(b"charmlp pack 1\n")}:
            changed = bytearray(whole)
            changed[place] ^= 1
            path.write_bytes(changed)
            if place in unused:
                continue
            with pytest.raises(DataError):
                open_pack(path).verify()

    def test_nonsense_that_is_signed_is_refused_in_a_line(self, letters: Path, tmp_path: Path) -> None:
        source = open_source(letters)
        for number, facts in enumerate(
            (
                {"classes": ["A"]},  # fewer than labels say
                {"classes": ["\x1b[2J", "B"]},
                {"norm_size": (10**6, 10**6)},
                {"counts": {"train": 10**9}},
                {"counts": {"elsewhere": 1}},
                {"counts": {"train": 0}},
                {"counts": [3]},
                {"norm_size": (-4, 5)},
                {"view": {"colour": "red"}},
            )
        ):
            path = tmp_path / f"{number}.pack"
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(packing, "Facts", lambda facts=facts, **own: _Lying(own | facts))
                with pytest.raises(DataError, match=r"damaged") as refused:
                    packed(source, path, SIZE, DEFAULT_VIEW)
            assert str(refused.value).isprintable()

    def test_it_is_not_packed_over(self, letters: Path, path: Path) -> None:
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(DataError, match=r"cut or damaged: .*; remove it to pack again"):
            pack(letters, path)

    def test_of_another_version_of_charmlp(self, path: Path) -> None:
        path.write_bytes(path.read_bytes().replace(b"charmlp pack 1", b"charmlp pack 2"))
        with pytest.raises(DataError, match="a pack of another version of charmlp"):
            open_source(path)


class _Lying:
    def __init__(self, facts: dict[str, object]) -> None:
        self.facts = facts

    def to_json(self) -> bytes:
        import json

        return json.dumps(
            {"view": {"crop": "none", "ground": "contrast"}} | self.facts, default=list
        ).encode()


class TestWriting:
    def test_too_little_room_is_said_before(
        self, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        usage = shutil.disk_usage(tmp_path)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**6))
        with pytest.raises(CharmlpError, match=r"takes 0\.00 GB, and 0\.00 GB are free there"):
            pack(letters, tmp_path / "a.pack")
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=2 * 10**6))
        pack(letters, tmp_path / "a.pack")

    def test_a_disk_that_is_full_leaves_the_old_one(
        self, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pack(letters, tmp_path / "a.pack")
        before = (tmp_path / "a.pack").read_bytes()
        make_image(letters / "A" / "new.png", 3)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(packing._Pixels, "add", full)
        with pytest.raises(CharmlpError, match=r"a\.pack: cannot be written: No space left on device"):
            pack(letters, tmp_path / "a.pack")
        assert (tmp_path / "a.pack").read_bytes() == before
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pack", "letters"]

    def test_images_that_change_meanwhile(
        self, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write = packing._write

        def slowly(*arguments: object) -> None:
            write(*arguments)  # type: ignore[arg-type]
            make_image(letters / "B" / "01.png", 200)

        monkeypatch.setattr(packing, "_write", slowly)
        with pytest.raises(DataError, match="images have changed while they were packed"):
            pack(letters, tmp_path / "a.pack")
        assert not (tmp_path / "a.pack").exists()

    def test_killed_half_way_it_leaves_the_old_one_and_no_second_piece(
        self, letters: Path, tmp_path: Path
    ) -> None:
        pack(letters, tmp_path / "a.pack")
        before = (tmp_path / "a.pack").read_bytes()
        make_image(letters / "A" / "new.png", 3)
        program = (
            "import os, signal\nfrom charmlp.data import packing\nfrom tests.data.test_packing import pack\n"
            "packing._tail = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
            f"from pathlib import Path\npack(Path({str(letters)!r}), Path({str(tmp_path / 'a.pack')!r}))\n"
        )
        ended = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
        assert ended.returncode == -signal.SIGKILL
        assert (tmp_path / "a.pack").read_bytes() == before
        left = {".a.pack.part", ".a.pack.lock"}
        assert {path.name for path in tmp_path.iterdir()} == {"a.pack", "letters", *left}
        assert pack(letters, tmp_path / "a.pack").splits == open_source(letters).splits
        assert {path.name for path in tmp_path.iterdir()} == {"a.pack", "letters"}

    def test_who_wants_the_same_pack_waits_for_it(
        self, letters: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also the ranks of one training: the first one packs, and the others find it."""
        monkeypatch.setattr(packing, "PAUSE", 0.001)
        waiting = threading.Event()
        found: list[PackedSource] = []
        with locked(tmp_path / ".a.pack.lock"):
            other = threading.Thread(
                target=lambda: found.append(
                    pack(letters, tmp_path / "a.pack", tell=lambda line: waiting.set())
                )
            )
            other.start()
            assert waiting.wait(30)
            assert not found
        other.join(30)
        assert found[0].splits == {"train": 17, "val": 3}


def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path) -> None:
    """3,000 letters of 64×64 take 12 MB together; the control holds them all."""
    image = make_image(tmp_path / "images" / "0.png", 7)
    for number in range(1, 3000):
        os.link(image, tmp_path / "images" / f"{number}.png")
    make_list(tmp_path / "letters.json", {f"{number}.png": "AB"[number % 2] for number in range(3000)})

    def peak(of_pack: bool) -> int:
        source = open_source(tmp_path / "letters.json", cache=False)
        tracemalloc.start()
        try:
            if of_pack:
                packed(source, tmp_path / "a.pack", (64, 64), DEFAULT_VIEW).load("train", (64, 64))
            else:
                source.load("train", (64, 64))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(True) < 4 * 2**20 < 10 * 2**20 < peak(False)


@pytest.mark.parametrize(("count", "told"), [(3, False), (2**31 // 20 + 1, True)])
def test_more_than_is_kept_decoded_is_said(letters: Path, count: int, told: bool) -> None:
    source = open_source(letters)

    class Many(type(source)):  # type: ignore[misc]
        @property
        def splits(self) -> dict[str, int]:
            return {"train": count}

    many = Many(**{field.name: getattr(source, field.name) for field in dataclasses.fields(source)})  # type: ignore[arg-type]
    assert bool(packing.advice(many, SIZE)) is told
    assert packing.advice(dataclasses.replace(many, cache=False), SIZE) == ""
