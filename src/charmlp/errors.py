"""What can go wrong, drawn once.

    CharmlpError            any fault of the input or the run; exit status 1
    ├── UsageError          a flag, an argument or their combination is wrong; exit status 2
    ├── DataError           a list, a layout or a label is wrong
    ├── ImageError          an image cannot be read
    ├── ModelFileError      a model file cannot be read or written
    └── MissingExtraError   an optional dependency is not installed

Every message is one line that names the file, flag or entry and says what is expected.
Whatever else escapes is a bug of ours, not an error of the user's.
"""

from __future__ import annotations

import importlib
import unicodedata
from collections.abc import Sequence
from types import ModuleType


class CharmlpError(Exception):
    """Something that the user can mend; the command line prints it in one line.

    `details` are further lines of the same kind where the message has room for the first only, such as the
    sixth unreadable image; the command line prints them below it.
    """

    exit_status = 1

    def __init__(self, message: str = "", details: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class UsageError(CharmlpError):
    """A flag, an argument or their combination is wrong."""

    exit_status = 2


class DataError(CharmlpError):
    """A list, a layout or a label is wrong."""


class ImageError(CharmlpError):
    """An image cannot be read."""


class ModelFileError(CharmlpError):
    """A model file cannot be read or written."""


class MissingExtraError(CharmlpError):
    """An optional dependency is not installed."""


def require_extra(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional `module`, or say in one line what to install.

    >>> require_extra("json", "torch", "a .pth file").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or module.split(".")[0] != error.name.split(".")[0]:
            raise  # the package is there; something inside it is broken
        raise MissingExtraError(
            f"{purpose} needs {module.split('.')[0]}, which is not installed: pip install 'charmlp[{extra}]'"
        ) from None


def printable(text: object) -> str:
    """`text` with control characters (and lone surrogates) escaped, safe to print on a terminal.

    >>> printable("a\\x1b[31m")
    'a\\\\x1b[31m'
    """
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in shown
    )


def forbidden_character(text: str) -> str | None:
    """The first character of `text` that no file or class name may have, as U+0000, or None.

    Those are control characters, line separators and lone surrogates.
    """
    if not text.isprintable():  # asked first for the sake of lists with a million names
        for character in text:
            if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
                return f"U+{ord(character):04X}"
    return None
