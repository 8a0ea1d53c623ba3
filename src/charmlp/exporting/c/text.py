"""Pieces of C: names, arrays, and the parts of `parts/`, in which all names begin with `net_` or `NET_`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

LINE = 110


def part(name: str, **values: object) -> str:
    """A part, with `@NAME@` replaced by what is given for it."""
    text = _part(name)
    for key, value in values.items():
        text = text.replace(f"@{key.upper()}@", str(value))
    return text


@cache
def _part(name: str) -> str:
    return (files(__package__) / "parts" / f"{name}.h").read_text("utf-8")


def with_prefix(text: str, prefix: str) -> str:
    """The text with `net_` and `NET_` as the prefix asks for."""
    text = re.sub(r"\bnet_", f"{prefix}_", text)
    return re.sub(r"\bNET_", f"{prefix.upper()}_", text)


def literal(name: str) -> str:
    """A string literal: what is not plain ASCII as the octal numbers of its bytes, and no trigraph."""
    plain = set(range(32, 127)) - set(b'"\\?')
    return '"' + "".join(chr(byte) if byte in plain else f"\\{byte:03o}" for byte in name.encode()) + '"'


def commented(name: str) -> str:
    """A class's name inside a comment, which it must not end."""
    return re.sub(r"[*/?\\]", lambda found: f"\\{ord(found[0]):03o}", name)


def numbers(values: Iterable[object]) -> str:
    """Values of an array, in lines of a page's width."""
    lines, line = [], "   "
    for value in values:
        word = f" {value},"
        if len(line) + len(word) > LINE:
            lines.append(line)
            line = "   "
        line += word
    return "\n".join([*lines, line]) + "\n"


def array(kind: str, name: str, values: Sequence[object] | np.ndarray) -> str:
    """A constant array in flash."""
    return f"static const {kind} {name}[{len(values)}] NET_FLASH = {{\n{numbers(values)}}};\n"


def real(value: float) -> str:
    """A float literal that is read as the same float32."""
    text = f"{float(np.float32(value)):.9g}"
    return text + ("f" if "." in text or "e" in text else ".0f")
