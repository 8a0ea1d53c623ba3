"""The bank of multiple-choice questions: a file a topic in questions/, whose name is the topic's."""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from charmlp.config.toml import read_toml

if TYPE_CHECKING:
    from importlib.abc import Traversable

ENDING = ".toml"
Texts = Mapping[str, str]  # a sentence by language; $LaTeX$ and `code` in it


@dataclass(frozen=True)
class Option:
    """`why` it is right or wrong names no letter: in which order options stand is drawn."""

    right: bool
    text: Texts
    why: Texts


@dataclass(frozen=True)
class Question:
    """`name` is its own within the whole bank; `level` is 1 (to be known), 2 (to be thought through) or 3."""

    name: str
    topic: str
    level: int
    text: Texts
    options: tuple[Option, ...]

    @property
    def several(self) -> bool:
        return sum(option.right for option in self.options) > 1


@dataclass(frozen=True)
class Topic:
    name: str
    title: Texts
    questions: tuple[Question, ...]


def folder() -> Traversable:
    """questions/, wherever the package lies."""
    return importlib.resources.files(__package__) / "questions"


def topic_names() -> list[str]:
    """Those of the files, sorted; no file is read."""
    return sorted(file.name.removesuffix(ENDING) for file in folder().iterdir() if file.name.endswith(ENDING))


@functools.cache
def topic(name: str) -> Topic:
    """The topic of that name, which must be one of `topic_names`."""
    file = folder() / (name + ENDING)
    entries = read_toml(file.read_text(encoding="utf-8"), file.name)
    questions = tuple(question(name, **entry) for entry in entries["questions"])
    return Topic(name, entries["title"], questions)


def question(topic: str, *, options: list[dict[str, Any]], **entries: Any) -> Question:
    return Question(topic=topic, options=tuple(Option(**option) for option in options), **entries)
