"""The homework with one mistake each, from broken.txt."""

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


def read_broken() -> list[Broken]:
    _, *parts = HEAD.split(Path(__file__).with_suffix(".txt").read_text("utf-8"))
    return [Broken(*head, code.strip()) for *head, code in zip(*[iter(parts)] * 4, strict=True)]


BROKEN = read_broken()
