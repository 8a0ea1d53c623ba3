"""Names of millions of letters in little memory."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from charmlp.text import some


class Names(Sequence[str]):
    """Texts in one buffer: each takes its own bytes and 4 more, where in a tuple it takes some 60 more.

    Any text of Python's comes back as it went in, also the name of a file that is not UTF-8.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._bytes = bytearray()
        self._ends = array("I")
        self.extend(names)

    def append(self, name: str) -> None:
        self._bytes += name.encode("utf-8", "surrogatepass")
        try:
            self._ends.append(len(self._bytes))
        except OverflowError:  # 4 GB of names
            self._ends = array("Q", self._ends)
            self._ends.append(len(self._bytes))

    def extend(self, names: Iterable[str]) -> None:
        for name in names:
            self.append(name)

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> "Names": ...
    def __getitem__(self, place: int | slice) -> "str | Names":
        if isinstance(place, slice):
            return self.take(range(len(self))[place])
        place = range(len(self))[place]  # which also knows negative ones, and those that are not there
        start = self._ends[place - 1] if place else 0
        return str(self._bytes[start : self._ends[place]], "utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in self._ends:
            yield str(self._bytes[start:end], "utf-8", "surrogatepass")
            start = end

    def take(self, places: "Iterable[int] | NDArray[np.integer[Any]]") -> "Names":
        """Some of them, in that order."""
        return Names(self[place] for place in places)

    def printable(self) -> "Names":
        """The same with bytes that are not UTF-8 (an old file name) escaped: they can be written anywhere."""
        try:
            str(self._bytes, "utf-8")
        except UnicodeDecodeError:
            return Names(name.encode("utf-8", "backslashreplace").decode() for name in self)
        return self

    @property
    def buffers(self) -> tuple[memoryview, NDArray[np.unsignedinteger[Any]]]:
        """All bytes, and where each name ends among them."""
        return memoryview(self._bytes), np.asarray(self._ends)

    @classmethod
    def of_buffers(cls, text: memoryview, ends: NDArray[np.unsignedinteger[Any]]) -> "Names":
        """Names whose `buffers` lie elsewhere, in a file perhaps: none is added to these."""
        names = cls()
        native = np.ascontiguousarray(ends, np.uint64).data.cast("B").cast("Q")
        names._bytes, names._ends = text, native  # type: ignore[assignment]
        return names

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Names):
            return self._bytes == other._bytes and np.array_equal(self.buffers[1], other.buffers[1])
        if isinstance(other, tuple | list):
            return len(self) == len(other) and all(
                one == another for one, another in zip(self, other, strict=True)
            )
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # they can be added to

    def __repr__(self) -> str:
        return f"Names({some(self)})"


def in_order(names: Sequence[str]) -> NDArray[np.intp]:
    """The places of the names, sorted by code point."""
    if all(one <= next_one for one, next_one in pairwise(names)):  # as those of folders are
        return np.arange(len(names), dtype=np.intp)
    return np.array(sorted(range(len(names)), key=names.__getitem__), np.intp)
