"""An exercise with numbers: values that are given, and steps that each compute one more of them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from charmlp.course.exercises.judging import judged
from charmlp.course.exercises.kind import Problem, Verdict, paragraph, said
from charmlp.course.exercises.numbers import DECIMALS, TOLERANCE, Array, latex, number, plain
from charmlp.course.exercises.step import Given, Step, Terms, Words
from charmlp.course.exercises.words import say
from charmlp.report.blocks import Block, Code, Formula, Heading, Table

TERMS = 5  # of a sum, at most in one line


@dataclass(frozen=True)
class Calculation(Problem):
    """Values, steps, and how the task is told.

    story        keys of the sentences that tell it, with what fills their blanks
    definitions  of the values in between, in LaTeX
    columns      whether vectors are columns; else they are rows
    unstated     values that no task states, such as the 0 that an optimizer begins with
    """

    kind: str
    seed: int
    given: Mapping[str, Given]
    steps: Sequence[Step]
    story: Sequence[tuple[str, Words]]
    definitions: Sequence[str] = ()
    columns: bool = False
    unstated: Mapping[str, Given] = field(default_factory=dict)

    @property
    def known(self) -> dict[str, Given]:
        return {**self.given, **self.unstated}

    @cached_property
    def right(self) -> dict[str, Array]:
        """All values by name: given, then computed."""
        values = {name: given.value for name, given in self.known.items()}
        for step in self.steps:
            values[step.name] = step.value(values)
        return values

    @cached_property
    def symbols(self) -> dict[str, str]:
        of_known = {name: given.symbol for name, given in self.known.items()}
        return of_known | {step.name: step.symbol for step in self.steps}

    def defined_by(self, steps: Sequence[Step]) -> Calculation:
        """The same, with the formulas of these steps in the task."""
        return replace(self, definitions=tuple(map(self.formula, steps)))

    def formula(self, step: Step) -> str:
        """What a step computes, in symbols."""
        named = {role: self.symbols.get(name, name) for role, name in step.roles.items()}
        return f"{step.symbol} = {step.operation.formula.format_map(named)}"

    def title(self, language: str) -> str:
        kind = say(f"kind.{self.kind}", language)
        return say("title", language, kind=kind, seed=self.seed)

    def task(self, language: str) -> list[Block]:
        blocks: list[Block] = [
            paragraph(say(key, language, **spoken(words, language))) for key, words in self.story
        ]
        given = [given.equation(columns=self.columns) for given in self.given.values()]
        blocks += (Formula(aligned(rows)) for rows in (self.definitions, given) if rows)
        blocks.append(paragraph(say("asked", language, decimals=DECIMALS, tolerance=TOLERANCE)))
        head = [said(say(f"head.{column}", language)) for column in ("name", "value", "shape")]
        rows = [
            [said(f"`{step.name}`"), said(f"${step.symbol}$"), said(self.shape(step, language))]
            for step in self.steps
        ]
        return [*blocks, Table(head, rows, "lll"), paragraph(say("file", language)), Code(self.example)]

    def shape(self, step: Step, language: str) -> str:
        shape = self.right[step.name].shape
        return "×".join(map(str, shape)) if shape else say("one-number", language)

    @property
    def example(self) -> str:
        """A file of answers to be filled in."""
        width = max(len(step.name) for step in self.steps)
        return "\n".join(
            f"{step.name:<{width}} = {blank(self.right[step.name].shape)}" for step in self.steps
        )

    def solution(self, language: str) -> list[Block]:
        blocks: list[Block] = []
        for step in self.steps:
            blocks += self.told(step, language)
        return blocks

    def told(self, step: Step, language: str) -> Iterator[Block]:
        """One step: its formula, with numbers put in, element by element, and its value."""
        operation, value = step.operation, self.right[step.name]
        yield Heading(2, said(f"`{step.name}`"))
        if operation.about:
            yield paragraph(say(f"about.{operation.about}", language))
        rows = [self.formula(step)]
        if operation.terms is not None and value.ndim:
            rows += elements(step.symbol, operation.terms(step.variables(self.right)), value)
        elif operation.terms is not None:
            rows.append(f"{step.symbol} = {summed(operation.terms(step.variables(self.right)).written)}")
        yield Formula(aligned([*rows, f"{step.symbol} = {latex(value, columns=self.columns)}"]))

    def data(self, language: str) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "seed": self.seed,
            "given": {name: plain(given.value) for name, given in self.given.items()},
            "asked": {step.name: list(self.right[step.name].shape) for step in self.steps},
            "tolerance": TOLERANCE,
        }

    def answers(self) -> dict[str, Any]:
        return {step.name: plain(self.right[step.name]) for step in self.steps}

    def judge(self, answers: Mapping[str, Any], language: str) -> list[Verdict]:
        return judged(self.steps, self.right, answers, language)


def spoken(words: Words, language: str) -> dict[str, Any]:
    """What fills blanks: texts that begin with @ are keys of sentences."""
    return {
        name: say(value[1:], language) if isinstance(value, str) and value.startswith("@") else value
        for name, value in words.items()
    }


def elements(symbol: str, terms: Terms, value: Array) -> Iterator[str]:
    """Each element as the sum that it is."""
    for index in np.ndindex(value.shape):
        place = "".join(str(at + 1) for at in index)
        written = summed(terms.written[index])
        result = number(float(value[index]))
        same = "" if written == result else f" = {result}"
        name = symbol if symbol.isalpha() else rf"\left( {symbol} \right)"
        yield f"{name}_{{{place}}} = {written}{same}"


def summed(written: Array) -> str:
    """
    >>> summed(np.array(["1", "(-2)"])), summed(np.array(["(-2)"]))
    ('1 + (-2)', '-2')
    """
    if len(written) == 1:
        return re.sub(r"^\((-[\d.]+)\)$", r"\1", written[0])
    size = math.ceil(len(written) / math.ceil(len(written) / TERMS))
    lines = [" + ".join(written[at : at + size]) for at in range(0, len(written), size)]
    return " \\cr\n&\\quad + ".join(lines)


def aligned(rows: Sequence[str]) -> str:
    """Equations below each other, at their first equals sign; none twice."""
    lines = " \\cr\n".join(row.replace(" = ", " &= ", 1) for row in dict.fromkeys(rows))
    return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"


def blank(shape: tuple[int, ...]) -> str:
    """
    >>> blank(()), blank((2,)), blank((1, 2))
    ('…', '[…, …]', '[[…, …]]')
    """
    return f"[{', '.join([blank(shape[1:])] * shape[0])}]" if shape else "…"
