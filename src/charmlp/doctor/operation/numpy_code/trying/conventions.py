"""How people lay out the data of one learner: samples as rows or columns or one alone, one output or several.

A convention says of every variable at once what it is likely to be; what does not fit is then changed alone.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from charmlp.doctor.operation.numpy_code.names import ends_of, is_bias, is_truth, is_weight
from charmlp.doctor.operation.numpy_code.trying.names import DATA, STATE, Variable
from charmlp.doctor.operation.numpy_code.trying.templates import (
    Template,
    binary,
    labels,
    onehot,
    real,
    sign,
    value,
)

LAYOUTS = ("rows", "columns", "vector", "column")
NUMBER = ""  # one output without a dimension of its own


@dataclass(frozen=True)
class Convention:
    layout: str  # of the data
    turned: bool  # weights are W x for rows, x W for columns
    outputs: str  # the letter of the last dimension: K, 1, or none
    bias: int = 0  # which of the usual forms
    truth: int = 0

    def template(self, variable: Variable) -> Template | None:
        """What a variable of this name is; None where the name does not say."""
        name = variable.name.strip("_")
        if self.layout == "numbers":
            return real("")
        if is_bias(name):
            return self.of_bias(variable)
        if is_truth(name) and name != "d":
            return self.truths[self.truth % len(self.truths)]
        if STATE.fullmatch(name):
            return real(self.data("H"))
        if is_weight(name):
            return self.of_weight(variable)
        return real(self.data("D")) if DATA.fullmatch(name) else None

    def data(self, letter: str) -> str:
        return {"rows": f"N{letter}", "columns": f"{letter}N", "vector": letter, "column": f"{letter}1"}[
            self.layout
        ]

    @property
    def truths(self) -> list[Template]:
        if self.layout == "rows":
            several = [labels("N"), onehot("NK"), real("NK")]
            return {
                "K": several,
                "1": [binary("N1"), real("N1")],
                NUMBER: [binary("N"), sign("N"), real("N")],
            }[self.outputs]
        if self.layout == "columns":
            return {
                "K": [onehot("KN"), labels("N"), real("KN")],
                "1": [binary("1N"), real("1N")],
                NUMBER: [binary("N")],
            }[self.outputs]
        if self.layout == "vector":
            return {
                "K": [onehot("K"), value(1), real("K")],
                "1": [binary("1"), binary("")],
                NUMBER: [binary(""), real("")],
            }[self.outputs]
        return {
            "K": [onehot("K1"), value(1), real("K1")],
            "1": [binary("11"), binary("")],
            NUMBER: [binary("")],
        }[self.outputs]

    def of_weight(self, variable: Variable) -> Template:
        n, place = variable.count, variable.place
        known = ends_of(variable.name).replace("K", self.outputs)
        if known == "HH":
            return real("HH")
        ends = ["D", *("HJ" * n)[: n - 1], self.outputs]
        a, b = (known[0], known[1:]) if known else ends[place : place + 2]
        return real(a + b if (self.layout == "rows") != self.turned else b + a)

    def of_bias(self, variable: Variable) -> Template:
        last = variable.place == variable.count - 1
        k = (
            self.outputs
            if last and variable.name[-1:].lower() not in ("h", "a")
            else "HJ"[variable.place % 2]
        )
        if k == NUMBER:
            return real("")
        forms = [k, f"1{k}"] if self.layout in ("rows", "vector") else [f"{k}1", k]
        return real(forms[self.bias % len(forms)])


def conventions() -> Iterator[Convention]:
    """The usual ones first; one sample alone, which hides mistakes, comes last."""
    for layouts in (LAYOUTS[:2], LAYOUTS[2:]):
        for outputs, turned, layout in itertools.product(("K", NUMBER, "1"), (False, True), layouts):
            truths = len(Convention(layout, turned, outputs).truths)
            for truth, bias in itertools.product(range(truths), range(2 if outputs else 1)):
                yield Convention(layout, turned, outputs, bias, truth)
        if layouts == LAYOUTS[:2]:
            yield Convention("numbers", False, NUMBER)
