"""What several ranks (`torchrun`) must agree in before they train together, and where they did before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from socket import gethostname

from charmlp.errors import DataError, UsageError
from charmlp.system.ranks import Ranks
from charmlp.training.callbacks import Callback
from charmlp.training.plan import Plan
from charmlp.training.resume import differences
from charmlp.version import __version__

FOLDER = "folder"


class Watching(Callback):
    """Stops long work here where another rank has failed."""

    def __init__(self, ranks: Ranks) -> None:
        self.ranks = ranks

    def progress(self, what: str, done: int, total: int) -> None:
        self.ranks.check()


def plan_of_all(plan: Plan, path: Path | None, ranks: Ranks) -> tuple[Plan, Path]:
    """The plan that this rank follows, and the folder of the run, which the first one knows.

    A run that goes on is the first rank's; a new one has each rank's own data, but the same settings.
    Raises `UsageError` where it has not.
    """
    version, first, place = ranks.of_first(lambda: (__version__, plan, path))
    assert place is not None
    if ranks.is_first:
        return plan, place
    if version != __version__:
        raise UsageError(f"charmlp is {__version__}, and {version} on rank 0; install the same everywhere")
    if first.past is None and (changed := differences(first.config, plan.config)):
        raise UsageError(f"other settings than on rank 0: {', '.join(changed)}; give all ranks the same")
    plan = plan if first.past is None else first
    return replace(plan, model_path=None, tensorboard=False), place  # the first one alone writes


def check_same_letters(letters: Callable[[], Mapping[str, str]], ranks: Ranks) -> None:
    """Raise `DataError`, which names them, where a host has other letters than the first one.

    `letters` gives their checksums, by their names for people.
    """
    if not ranks.has_hosts:
        return
    first = ranks.of_first(letters)
    if ranks.is_first_here and (own := letters()) != first:
        changed = [name for name in {**first, **own} if own.get(name) != first.get(name)]
        raise DataError(f"other data than on rank 0: {', '.join(changed)}")


def remember_folder(path: Path, ranks: Ranks) -> None:
    ranks.remember(FOLDER, f"{gethostname()}/{path}")


def folder_of_before(ranks: Ranks) -> Path | None:
    """The folder of the run that torchrun starts again, where it was begun on this host: elsewhere a folder
    of that name may be somebody else's."""
    host, _, path = ((ranks.attempt and ranks.recall(FOLDER)) or "").partition("/")
    return Path(path) if host == gethostname() else None
