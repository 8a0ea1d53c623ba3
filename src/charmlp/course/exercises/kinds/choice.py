"""Multiple choice from the bank: topics in turn, easy ones first, the options in an order of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any

from charmlp.course.exercises.bank import Option, Question, topic, topic_names
from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Kind, Options, Problem, Verdict, paragraph, said
from charmlp.course.exercises.words import say
from charmlp.course.exercises.writing import line
from charmlp.errors import DataError, UsageError
from charmlp.report.blocks import Block, Code, Items
from charmlp.text import shown_value

COUNT = 5  # as many as the course's homework has
LETTERS = "ABCD"
JOINT = {"en": " ", "zh": ""}  # between sentences


@dataclass(frozen=True)
class Asked:
    """A question of the sheet: `name` is q1, q2, …; the options in the order of their letters."""

    name: str
    question: Question
    options: Sequence[Option]

    @property
    def right(self) -> str:
        return "".join(letter for letter, option in self.lettered if option.right)

    @property
    def lettered(self) -> list[tuple[str, Option]]:
        return list(zip(LETTERS, self.options, strict=True))

    def text(self, language: str) -> str:
        note = [say("choice.several", language)] * self.question.several
        return f"**{self.name}.** " + JOINT[language].join([*note, self.question.text[language]])

    def chosen(self, value: Any) -> str:
        """The letters of an answer, "ca" as "AC"; raises `DataError` where it has none, or others."""
        given = (
            "".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        )
        letters = given.upper() if isinstance(given, str) else ""
        if not letters or len(set(letters)) < len(letters) or not set(letters) <= set(LETTERS):
            expected = f"one of {', '.join(LETTERS)}" + (", or several, such as AC" * self.question.several)
            raise DataError(f"{self.name}: expected {expected}, not {shown_value(value)}")
        return "".join(sorted(letters))

    def verdict(self, value: Any, language: str) -> Verdict:
        """Why each wrongly chosen option is wrong; which one is right is not told."""
        chosen = self.chosen(value)
        if chosen == self.right:
            return Verdict(self.name, True)
        wrong = [option for letter, option in self.lettered if letter in chosen and not option.right]
        told = [say("choice.one", language)] * (len(chosen) > 1 and not self.question.several)
        told += [option.why[language] for option in wrong]
        told += [say("choice.missing", language)] * (self.question.several and not wrong)
        number = self.question.options.index(wrong[0]) + 1 if wrong else "missing"
        text = JOINT[language].join(line(said(sentence)) for sentence in told)
        return Verdict(self.name, False, f"{self.question.name}-{number}", text)


@dataclass(frozen=True)
class Sheet(Problem):
    """Some questions of the bank; of one `topic`, where it is given."""

    seed: int
    topic: str | None
    asked: Sequence[Asked]

    def title(self, language: str) -> str:
        kind = topic(self.topic).title[language] if self.topic else say("kind.choice", language)
        return say("title", language, seed=self.seed, kind=kind)

    def task(self, language: str) -> list[Block]:
        blocks: list[Block] = [paragraph(say("choice", language))]
        for asked in self.asked:
            options = [f"**{letter}.** {option.text[language]}" for letter, option in asked.lettered]
            blocks += [paragraph(asked.text(language)), Items(list(map(said, options)))]
        example = "\n".join(f"{asked.name} = …" for asked in self.asked)
        return [*blocks, paragraph(say("file", language)), Code(example)]

    def solution(self, language: str) -> list[Block]:
        """Each option again, with its reason."""
        blocks: list[Block] = []
        for asked in self.asked:
            options = [reasoned(letter, option, language) for letter, option in asked.lettered]
            blocks += [paragraph(asked.text(language)), Items(list(map(said, options)))]
        return blocks

    def data(self, language: str) -> dict[str, Any]:
        return {
            "kind": "choice",
            "seed": self.seed,
            "questions": [
                {
                    "name": asked.name,
                    "question": asked.question.name,
                    "topic": asked.question.topic,
                    "level": asked.question.level,
                    "several": asked.question.several,
                    "text": asked.question.text[language],
                    "options": {letter: option.text[language] for letter, option in asked.lettered},
                }
                for asked in self.asked
            ],
            "asked": {asked.name: list(LETTERS) for asked in self.asked},
        }

    def answers(self) -> dict[str, Any]:
        return {asked.name: asked.right for asked in self.asked}

    def judge(self, answers: Mapping[str, Any], language: str) -> list[Verdict]:
        return [asked.verdict(answers[asked.name], language) for asked in self.asked]


def reasoned(letter: str, option: Option, language: str) -> str:
    word = say("choice.right" if option.right else "choice.wrong", language)
    return say(
        "choice.reason", language,
        letter=letter, option=option.text[language], word=word, why=option.why[language],
    )  # fmt: skip


def make(options: Options) -> Sheet:
    """Raises `UsageError` where there are not that many questions."""
    draw = Draw(options.seed)
    questions = in_turn(draw, [options.topic] if options.topic else topic_names())
    count = options.count or COUNT
    if options.count and count > len(questions):
        whose = f"the topic {options.topic}" if options.topic else "the bank"
        raise UsageError(f"--count {count}: {whose} has {len(questions)} questions")
    chosen = sorted(questions[:count], key=lambda question: question.level)
    places = deck(draw)
    return Sheet(
        options.seed,
        options.topic,
        [
            Asked(f"q{number}", question, shuffled(draw, question, places))
            for number, question in enumerate(chosen, 1)
        ],
    )


def in_turn(draw: Draw, topics: Sequence[str]) -> list[Question]:
    """All questions of the topics in random order: one of each topic, then another one of each."""
    piles = [draw.some(topic(name).questions, len(topic(name).questions)) for name in topics]
    rounds = zip_longest(*draw.some(piles, len(piles)))
    return [question for question in chain.from_iterable(rounds) if question is not None]


def deck(draw: Draw) -> Iterator[int]:
    """Places, without end: each of them once, then each once again, so that no letter is right more often."""
    while True:
        yield from draw.some(range(len(LETTERS)), len(LETTERS))


def shuffled(draw: Draw, question: Question, places: Iterator[int]) -> list[Option]:
    """The options in random order; the right one, where it is the only one, at the next place."""
    options = draw.some(question.options, len(question.options))
    if not question.several:
        options.sort(key=lambda option: option.right)  # keeps the order of the others
        options.insert(next(places), options.pop())
    return options


KIND = Kind(make, takes=("count", "topic"))
