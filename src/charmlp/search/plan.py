"""A search as its folder keeps it, and what is kept of its trainings.

search.json      what is tried, on which data: who goes on must mean the same search
trials/3-2021.json   what setting 3 with seed 2021 has shown; its claim, 3-2021.lock, is held by who trains it
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charmlp.config import TrainingConfig, flag_of, from_toml, settings, spell, to_toml
from charmlp.errors import CharmlpError, UsageError
from charmlp.search.measured import Trial
from charmlp.search.ranges import Space
from charmlp.search.space import Grid
from charmlp.system.files import check_writable, is_file, is_folder, open_regular, write_whole, writing
from charmlp.system.locks import TakenError, locked
from charmlp.text import shown_path

PLAN = "search.json"
TRIALS = "trials"
MOST_BYTES = 2**26  # of a file of ours
LEAST_AGAIN = 3  # fresh seeds: from two, how much luck a seed has is hardly known (docs/compare.md)
GIVEN = ("data", "im_dir", "lists", "classes", "n_classes", "cache", "skip_bad")  # as `train` takes them


@dataclass(frozen=True)
class Plan:
    """What is searched.

    base     the settings that all have, but for what is tried
    grid     the values of each setting that is tried; empty where Optuna suggests them
    space    instead: what Optuna may suggest (`ranges.py`)
    seeds    how many each setting is trained with, from the base's on
    count    how many settings Optuna suggests; 0 for a grid
    storage  where Optuna's study lies; empty: a file in the folder
    given    the data, by the names of `open_source`'s arguments
    identity of the data
    """

    base: TrainingConfig
    seeds: int
    given: dict[str, Any]
    grid: Grid = dataclasses.field(default_factory=dict)
    space: Space = dataclasses.field(default_factory=dict)
    identity: str = ""
    count: int = 0
    storage: str = ""

    @property
    def names(self) -> list[str]:
        """The settings that are tried."""
        return list(self.grid or self.space)

    @property
    def first_seeds(self) -> list[int]:
        return [self.base.seed + number for number in range(self.seeds)]

    @property
    def fresh_seeds(self) -> list[int]:
        """With which the two best are trained again: none of those before."""
        return [self.base.seed + self.seeds + number for number in range(max(LEAST_AGAIN, self.seeds))]

    def to_json(self) -> dict[str, Any]:
        facts = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return json.loads(json.dumps({**facts, "base": to_toml(self.base)}))


def read_plan(folder: Path) -> Plan:
    """The search that a folder keeps; raises `UsageError` where it keeps none."""
    if not is_file(folder / PLAN):
        raise UsageError(f"--resume: no search in {shown_path(folder)}: there is no {PLAN} in it")
    facts = read_json(folder / PLAN)
    try:
        base = from_toml(facts.pop("base"), f"{shown_path(folder / PLAN)}: base")
        plan = Plan(base=base, **facts)
        grid = {name: [as_tuple(value) for value in values] for name, values in plan.grid.items()}
    except (KeyError, TypeError, AttributeError):
        raise CharmlpError(f"{shown_path(folder / PLAN)}: not what 'charmlp tune' has written") from None
    return dataclasses.replace(plan, grid=grid)


def as_tuple(value: Any) -> Any:
    """A setting's value from JSON, which knows no tuples."""
    return tuple(value) if isinstance(value, list) else value


def read_json(path: Path) -> Any:
    """What a file of ours holds; raises `CharmlpError` where it is damaged."""
    with open_regular(path, "what 'charmlp tune' has written", CharmlpError) as file:
        content = file.read(MOST_BYTES)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise CharmlpError(
            f"{shown_path(path)}: damaged; remove it, and it is made again with --resume"
        ) from None


class Folder:
    """Where a search keeps what it has."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def check(self, *, resume: bool) -> None:
        """Raise `UsageError` where it holds something else, or a search and is not to go on with it."""
        shown = shown_path(self.path)
        if is_file(self.path):
            raise UsageError(f"--out: {shown} is a file, not a folder")
        check_writable(self.path / PLAN)
        if resume:
            read_plan(self.path)
        elif is_file(self.path / PLAN):
            raise UsageError(
                f"--out: {shown} holds a search; --resume goes on with it, or give another folder"
            )
        elif is_folder(self.path) and any(self.path.iterdir()):
            raise UsageError(f"--out: {shown} holds something already; give another folder")

    def take(self, plan: Plan) -> None:
        """Make it this search's; raises `UsageError` where it keeps one that tries something else."""
        if is_file(self.path / PLAN):
            check_same(read_plan(self.path), plan)
        else:
            write_whole(self.path / PLAN, json.dumps(plan.to_json(), indent=1).encode("ascii"))
        self.sweep()

    def sweep(self) -> None:
        """Remove the claims that killed processes have left, which lock nothing."""
        for claim in (self.path / TRIALS).glob("*.lock"):
            with suppress(TakenError, OSError), locked(claim):
                pass  # it goes when it is let go

    def place(self, setting: int, seed: int) -> Path:
        return self.path / TRIALS / f"{setting}-{seed}.json"

    def read(self, setting: int, seed: int) -> Trial | None:
        """What a training has shown; None where it has not ended."""
        place = self.place(setting, seed)
        if not is_file(place):
            return None
        try:
            return Trial(**read_json(place))
        except TypeError:
            raise CharmlpError(
                f"{shown_path(place)}: damaged; remove it, and it is made again with --resume"
            ) from None

    def write(self, trial: Trial) -> None:
        write_whole(self.place(trial.setting, trial.seed), json.dumps(trial.to_dict()).encode("ascii"))

    @contextmanager
    def claimed(self, setting: int, seed: int) -> Iterator[None]:
        """While a training is ours alone; raises `TakenError` where it is somebody else's."""
        with self._locked(f"{setting}-{seed}.lock"):
            yield

    @contextmanager
    def claimed_setting(self, setting: int) -> Iterator[None]:
        """The same for all trainings of a setting."""
        with self._locked(f"{setting}.lock"):
            yield

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        claim = self.path / TRIALS / name
        with writing(claim):
            claim.parent.mkdir(parents=True, exist_ok=True)
        with locked(claim):
            yield


def check_same(old: Plan, new: Plan) -> None:
    """Raise `UsageError` that names what differs between the search in the folder and the one asked for."""
    for field in settings():
        was, now = getattr(old.base, field.name), getattr(new.base, field.name)
        if was != now:
            flag = flag_of(field)
            raise UsageError(f"--resume: the search was begun with {flag} {spell(was)}, not {spell(now)}")
    kept, asked = old.to_json(), new.to_json()
    words = {"given": "other flags for the data", "identity": "other data", "count": "another --trials"}
    for name in kept:
        if kept[name] != asked[name]:
            raise UsageError(f"--resume: the search was begun with {words.get(name, f'another --{name}')}")
