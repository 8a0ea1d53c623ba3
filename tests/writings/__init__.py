"""Gradient code in the many ways that people write it: families of short files, with mistakes to plant.

A family is a text file. `=== name` begins a specimen, which is right code as it stands; a comment at the end
of a line

    db = dout.sum(axis=0)  #: 7 db = dout.mean(axis=0) ;; 6 db = dout

holds the lines that people write in its place by mistake, each after the rows of the doctor's table that
name it (`28/18`: either; 0: a mistake that has no row).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
HEAD, MARK, BETWEEN = "=== ", "  #: ", " ;; "


@dataclass(frozen=True)
class Writing:
    """One file: a right one where `rows` is empty, else one with a mistake of these rows."""

    name: str
    source: str
    rows: frozenset[int] = frozenset()

    @property
    def specimen(self) -> str:
        return self.name.partition("-")[0]


def writings(family: str = "*") -> Iterator[Writing]:
    """Every specimen of a family (of all): the right file, then one for each mistake planted in it."""
    for path in sorted(FOLDER.glob(f"{family}.txt")):
        for part in path.read_text(encoding="utf-8").split(HEAD)[1:]:
            name, _, text = part.partition("\n")
            yield from variants(name.strip(), text)


def variants(name: str, text: str) -> Iterator[Writing]:
    lines = [line.partition(MARK) for line in text.splitlines()]
    right = [code for code, _, _ in lines]
    yield Writing(name, "\n".join(right) + "\n")
    planted = [
        (at, wrong) for at, (_, _, marks) in enumerate(lines) if marks for wrong in marks.split(BETWEEN)
    ]
    for number, (at, wrong) in enumerate(planted, start=1):
        rows, _, code = wrong.strip().partition(" ")
        indent = right[at][: len(right[at]) - len(right[at].lstrip())]
        source = "\n".join([*right[:at], indent + code, *right[at + 1 :]]) + "\n"
        yield Writing(f"{name}-{number}", source, frozenset(map(int, rows.split("/"))))
