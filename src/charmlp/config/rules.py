"""What settings may be: in words for messages and help, how a text is read, which values are allowed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charmlp.errors import UsageError
from charmlp.text import did_you_mean, shown_value

MAX_LAYERS = 100
MAX_NORM_SIZE = 4096
MIN_TEMPERATURE, MAX_TEMPERATURE = 0.01, 100.0  # of a model


def parse_sizes(text: str) -> tuple[int, ...]:
    """`32,64`, `32 64` or `32x64` as integers; the empty text is no size at all."""
    return tuple(int(part) for part in text.lower().replace("x", " ").replace(",", " ").split())


def parse_norm_size(text: str) -> tuple[int, int]:
    """Height and width: `32,24`, `32 24` or `32x24`; one number means a square."""
    sizes = parse_sizes(text)
    if len(sizes) not in (1, 2):
        raise ValueError
    return sizes[0], sizes[-1]


def parse_switch(text: str) -> bool:
    """`on` or `off`."""
    return {"on": True, "off": False, "true": True, "false": False, "1": True, "0": False}[text.lower()]


@dataclass(frozen=True)
class Rule:
    """What a setting takes: in words, how its text is read, and which values are allowed.

    metavar  stands for a value in the help
    choices  all values, where they are words
    """

    words: str
    parse: Callable[[str], Any]
    allows: Callable[[Any], bool]
    metavar: str = "X"
    choices: tuple[str, ...] = ()

    def read(self, name: str, text: str) -> Any:
        """The value of a text; raises `UsageError` that begins with `name`, the flag."""
        try:
            value = self.parse(text)
            if self.allows(value):
                return value
        except (ValueError, KeyError, OverflowError):
            pass
        raise UsageError(f"{name}: {self.misfit(text)}")

    def misfit(self, value: object) -> str:
        """What is expected in place of a value, and which word was meant perhaps."""
        hint = did_you_mean(value, self.choices) if isinstance(value, str) else ""
        return f"expected {self.words}, not {shown_value(value)}{hint}"


def one_of(*choices: str) -> Rule:
    """A rule that allows some words only."""
    return Rule(f"one of {', '.join(choices)}", str, choices.__contains__, choices=choices)


def activations() -> tuple[str, ...]:
    """The names in the table, read but not imported: that would import NumPy, of which help has no need."""
    table = Path(__file__).parents[1] / "calculus" / "activations.py"
    source = __spec__.loader.get_data(str(table)).decode()  # type: ignore[union-attr]  # also from a zip archive
    return tuple(re.findall(r'^ +Activation\("(\w+)"', source, re.MULTILINE))


def whole(least: int, most: int, words: str) -> Rule:
    """A rule for whole numbers of a range."""
    return Rule(f"a whole number{words}", int, lambda n: least <= n <= most, "N")


INFINITY = float("inf")
ACTIVATION = one_of(*activations())
COUNT = whole(1, 10**9, ", at least 1 and at most 10⁹")
COUNT_OR_NONE = whole(0, 10**9, ", at least 0 and at most 10⁹")
SEED = whole(0, 2**63 - 1, " from 0 to 2⁶³ - 1")
POSITIVE = Rule("a number above 0", float, lambda x: 0 < x < INFINITY)
NOT_NEGATIVE = Rule("a number, at least 0", float, lambda x: 0 <= x < INFINITY)
SHARE = Rule("a number from 0 to less than 1", float, lambda x: 0 <= x < 1)
PROBABILITY = Rule("a probability from 0 to 1", float, lambda x: 0 <= x <= 1, "P")
PERCENT = Rule("a number from 0 to 100", float, lambda x: 0 <= x <= 100, "P")
SWITCH = Rule("on or off", parse_switch, lambda _: True, "{on,off}")
NAME = Rule("a text without control characters", str, str.isprintable, "NAME")
REGEX = dataclasses.replace(NAME, metavar="REGEX")
HIDDEN_SIZES = Rule(
    f"at most {MAX_LAYERS - 1} whole numbers from 1 to 10⁹, separated by commas, such as 64 or 512,256",
    parse_sizes,
    lambda sizes: len(sizes) < MAX_LAYERS and all(1 <= size <= 10**9 for size in sizes),
    "N,N",
)
NORM_SIZE = Rule(
    f"height,width from 1 to {MAX_NORM_SIZE}, such as 32,32",
    parse_norm_size,
    lambda size: len(size) == 2 and all(1 <= side <= MAX_NORM_SIZE for side in size),
    "H,W",
)
DEVICE = Rule(
    "cpu, cuda or cuda:N",
    str,
    lambda text: re.fullmatch(r"cpu|cuda(:[0-9]{1,3})?", text) is not None,
    "DEVICE",
)
