"""Pillow without its warnings, and libtiff without its messages, while a picture is read."""

import ctypes
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import PIL


@cache
def hush_libtiff() -> None:
    """Keep libtiff, which Pillow brings along, from printing to stderr what is wrong with a damaged file."""
    site = Path(PIL.__file__).parent
    for library in (*site.glob("../pillow.libs/libtiff*"), *site.glob(".dylibs/libtiff*")):
        with suppress(OSError, AttributeError):
            ctypes.CDLL(str(library)).TIFFSetErrorHandler(None)


_this_thread = threading.local()


@contextmanager
def quiet() -> Iterator[None]:
    """Without Pillow's warnings, in this thread, for as long as a picture is read."""
    _this_thread.reads = True
    try:
        yield
    finally:
        _this_thread.reads = False


def _is_quiet(*_: object) -> bool:
    return getattr(_this_thread, "reads", False)


class _WhileReading:
    """Stands for a module's name in Python's warning filters, and matches in threads that read a picture.

    Odd metadata does not matter to us, and sizes are judged in `costs.py`. Filters hold for all threads,
    so this one is set once, for good, and leaves everybody else's use of Pillow alone.
    """

    match = staticmethod(_is_quiet)
    # For who hands filters on as text, as scikit-learn to its workers: there it matches nothing.
    pattern = r"(?!)"


_filters: Any = warnings.filters
_filters.insert(0, ("ignore", None, Warning, _WhileReading(), 0))
logging.getLogger("PIL.TiffImagePlugin").addFilter(lambda record: not _is_quiet(record))
