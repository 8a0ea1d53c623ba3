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

from collections.abc import Sequence


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
