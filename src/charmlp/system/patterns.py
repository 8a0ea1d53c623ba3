"""Regular expressions of a user: searched in a process of their own, since with some that never ends."""

import pickle
import re
import warnings
from collections.abc import Sequence

from charmlp.errors import CharmlpError, UsageError
from charmlp.system.processes import can_start
from charmlp.system.workers import Parent, Worker
from charmlp.text import quote

BATCH = 1000  # texts that are searched at a time
PATIENCE = 10.0  # seconds for them; as a rule it takes milliseconds


def compiled(pattern: str, flag: str) -> re.Pattern[str]:
    """The expression that was given behind `flag`; raises UsageError where it is none, or has no group."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what a later Python may read in another way
            found = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise UsageError(f"{flag} {quote(pattern)}: not a regular expression: {error}") from None
    if not found.groups:
        raise UsageError(f"{flag} {quote(pattern)}: put what is wanted into parentheses, as ^([A-Z])_")
    return found


def search(pattern: str, texts: Sequence[str], flag: str) -> list[str | None]:
    """What the group `label`, or else the first, of a right expression holds of each text, or None.

    Raises UsageError where the search takes too long, with the first of the texts then searched.
    """
    if not can_start():
        return searched(pattern, texts)
    found: list[str | None] = []
    try:
        worker = Worker(__name__)
    except OSError as error:
        raise CharmlpError(f"{flag}: its process cannot be started: {error.strerror or error}") from None
    with worker:
        for start in range(0, len(texts), BATCH):
            some = texts[start : start + BATCH]
            try:
                found += pickle.loads(worker.ask(pickle.dumps((pattern, some)), PATIENCE))
            except (TimeoutError, EOFError):
                raise UsageError(
                    f"{flag} {quote(pattern)}: takes more than {PATIENCE:g} s from {quote(some[0])} on;"
                    " write it without repetitions inside repetitions"
                ) from None
    return found


def main() -> None:
    """Answer as long as there is somebody who asks."""
    parent = Parent()
    while True:
        parent.send(pickle.dumps(searched(*pickle.loads(parent.receive()))))


def searched(pattern: str, texts: Sequence[str]) -> list[str | None]:
    """What `search` returns, found here."""
    expression = compiled(pattern, "")
    group = "label" if "label" in expression.groupindex else 1
    return [((match := expression.search(text)) and match[group]) or None for text in texts]
