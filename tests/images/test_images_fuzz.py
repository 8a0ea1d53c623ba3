"""Image files that hypothesis makes and damages, through the same function that atheris drives."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charmlp.errors import ImageError
from charmlp.images import read_grey
from tests.fuzz import fuzz_images
from tests.fuzz.fuzz_images import read_hostile_image
from tests.images.making import chunk, header, seeds, tiff

SEEDS = seeds()
MAGIC = st.sampled_from([data[: 4 * n] for data in SEEDS.values() for n in (1, 2, 4, 8)])


@given(MAGIC, st.binary(max_size=300))
def test_any_bytes_behind_a_beginning(start: bytes, rest: bytes) -> None:
    read_hostile_image(start + rest)


@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 8), st.binary(max_size=8)), max_size=4),
)
def test_a_file_that_was_damaged(kind: str, changes: list[tuple[int, int, bytes]]) -> None:
    data = SEEDS[kind]
    for place, length, new in changes:
        place %= len(data) + 1
        data = data[:place] + new + data[place + length :]
    read_hostile_image(data)


KINDS = st.sampled_from(b"IDAT PLTE tRNS eXIf iCCP zTXt iTXt acTL fcTL fdAT gAMA prIv IHDR IEND".split())
CONTENT = st.binary(max_size=40) | st.binary(max_size=40).map(zlib.compress)


@given(
    st.integers(0, 2**32 - 1) | st.integers(1, 9),
    st.integers(0, 2**32 - 1) | st.integers(1, 9),
    st.sampled_from([1, 2, 4, 8, 16, 3]),
    st.integers(0, 7),
    st.integers(0, 2),
    st.lists(st.tuples(KINDS, CONTENT), max_size=6),
)
def test_any_png(
    width: int, height: int, bits: int, colour: int, interlace: int, parts: list[tuple[bytes, bytes]]
) -> None:
    body = b"".join(chunk(kind, data) for kind, data in parts)
    read_hostile_image(header(width, height, bits, colour, interlace) + body)


TAGS = st.sampled_from(
    [
        256,
        257,
        258,
        259,
        262,
        266,
        273,
        274,
        277,
        278,
        279,
        282,
        284,
        317,
        320,
        322,
        323,
        324,
        338,
        339,
        700,
        34665,
    ]
)
VALUES = st.integers(0, 12) | st.sampled_from([2**16, 2**31 - 1, 2**32 - 1, 8, 200])


@given(st.lists(st.tuples(TAGS, st.integers(0, 18), VALUES, VALUES), max_size=20), st.binary(max_size=60))
def test_any_tiff(entries: list[tuple[int, int, int, int]], more: bytes) -> None:
    read_hostile_image(tiff([(*entry[:3], struct.pack("<I", entry[3])) for entry in entries], more))


@given(
    st.sampled_from([b"P1", b"P2", b"P3", b"P4", b"P5", b"P6", b"Pf"]),
    st.lists(st.integers(-1, 70_000).map(str) | st.sampled_from(["#x\n", "\n", "1e9", "9" * 30]), max_size=9),
    st.binary(max_size=50),
)
def test_any_ppm(kind: bytes, words: list[str], pixels: bytes) -> None:
    read_hostile_image(kind + b" " + " ".join(words).encode() + b"\n" + pixels)


def test_the_good_are_read_and_the_bad_are_refused() -> None:
    assert {read_hostile_image(data) for data in SEEDS.values()} == {"read"}
    assert read_hostile_image(b"") == "refused"


class TestNegativeControls:
    """A reader with a hole does not pass."""

    def test_another_exception(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fuzz_images, "read_grey", lambda data, size: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            read_hostile_image(b"")

    @pytest.mark.parametrize(
        "message", ["image: \x1b[2J", "image: OSError", "a.png: bad", "image: " + "x" * 500]
    )
    def test_a_message_that_is_fit_for_nobody(self, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(data: bytes, size: tuple[int, int]) -> None:
            raise ImageError(message)

        monkeypatch.setattr(fuzz_images, "read_grey", refuse)
        with pytest.raises(AssertionError):
            read_hostile_image(b"")

    def test_an_array_of_another_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fuzz_images, "read_grey", lambda data, size: read_grey(data, (3, 3)))
        with pytest.raises(AssertionError):
            read_hostile_image(SEEDS["PNG"])
