"""Names of millions of letters: the texts that went in, in a fraction of the memory."""

from __future__ import annotations

import random
import tracemalloc

import numpy as np
import pytest

from charmlp.letters.names import Names, in_order

TEXTS = ("b.png", "", "é/字.png", "a.png", "\udcff.png", "😀", "a.png")


def test_what_went_in_comes_out() -> None:
    names = Names(TEXTS)
    assert list(names) == list(TEXTS) == [names[place] for place in range(len(names))]
    assert names == TEXTS and names == list(TEXTS) and names == Names(TEXTS) and len(names) == 7
    assert names != TEXTS[:-1] and names != (*TEXTS[:-1], "b.png") and names != "b.png"
    assert names[-1] == "a.png" and names[1:4] == TEXTS[1:4] and names[np.int64(2)] == TEXTS[2]
    assert names.take(np.array([3, 0])) == ("a.png", "b.png")
    assert "😀" in names and "c.png" not in names
    with pytest.raises(IndexError):
        names[7]


def test_names_that_are_not_utf_8_can_be_printed() -> None:
    plain = Names(("a", "字"))
    assert plain.printable() is plain
    assert Names(TEXTS).printable() == tuple(t.encode("utf-8", "backslashreplace").decode() for t in TEXTS)


def test_names_that_lie_elsewhere() -> None:
    names = Names(TEXTS)
    text, ends = names.buffers
    content = memoryview(b"xyz" + bytes(text) + ends.tobytes())  # as in a file, at any place
    there = np.frombuffer(content, ends.dtype, len(names), 3 + len(text))
    assert Names.of_buffers(content[3 : 3 + len(text)], there) == names


def test_their_order_is_that_of_python() -> None:
    texts = [chr(sign) * count for sign in (9, 65, 0xD7FF, 0xDC80, 0xE000, 0x1F600) for count in (1, 2)]
    random.Random(0).shuffle(texts)
    assert [texts[place] for place in in_order(Names(texts))] == sorted(texts)
    assert in_order(Names(sorted(texts))).tolist() == list(range(len(texts)))


def test_they_take_less_than_half_of_the_memory() -> None:
    def taken(make: type) -> int:
        tracemalloc.start()
        try:
            names = make(f"A/012/{number:08}.png" for number in range(20_000))
            return tracemalloc.get_traced_memory()[0] + len(names) - 20_000
        finally:
            tracemalloc.stop()

    assert 2 * taken(Names) < taken(tuple)
    assert taken(Names) < 20_000 * 32


def test_more_than_4_gigabytes_of_names() -> None:
    names = Names(("a", "b"))
    names._bytes = _Long(names._bytes)
    names.append("c")
    assert names._ends.typecode == "Q" and list(names._ends) == [1, 2, 2**32 + 3]


class _Long(bytearray):
    def __len__(self) -> int:
        return 2**32 + super().__len__()
