"""Losses that are one number an element or one a row: how people average or sum them, and their gradients."""

from collections.abc import Callable, Mapping
from typing import Any

from charmlp.doctor.functions import Array
from charmlp.doctor.kind import Form, Formula, Text, Variables

Losses = Callable[[Variables], Array]
Reduction = Callable[[Array], Array]

SUM = "forward-wrong.sum"  # what a sum is where a mean is meant; here it is right as well
BY_ELEMENT: tuple[tuple[Mapping[str, str], Reduction, str], ...] = (
    ({"en": "the mean over all elements", "zh": "对所有元素取平均"}, lambda a: a.mean(), ""),
    (
        {"en": "the mean over the batch of each row's sum", "zh": "每行求和，再对批取平均"},
        lambda a: a.sum(1).mean(),
        "",
    ),
    ({"en": "one loss an element", "zh": "每个元素一个损失"}, lambda a: a, ""),
    ({"en": "the sum over all elements", "zh": "对所有元素求和"}, lambda a: a.sum(), SUM),
    ({"en": "one sum a row", "zh": "每行一个和"}, lambda a: a.sum(1), ""),
    ({"en": "one mean a row", "zh": "每行一个平均值"}, lambda a: a.mean(1), ""),
)
BY_ROW: tuple[tuple[Mapping[str, str], Reduction, str], ...] = (
    ({"en": "the mean over the batch", "zh": "对批取平均"}, lambda a: a.mean(), ""),
    ({"en": "one loss a row", "zh": "每行一个损失"}, lambda a: a, ""),
    ({"en": "the sum over the batch", "zh": "对批求和"}, lambda a: a.sum(), SUM),
)


def by_element(losses: Losses, suffix: Text = "", **parameters: Any) -> tuple[Form, ...]:
    """The forms of a loss that has one number for each element, all of them right."""
    return _forms(BY_ELEMENT, losses, suffix, parameters)


def by_row(losses: Losses, suffix: Text = "", **parameters: Any) -> tuple[Form, ...]:
    """The forms of a loss that has one number for each row, all of them right."""
    return _forms(BY_ROW, losses, suffix, parameters)


def _forms(reductions: Any, losses: Losses, suffix: Text, parameters: Mapping[str, Any]) -> tuple[Form, ...]:
    def reduced(reduction: Reduction) -> Losses:
        return lambda v: reduction(losses(v))

    return tuple(
        Form(joined(words, suffix), reduced(reduction), mistake, parameters=parameters)
        for words, reduction, mistake in reductions
    )


def joined(words: Text, suffix: Text) -> Text:
    """One text after the other, in each language.

    >>> joined({"en": "the mean", "zh": "平均值"}, ", δ = 1")
    {'en': 'the mean, δ = 1', 'zh': '平均值, δ = 1'}
    """
    if isinstance(words, str) and isinstance(suffix, str):
        return words + suffix
    parts = [text if isinstance(text, Mapping) else {"en": text, "zh": text} for text in (words, suffix)]
    return {language: parts[0][language] + parts[1][language] for language in ("en", "zh")}


def times_upstream(function: Losses) -> Formula:
    """The derivative of one loss, times g: one number, one a row or one an element."""

    def formula(v: Variables, y: Array, g: Array) -> Array:
        derivative = function(v)
        rows = g.reshape(-1, 1) if g.ndim == 1 and derivative.ndim == 2 else g
        return rows * derivative

    return formula
