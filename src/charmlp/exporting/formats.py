"""The table of formats. To add one: an entry here, and the module that it names."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from charmlp.errors import UsageError
from charmlp.text import did_you_mean, shown_value

if TYPE_CHECKING:
    from charmlp.exporting.job import Draft, Job

FULL_PRECISION = 32
# Percentage points of accuracy that so many bits may cost, where --max_loss does not say it.
MAX_LOSS = {16: 0.1, 8: 0.5, 4: 3.0}


class Writer(Protocol):
    """What the module of a format has. Both raise `CharmlpError`; neither writes a file."""

    def check(self, job: Job) -> None:
        """Refuse what cannot be written, or lacks a package, before long work starts."""

    def write(self, job: Job) -> Draft:
        """The content of the file, compared with the Recognizer (`charmlp.exporting.job`)."""


@dataclass(frozen=True)
class Format:
    """A format that a model is exported to.

    module     what writes it (`Writer`); imported when it is asked for
    suffix     of its files
    bits       of a weight, that there may be; the first is the default
    has_names  whether it is a program, in which names begin with `--prefix`
    """

    module: str
    suffix: str
    bits: tuple[int, ...]
    has_names: bool = False

    @property
    def writer(self) -> Writer:
        return cast("Writer", import_module(self.module))


FORMATS = {
    "onnx": Format("charmlp.exporting.onnx", ".onnx", (32, 8)),
    "html": Format("charmlp.exporting.page", ".html", (16, 32, 8)),
    "safetensors": Format("charmlp.exporting.modelfiles", ".safetensors", (32,)),
    "pth": Format("charmlp.exporting.modelfiles", ".pth", (32,)),
    "python": Format("charmlp.exporting.python", ".py", (8, 4)),
    "c": Format("charmlp.exporting.c", ".h", (8, 4, 32), has_names=True),
}


def format_named(name: str) -> Format:
    """The format of a name; raises `UsageError` where there is none."""
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS) or f"; expected one of {', '.join(FORMATS)}"
        raise UsageError(f"--to: unknown format {shown_value(name)}{hint}")
    return FORMATS[name]


def settle_bits(name: str, bits: int | None) -> int:
    """The bits of a weight: those asked for, or the format's own; raises `UsageError` for a wrong pair."""
    allowed = format_named(name).bits
    if bits is None:
        return allowed[0]
    if bits not in allowed:
        words = " or ".join(map(str, allowed))
        raise UsageError(f"--bits {bits}: {name} has weights of {words} bits")
    return bits


def check_prefix(name: str, prefix: str | None) -> None:
    """Raise `UsageError` where a format has no names that could begin with it."""
    if prefix is not None and not format_named(name).has_names:
        raise UsageError(f"--prefix: there are no names in a file for {name}")
