"""What a kind of exercise is made of; each file of `kinds/` defines one `KIND`."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from charmlp.report.blocks import Block, Inline, Paragraph, Span

MARKED = re.compile(r"\$([^$]+)\$|`([^`]+)`|\*\*(.+?)\*\*")
KINDS_OF_SPAN = ("math", "code", "strong")


def said(text: str) -> Inline:
    """A sentence as pieces of a line: $LaTeX$, `code` and **strong** in it; all else is text.

    >>> [span.kind for span in said("Is $x > 0$?")]
    ['text', 'math', 'text']
    """
    spans, at = [], 0
    for match in MARKED.finditer(text):
        spans.append(Span("text", text[at : match.start()]))
        spans += [Span(kind, part) for kind, part in zip(KINDS_OF_SPAN, match.groups(), strict=True) if part]
        at = match.end()
    return tuple(span for span in (*spans, Span("text", text[at:])) if span.text)


def paragraph(text: str) -> Paragraph:
    return Paragraph(said(text))


@dataclass(frozen=True)
class Options:
    """What the command line asks of a kind; None: the kind chooses. `seed` alone is always there."""

    seed: int = 1
    count: int | None = None  # of questions
    topic: str | None = None  # of questions
    layers: tuple[int, ...] | None = None  # sizes, from the inputs to the outputs
    batch: int | None = None  # examples
    act: str | None = None
    optim_type: str | None = None
    lr: float | None = None
    worked: bool | None = None


@dataclass(frozen=True)
class Verdict:
    """What is said of one answer.

    mistake       its stable name, None where the answer is right or no known mistake gives it
    text          a sentence in the language that was asked for; "" where there is nothing to say
    alternatives  the names of other mistakes that give the same answer
    """

    name: str
    right: bool
    mistake: str | None = None
    text: str = ""
    alternatives: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


class Problem(ABC):
    """One exercise: numbers and questions that the same options give again, on every machine.

    Languages are "en" and "zh".
    """

    @abstractmethod
    def title(self, language: str) -> str:
        """Plain text."""

    @abstractmethod
    def task(self, language: str) -> Sequence[Block]:
        """What is given and what is asked, below the title."""

    @abstractmethod
    def solution(self, language: str) -> Sequence[Block]:
        """Each step, written out with its numbers."""

    @abstractmethod
    def data(self, language: str) -> dict[str, Any]:
        """The task for a program: at least `asked`, the names that answers must have."""

    @abstractmethod
    def answers(self) -> dict[str, Any]:
        """The right answer by name, as JSON has it: numbers, texts, or nested lists of them."""

    @abstractmethod
    def judge(self, answers: Mapping[str, Any], language: str) -> list[Verdict]:
        """One verdict for each answer, in the task's order.

        The names are those of `answers`, all there and no other. The values are numbers, texts or nested
        lists of them, as a file has them; raises `DataError` that begins with the name where one cannot be
        judged, such as a list of another shape.
        """


@dataclass(frozen=True)
class Kind:
    """`make` makes a problem; `takes` are the options, beside the seed, that mean something to it."""

    make: Callable[[Options], Problem]
    takes: tuple[str, ...] = ()
