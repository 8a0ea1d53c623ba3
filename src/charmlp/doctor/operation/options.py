"""What a call needs beside arrays: options, by the names that people give them."""

import functools
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from charmlp.doctor.operation.subject import Subject

# Options by their names, without underscores, and what they are here.
OPTIONS: dict[str, Any] = {
    "dim|axis": -1,
    "reduction": "mean",
    "inplace|keepdims?": False,
    "(is|in|use)?(training|train)(mode|flag|phase)?|trainflg": True,
    "mode": "train",
    "name": "name",
    "(n|num)?classes": None,
    "alpha|((neg|negative)?slope)|leak|leakiness|leakyslope": 0.3,
    "scale|factor|const(ant)?(val(ue)?)?|multiplier": 0.7,
    "((layer|batch|rms)?norm|rms|ln|bn)?(eps|epsilon)": 1e-12,
    "lam|lamb|lambda2?|lambd|lambdaparam|reg(ularization)?(strength|param|factor|coeff?)?|weightdecay": 0.3,
    "temperature|temp|tau": 1.5,
    "T": 1.5,  # in lower case it is a target
    "beta": 1.5,
    "power|exponent|n": 2,
    "p|pdrop|dropp|(drop|dropout)?(rate|prob|ratio)|dropout|dropoutp": 0.4,
    "keepprob|pkeep|keep|keeprate|retain": 0.6,
    "margin|delta": 0.5,
    "(label|lb)?smooth(ing)?": 0.1,
    "(lb|label)?ignore(index|label|id|idx)?|paddingidx": 1,  # a class that there is
    "threshold|thresh": 0.0,
    "q(uant)?(n|min|neg|low(er)?|lb)|thd(neg|n)": -2,  # what is rounded is cut at whole numbers
    "q(uant)?(p|max|pos|high|upper|ub)|thd(pos|p)": 3,
    "low(er)?|min(val(ue)?|imum)?": -0.7,
    "high|upper|max(val(ue)?|imum)?": 0.9,
    "momentum": 0.9,
    "(n|num)?bits?(width)?|bitwidth": 4,
    "(n|num)?(groups|heads)": 2,
    "lr|learningrate": 1.0,
}  # fmt: skip
FLAGS = re.compile(r"(is|in|use)?(training|train)(mode|flag|phase)?|trainflg|inplace")

# The strength λ of a penalty λ‖W‖²
STRENGTH = re.compile(
    r"(l2)?(reg|lam|lamb|lambda|lambd|(weight)?decay|wd|penalty|l2)(ularization|strength|lambda|param|factor|coeff?(icient)?|2)?"
)


@dataclass(frozen=True)
class Signature:
    """Names of the positional parameters without and with a default; None where they are not known."""

    required: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)


def signature(function: Callable[..., Any], skip: int) -> Signature:
    """That of a function after its first `skip` parameters."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        return Signature()  # a builtin
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return Signature()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = tuple(p.name for p in positional if p.default is p.empty)
    defaults = {p.name: p.default for p in positional if p.default is not p.empty}
    return Signature(required, tuple(defaults), defaults)


def plain(name: str) -> str:
    return name.lower().replace("_", "")


def matches(pattern: str, name: str) -> bool:
    return pattern == name or re.fullmatch(pattern, plain(name)) is not None


@functools.lru_cache(maxsize=4096)
def is_option(name: str) -> bool:
    """Whether an input of this name is no array.

    >>> [is_option(name) for name in ("is_training", "drop_prob", "x", "weight")]
    [True, True, False, False]
    """
    return any(matches(pattern, name) for pattern in OPTIONS)


def is_strength(name: str) -> bool:
    """Whether an option of this name is a penalty's strength."""
    return STRENGTH.fullmatch(plain(name)) is not None


def is_flag(name: str) -> bool:
    return bool(FLAGS.fullmatch(plain(name)))


def usual_option(name: str) -> Any:
    """What an option of this name is here; None, which mostly means the default, where it is not known."""
    values = (value for pattern, value in OPTIONS.items() if matches(pattern, name))
    return next(values, None)


def fill_options(subject: Subject, n_values: int, flags: bool = True) -> list[Any] | None:
    """What to give the inputs that follow the first `n_values`; None where it cannot be.

    Those without a default, and those up to the last flag: a flag is `flags`, whatever its default.
    """
    if subject.required is None:
        return []
    names = subject.required + subject.optional
    if n_values > len(names):
        return None
    last_flag = max(
        (i + 1 for i, name in enumerate(names) if is_flag(name) or name in subject.switches), default=0
    )
    filled = names[n_values : max(len(subject.required), last_flag)]
    return [option(subject, name, flags) for name in filled]


def option(subject: Subject, name: str, flags: bool) -> Any:
    if name in subject.switches or (is_flag(name) and plain(name) != "inplace"):
        return flags
    if name in subject.defaults:
        return subject.defaults[name]
    usual = usual_option(name)
    return subject.numbers.get(name) if usual is None else usual


def flags_of(subject: Subject) -> Iterator[str]:
    """The flags that change what the operation is: training or not, causal or not."""
    names = (subject.required or ()) + subject.optional
    return (
        name for name in names if name in subject.switches or (is_flag(name) and plain(name) != "inplace")
    )
