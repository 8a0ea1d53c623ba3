"""What a kind of operation is made of; each file of `kinds/` defines one `KIND`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from charmlp.doctor.arrangement import ELEMENTWISE, Arrangement, Sizes
from charmlp.doctor.functions import Array

Variables = Mapping[str, Any]  # canonical inputs by name, and parameters of the form, such as a slope
Formula = Callable[[Variables, Array, Array], Array]  # of the inputs v, the output y, the upstream gradient g
Text = str | Mapping[str, str]  # the same in all languages, or {"en": …, "zh": …}; blanks are parameters
Check = Callable[[Any], Iterable[Any]]  # set-up → findings, and phrases that are notes


@dataclass(frozen=True)
class Form:
    """A forward: `function(v)`; `written` is how people write it; `right` unless it is a mistake.

    A form that is right `unless_named` is a mistake only where the operation is said to be of this kind: a
    sum of squares is a fine loss, but it is not the *mean* squared error. A wrong form that is `telling` is
    one even where nothing says what was meant: |x| may be no wrong relu, but nobody wants softmax twice.
    """

    written: Text
    function: Callable[[Variables], Array]
    mistake: str = "forward-wrong.form"  # its name and variant, where it is one
    right: bool = True
    unless_named: bool = False
    telling: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        return filled(self.written, self.parameters)


def wrong_form(
    written: Text,
    function: Callable[[Variables], Array],
    mistake: str = "forward-wrong.form",
    *,
    telling: bool = False,
) -> Form:
    return Form(written, function, mistake, right=False, telling=telling)


def unless_named(
    written: Text, function: Callable[[Variables], Array], mistake: str = "forward-wrong.form"
) -> Form:
    return Form(written, function, mistake, right=False, unless_named=True, telling=True)


@dataclass(frozen=True)
class Wrong:
    """A wrong gradient that people write, up to a constant factor, and the mistake that it stands for.

    Where forward is the wrong `form`, by how that is written, it is the same slip a second time.
    """

    written: Text
    function: Formula
    mistake: str = "wrong-formula"
    form: str = ""


Part = TypeVar("Part")


def named(
    mistakes: Mapping[str, Mapping[str, Part]], formula: Callable[[Part], Formula]
) -> tuple[Wrong, ...]:
    """Wrong gradients by their mistake and as they are written; `formula` makes one of what stands there."""
    return tuple(
        Wrong(written, formula(part), mistake)
        for mistake, parts in mistakes.items()
        for written, part in parts.items()
    )


NO_SLOPE = Wrong("g", lambda v, y, g: g, "path-forgotten.factor")
Slopes = Mapping[str, Callable[[Array, Array], Array]]


def wrong_slopes(mistake: str, slopes: Slopes) -> list[Wrong]:
    """Wrong slopes of an activation, as functions of its input x and its output y."""

    def times_upstream(slope: Callable[[Array, Array], Array]) -> Formula:
        return lambda v, y, g: g * slope(v["x"], y)

    return [Wrong(written, times_upstream(slope), mistake) for written, slope in slopes.items()]


STEP = 1e-5  # of a central difference
AT_UPSTREAM = {
    "en": "the slope at the upstream gradient g, not at x",
    "zh": "在上游梯度 g 处的斜率，而不是在 x 处的",
}


def slopes_of_upstream(
    forms: Iterable[Form], by_output: Callable[[Variables, Array], Array] | None
) -> list[Wrong]:
    """The right slope taken at g, alone or times g; written with the output, the slope s(y) becomes s(g)."""

    def slope(function: Callable[[Variables], Array]) -> Formula:
        def at_upstream(v: Variables, y: Array, g: Array) -> Array:
            up, down = (function({**v, "x": g + step}) for step in (STEP, -STEP))
            return (up - down) / (2 * STEP)

        return at_upstream

    def times_upstream(slope: Formula) -> Formula:
        return lambda v, y, g: g * slope(v, y, g)

    slopes = [slope(form.function) for form in forms if form.right]
    if by_output is not None:
        slopes.append(lambda v, y, g: by_output(v, g))
    return [
        Wrong(AT_UPSTREAM, formula, "slope-of-upstream")
        for one in slopes
        for formula in (times_upstream(one), one)
    ]


@dataclass(frozen=True)
class Gradient:
    """The gradient with respect to one input: how the right one is written, and wrong ones.

    `core` is the right one but for its coefficient, where that depends on what the form averages.
    """

    right: Text
    wrong: tuple[Wrong, ...] = ()
    core: Formula | None = None


@dataclass(frozen=True)
class Kind:
    """All that the doctor knows of a kind of operation. The name is that of its file.

    `also_called` are names that mean another kind first, and this one where forward shows it.

    `arrangements` and `forms` begin with the most usual; `forms[0]` is what is meant. `more_forms` reads
    forms with a parameter off a trial. `gradients` are by the name of the input's role.
    """

    aliases: tuple[str, ...] = ()
    also_called: tuple[str, ...] = ()
    arrangements: tuple[Arrangement, ...] = ()
    forms: tuple[Form, ...] = ()
    gradients: Mapping[str, Gradient] = field(default_factory=dict)
    page: str = "chain"  # the derivation to read, of those in docs/derivations
    name: str = ""
    checks: tuple[Check, ...] = ()
    more_forms: Callable[[Any], Iterable[Form]] = lambda trial: ()
    unexplained: Callable[[Any, int], list[Any]] = lambda observed, position: []  # where no formula fits
    factors: str = ""  # sizes that may be a wrong factor; else N and C. M is the number of elements, N·C
    square_sizes: tuple[Sizes, ...] = ()  # where wrong shapes go unnoticed, and numbers tell
    is_loss: bool = False  # then an unknown argument is an option, a total say, and no further input
    by_name: bool = False  # so plain that it is only recognised where the name says so
    is_random: bool = False  # as dropout is; forms then are of what one seed draws
    seen_through_noise: bool = False  # recognised although forward adds a little noise
    compared_far_out: bool = False  # what is clipped at 6, say, is another operation
    has_options: bool = False  # such as strides: forward of no known form may be meant so
    try_all: bool = False  # arrangements after one that runs, but agrees with no form

    @property
    def right(self) -> Form:
        return self.forms[0]


def activation(
    *,
    gradient: Text,
    wrong: Iterable[Wrong],
    forms: tuple[Form, ...],
    by_output: Callable[[Variables, Array], Array] | None = None,
    straight: bool = False,
    **known: Any,
) -> Kind:
    """A kind with one input x, of any shape, and one slope an element; `known` is all else of it.

    `by_output` is the right slope as people write it with the output y, where they do. What is made of
    `straight` pieces has masks for slopes, and its slope at g is a mask of g, which has a name of its own.
    """
    of_upstream = [] if straight else slopes_of_upstream(forms, by_output)
    of_x = {"x": Gradient(gradient, (*wrong, *of_upstream))}
    return Kind(arrangements=ELEMENTWISE, forms=forms, gradients=of_x, page="activations", **known)


UNKNOWN = Kind()  # of an operation that is compared with nothing but its own forward


def filled(text: Text, parameters: Mapping[str, Any], without: str = "") -> Text:
    """The text with its blanks filled, and without a part that it may begin with."""
    if isinstance(text, str):
        return text.format_map(parameters).removeprefix(without)
    return {language: words.format_map(parameters).removeprefix(without) for language, words in text.items()}
