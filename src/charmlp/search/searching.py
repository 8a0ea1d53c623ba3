"""A whole search: what is wrong is said before it starts, then all is trained, and the best is chosen."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.config import TrainingConfig, to_toml
from charmlp.errors import CharmlpError
from charmlp.search.choosing import Choice, choose
from charmlp.search.jobs import Jobs
from charmlp.search.letters import Letters
from charmlp.search.measured import Trial, Tried, ranked
from charmlp.search.picture import draw
from charmlp.search.plan import Folder, Plan
from charmlp.search.ranges import corners
from charmlp.search.space import Values, cells, setting_of
from charmlp.search.table import to_csv
from charmlp.search.trying import Cell, try_all
from charmlp.system.files import write_whole
from charmlp.training.callbacks import SILENT, Callback
from charmlp.training.needs import check_memory
from charmlp.training.steps.choice import check_step

if TYPE_CHECKING:
    from charmlp.search.suggesting import Suggesting

TABLE, BEST, PICTURE = "trials.csv", "best.toml", "trials.png"


@dataclass(frozen=True)
class Standing:
    """How far a search is when a training has ended.

    done, total  trainings, or with `of_settings`, settings
    best         of the settings that have been trained with all seeds
    """

    done: int
    total: int
    values: Values
    trial: Trial
    best: Tried | None
    of_settings: bool = False


Heard = Callable[[Standing], None]


@dataclass(frozen=True)
class Found:
    """What a search has found.

    tried   every setting, in the order in which they were tried
    ranking those of which all trainings ended well, the best first
    choice  which is best
    again   the trainings with fresh seeds
    images  in the validation set
    """

    folder: Path
    plan: Plan
    tried: tuple[Tried, ...]
    ranking: tuple[Tried, ...]
    choice: Choice
    again: tuple[Trial, ...]
    images: int

    @property
    def files(self) -> dict[str, Path]:
        """What was written, by its name."""
        return {
            "table": self.folder / TABLE,
            "settings": self.folder / BEST,
            "picture": self.folder / PICTURE,
        }


def tune(
    plan: Plan,
    folder: Path,
    *,
    jobs: int = 1,
    resume: bool = False,
    callbacks: Callback = SILENT,
    heard: Heard = lambda standing: None,
) -> Found:
    """Try all settings, choose the best, and write the table, its settings and a picture.

    `resume` goes on with what the folder keeps. Raises `CharmlpError` before anything is trained where
    something is wrong with settings or data, and where no setting trains well.
    """
    if plan.count:
        from charmlp.search.suggesting import check_optuna  # a grid has no need of it

        check_optuna(plan)
    configs = check_settings(plan, corners(plan.space) if plan.count else cells(plan.grid))
    kept = Folder(folder)
    kept.check(resume=resume)
    letters = Letters(plan.base, plan.given)
    images = letters.read_all(configs, callbacks)
    plan = dataclasses.replace(plan, identity=letters.identity)
    kept.take(plan)
    search = Search(plan, kept, callbacks, heard)
    with Jobs(jobs, search.facts()) as workers:
        try:
            if plan.count:
                search.try_suggested(workers)
            else:
                search.try_grid(workers)
            ranking = ranked(search.tried, plan.base.monitor)
            if not ranking:
                failed = next(trial.failed for tried in search.tried for trial in tried.failed)
                raise CharmlpError(f"no setting trains well with every seed: {failed}")
            choice = choose(ranking, partial(search.again, workers), images)
        finally:
            search.write_table()
    found = Found(folder, plan, tuple(search.tried), tuple(ranking), choice, tuple(search.fresh), images)
    write_whole(folder / BEST, to_toml(best_settings(found)).encode())
    draw(found).save(folder / PICTURE)
    return found


def check_settings(plan: Plan, settings: Sequence[Values]) -> list[TrainingConfig]:
    """What each is trained with; raises `UsageError` for the first that could not be."""
    configs = [setting_of(plan.base, values, plan.fresh_seeds[-1]) for values in settings]
    for config in configs:
        check_step(config)
        check_memory(config)
    return configs


class Search:
    """A search under way: what is known of each setting."""

    def __init__(self, plan: Plan, folder: Folder, callbacks: Callback, heard: Heard) -> None:
        self.plan, self.folder, self.callbacks, self.heard = plan, folder, callbacks, heard
        self.settings: dict[int, Values] = {}  # by their numbers, in order
        self.trials: dict[int, list[Trial]] = {}  # of each setting, by its number
        self.best: Tried | None = None  # of those of which all trainings have ended
        self.fresh: list[Trial] = []

    @property
    def tried(self) -> list[Tried]:
        return [self.setting(number) for number in self.settings]

    def setting(self, number: int) -> Tried:
        trials = sorted(self.trials.get(number, ()), key=lambda trial: trial.seed)
        return Tried(number, self.settings[number], tuple(trials))

    def facts(self) -> dict[str, Any]:
        """What a worker is told first."""
        known = self.plan.to_json()
        trainings = (self.plan.count or len(cells(self.plan.grid))) * self.plan.seeds
        return {name: known[name] for name in ("base", "given", "identity")} | {"trainings": trainings}

    def try_grid(self, jobs: Jobs) -> None:
        """Each setting with each seed; all with the first one, then all with the next."""
        self.settings = dict(enumerate(cells(self.plan.grid), 1))
        todo = [self.cell(number, seed) for seed in self.plan.first_seeds for number in self.settings]
        for done, trial in enumerate(try_all(jobs, self.folder, todo), 1):
            self.add(trial)
            values = self.settings[trial.setting]
            self.heard(Standing(done, len(todo), values, trial, self.best))

    def try_suggested(self, jobs: Jobs) -> None:
        """As many settings as are wanted, each suggested by what those before it have shown."""
        from charmlp.search.suggesting import Suggesting

        suggesting = Suggesting(self.plan, self.folder)
        self.take_over(suggesting)
        try:
            for values, trials in suggesting.try_all(jobs):
                self.settings[trials[-1].setting] = values
                for trial in trials:
                    self.add(trial)
                done = len(self.settings)
                self.heard(Standing(done, self.plan.count, values, trials[-1], self.best, of_settings=True))
        finally:
            self.take_over(suggesting)

    def take_over(self, suggesting: Suggesting) -> None:
        """All that the study knows, also of other machines."""
        self.settings, self.trials, self.best = {}, {}, None
        for number, (values, trials) in suggesting.known().items():
            self.settings[number] = values
            for trial in trials:
                self.add(trial)

    def cell(self, number: int, seed: int) -> Cell:
        return Cell(number, seed, setting_of(self.plan.base, self.settings[number], seed))

    def add(self, trial: Trial) -> None:
        own = self.trials.setdefault(trial.setting, [])
        own.append(trial)
        if len(own) == self.plan.seeds:
            rivals = [self.setting(trial.setting)] + ([self.best] if self.best else [])
            self.best = next(iter(ranked(rivals, self.plan.base.monitor)), None)

    def again(self, jobs: Jobs, finalists: Sequence[Tried]) -> list[Tried]:
        """Settings with fresh seeds."""
        todo = [self.cell(each.number, seed) for seed in self.plan.fresh_seeds for each in finalists]
        self.callbacks.message(
            f"the two best are trained again, with {len(self.plan.fresh_seeds)} fresh seeds each"
        )
        found = sorted(try_all(jobs, self.folder, todo), key=lambda trial: (trial.setting, trial.seed))
        self.fresh += found
        return [
            dataclasses.replace(each, trials=tuple(trial for trial in found if trial.setting == each.number))
            for each in finalists
        ]

    def write_table(self) -> None:
        """All that is known by now, in the order of settings and seeds."""
        write_whole(self.folder.path / TABLE, to_csv(self.plan, self.tried, self.fresh).encode())


def best_settings(found: Found) -> TrainingConfig:
    """Those of the best, with the base's seed, and the step that its trainings were computed by."""
    best = found.choice.best
    config = setting_of(found.plan.base, best.values, found.plan.base.seed)
    return dataclasses.replace(config, step=best.trials[0].step)
