"""A change of somebody's code that makes gradients right, and what is said of it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from charmlp.doctor.catalogue import NUMBERS
from charmlp.doctor.editing.places import Edit
from charmlp.doctor.mistake import Finding, Phrase, finding, phrase
from charmlp.doctor.operation.code import Code, located


@dataclass(frozen=True)
class Slip:
    """A change, where it is, and the inputs whose gradients it makes right."""

    edit: Edit
    code: Code
    mends: frozenset[int]

    @cached_property
    def values(self) -> dict[str, Any]:
        """What fills the words: the line, and what one reads there before and after."""
        before, after = self.edit.shown or (self.edit.slot[3], self.edit.node)
        line = self.code.line_of(before)
        return {"line": line, "before": first_line(before), "after": first_line(located(after, 1))}

    @property
    def where(self) -> Phrase:
        return phrase("edit-line", line=self.values["line"], function=self.code.function.__name__)

    def findings(self) -> Iterator[Finding]:
        values = self.values
        values |= {"found": values["before"], "right": values["after"]}
        if self.edit.name.endswith(".forward"):  # what is to be written is not this
            values = {"found": values["found"], "right": values["right"]}
        for position in sorted(self.mends):
            yield finding(self.edit.name, self.where, at=position, confidence=0.95, **values)


def with_line(found: Finding, slip: Slip | None) -> Finding:
    if slip is None:
        return found
    values = {**found.values, **slip.values}
    if NUMBERS[found.name] is None and NUMBERS[slip.edit.name.partition(".")[0]] is not None:
        return next(replace(one, evidence=(*one.evidence, *found.evidence)) for one in slip.findings())
    return replace(found, values=values, evidence=(slip.where, *found.evidence))


def first_line(node: ast.AST) -> str:
    """What one reads there; of a loop its head."""
    head, *more = ast.unparse(node).split("\n")
    return f"{head} …" if more else head
