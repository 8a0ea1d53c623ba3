"""The homework with a mistake each, broken.txt and fresh.txt, and right in other ways, right.txt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

HEAD = re.compile(r"^### (.+) \| (.+) \| (.+)$", re.MULTILINE)


class Broken(NamedTuple):
    """The task, where the mistake is, the name of what must be found, and what is written there."""

    task: str
    place: str
    name: str
    code: str


def read_broken(name: str) -> list[Broken]:
    _, *parts = HEAD.split((Path(__file__).parent / name).read_text("utf-8"))
    return [Broken(*head, code.strip()) for *head, code in zip(*[iter(parts)] * 4, strict=True)]


BROKEN, FRESH, OTHERS_RIGHT = map(read_broken, ("broken.txt", "fresh.txt", "right.txt"))
