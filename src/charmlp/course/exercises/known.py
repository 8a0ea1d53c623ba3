"""What the doctor knows of wrong forms and gradients, as slips: same names, same formulas, same words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from charmlp.course.exercises.numbers import Array
from charmlp.course.exercises.step import Slip, Values
from charmlp.doctor.catalogue import NUMBERS
from charmlp.doctor.checks.explanation import DISTORTIONS, mistakes_of
from charmlp.doctor.checks.factors import Factor
from charmlp.doctor.kind import Kind, Wrong, filled
from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import Mistake

# How the doctor's formulas call the roles.
LETTERS = {"x": "x", "W": "weight", "b": "bias", "g": "g", "y": "y", "z": "logits", "q": "q", "y*": "label"}
LETTER = re.compile(r"(?<![A-Za-z0-9])(y\*|[xWbgyzq])(?![A-Za-z0-9])")

Function = Callable[[Values], Array]


def wrong_forms(kind: str) -> Iterator[Slip]:
    """Forward passes that are another function."""
    known = kinds()[kind]
    for form in known.forms:
        if form.mistake != known.right.mistake or not form.right or form.unless_named:
            words = {"found": form.text, "right": known.right.text}
            yield Slip(form.mistake, with_parameters(known, form.function), words, kind)


def wrong_gradients(
    kind: str, role: str, right: Function, *, share: Function | None = None
) -> Iterator[Slip]:
    """Wrong formulas of the gradient, and the right one of a distorted upstream gradient.

    `share`: what a loss multiplies its gradient by, 1/N for a mean; its own upstream gradient then is 1.
    """
    known = kinds()[kind]
    gradient = known.gradients[role]
    parameters = known.right.parameters
    text = filled(gradient.right, parameters)
    words = {"forward": known.right.text, "right": text, "derivative": filled(text, {}, without="g · ")}
    for wrong in gradient.wrong:
        found = words | {"found": filled(wrong.written, parameters)}
        formula = with_parameters(known, of_wrong(wrong, share))
        yield Slip(wrong.mistake, formula, found, kind)
        if str(wrong.written).startswith("−"):  # the doctor's formulas hold up to a factor
            yield Slip(wrong.mistake, times(formula, Factor(sign=-1)), found, kind)
    for distortion in DISTORTIONS if share is None else ():
        yield Slip(
            distortion.mistake,
            distorted(right, distortion.function),
            words | {"found": distortion.written},
            kind,
        )


def with_parameters(kind: Kind, function: Function) -> Function:
    """The formula for the kind's usual form, which may have parameters, such as a slope."""
    return lambda v: function({**kind.right.parameters, **v})


def of_wrong(wrong: Wrong, share: Function | None) -> Function:
    if share is None:
        return lambda v: wrong.function(v, v["y"], v["g"])
    return lambda v: share(v) * wrong.function(v, v["y"], v["g"])


def distorted(right: Function, change: Callable[[Array], Array]) -> Function:
    return lambda v: right({**v, "g": change(v["g"])})


def wrong_factors(
    kind: str, right: Function, sizes: Callable[[Values], Mapping[str, int]], *, loss: bool
) -> Iterator[Slip]:
    """N too many or too few, 2, ½, or the sign; of a `loss` that is a mean over N rows also N·C for N."""
    powers = [("N", 1), ("N", -1), *([("C", -1)] if loss else [])]
    of_sizes = [Factor(exponents=(power,)) for power in powers]
    for factor in (*of_sizes, Factor(sign=-1), Factor(twos=1), Factor(twos=-1)):
        for mistake, words in mistakes_of(factor, loss=loss):
            yield Slip(mistake, times(right, factor, sizes), words, kind)


def times(
    function: Function, factor: Factor, sizes: Callable[[Values], Mapping[str, int]] = lambda v: {}
) -> Function:
    return lambda v: factor.value(sizes(v)) * function(v)


def text(slip: Slip, of: str, roles: Mapping[str, str], language: str) -> str:
    """The doctor's sentence, its letters those of this exercise: h1 for x, W2 for W."""
    name, _, variant = slip.mistake.partition(".")
    said = Mistake(name, variant, {**slip.values, "inputs": of}, kind=slip.kind).text(language)
    return LETTER.sub(lambda match: roles.get(LETTERS[match[1]], match[1]), said)


def is_known(mistake: str) -> bool:
    """Whether the doctor has the name, and with it the words."""
    return mistake.partition(".")[0] in NUMBERS
