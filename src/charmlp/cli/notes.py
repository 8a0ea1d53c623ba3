"""What a command says, in the language that is spoken: results for people, and what is said beside them.

The second is on standard error, as much as is wanted: `--quiet` wants nothing of it, `--verbose` the
details as well.
"""

import sys

from charmlp.language import translated
from charmlp.text import printable

QUIET, USUAL, VERBOSE = range(3)
_loudness = USUAL  # of the command that runs


def set_loudness(*, quiet: bool, verbose: bool) -> None:
    """What `note` and `detail` say from now on, and what the rooms below say by `logging`."""
    global _loudness
    _loudness = QUIET if quiet else VERBOSE if verbose else USUAL
    if quiet or "logging" in sys.modules:
        import logging

        logging.getLogger("charmlp").setLevel(logging.ERROR if quiet else logging.NOTSET)


def is_quiet() -> bool:
    return _loudness == QUIET


def is_verbose() -> bool:
    return _loudness == VERBOSE


def say(*lines: str) -> None:
    """Lines of a result for people; what programs read is printed as it is."""
    print(*map(translated, lines), sep="\n")


def note(line: object) -> None:
    """A line for people."""
    if _loudness > QUIET:
        print(printable(translated(str(line))), file=sys.stderr, flush=True)


def detail(line: object) -> None:
    """A line for those who want to know why, and how long it took."""
    if _loudness > USUAL:
        note(line)
