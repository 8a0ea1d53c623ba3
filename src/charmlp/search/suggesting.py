"""Settings that Optuna suggests: what has been found so far says where to look, and the hopeless are pruned.

The study lies in a journal in the search's folder, or in a database that many machines share. Optuna runs in
the parent alone: jobs train, and ask after each validation whether to go on.
"""

from __future__ import annotations

import hashlib
import json
import platform
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.errors import CharmlpError
from charmlp.search.jobs import Job, Jobs
from charmlp.search.measured import LESS_IS_BETTER, Trial
from charmlp.search.plan import Folder, Plan
from charmlp.search.ranges import decoded, suggested
from charmlp.search.space import Values, setting_of
from charmlp.search.trying import Cell, measured
from charmlp.system.extras import require_extra
from charmlp.system.locks import TakenError

if TYPE_CHECKING:
    import optuna

JOURNAL = "optuna.journal"
PARTS = 10  # of a training, after each of which it may be pruned
SPARED = 3  # first parts, in which figures say little
TRIALS, FOLDER = "trials", "folder"  # what we keep of a trial, beside what Optuna does


class Suggesting:
    """The study of a search, from which each job takes the next setting."""

    def __init__(self, plan: Plan, folder: Folder) -> None:
        self.plan, self.folder = plan, folder
        self.optuna = load_optuna()
        self.study = self.open_study()
        self.lock = threading.Lock()
        self.left = self.interrupted()

    def open_study(self) -> optuna.Study:
        """The study in the folder or the database, begun where it is not there yet."""
        optuna = self.optuna
        less = self.plan.base.monitor == LESS_IS_BETTER
        return optuna.create_study(
            storage=self.storage(),
            study_name=name_of_study(self.plan),
            direction="minimize" if less else "maximize",
            pruner=optuna.pruners.MedianPruner(n_warmup_steps=SPARED),
            load_if_exists=True,
        )

    def storage(self) -> optuna.storages.BaseStorage:
        optuna, url = self.optuna, self.plan.storage
        if not url:
            journal = optuna.storages.journal
            path = str(self.folder.path / JOURNAL)
            lock = journal.JournalFileOpenLock(path)  # which works on Windows as well
            drop_torn_line(Path(path), lock)
            return optuna.storages.JournalStorage(journal.JournalFileBackend(path, lock_obj=lock))
        return database(optuna, url)

    def interrupted(self) -> list[optuna.Trial]:
        """Trials under way that nobody trains any more: of this folder, whose claim is free."""
        running = self.optuna.trial.TrialState.RUNNING
        own = (None, self.place) if not self.plan.storage else (self.place,)
        trials = self.study.get_trials(deepcopy=False, states=(running,))
        return [
            self.optuna.trial.Trial(self.study, trial._trial_id)
            for trial in trials
            if trial.user_attrs.get(FOLDER) in own
        ]

    @property
    def place(self) -> str:
        return f"{platform.node()}:{self.folder.path.resolve()}"

    def try_all(self, jobs: Jobs) -> Iterator[tuple[Values, list[Trial]]]:
        """The values of each setting and its trainings, as they end."""
        yield from jobs.work(self.try_next)

    def try_next(self, job: Job) -> tuple[Values, list[Trial]] | None:
        with ExitStack() as claim:
            with self.lock:
                trial = self.take(claim)
            return None if trial is None else self.try_one(job, trial)

    def take(self, claim: ExitStack) -> optuna.Trial | None:
        """A trial that was interrupted, or a new one; None where there are as many as were asked for."""
        while (trial := self.left.pop(0) if self.left else self.new()) is not None:
            try:
                claim.enter_context(self.folder.claimed_setting(trial.number + 1))
            except TakenError:  # another process in this folder trains it
                continue
            return trial
        return None

    def new(self) -> optuna.Trial | None:
        """Suggested by its number and what is known alone, whether the search was killed or not."""
        count, optuna = len(self.study.get_trials(deepcopy=False)), self.optuna
        if count >= self.plan.count:
            return None
        self.study.sampler = optuna.samplers.TPESampler(seed=self.plan.base.seed + count, constant_liar=True)
        trial = self.study.ask()
        if trial.number >= self.plan.count:  # another machine was quicker
            self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
            return None
        trial.set_user_attr(FOLDER, self.place)
        return trial

    def try_one(self, job: Job, trial: optuna.Trial) -> tuple[Values, list[Trial]]:
        """A setting with each seed, until one fails or is pruned."""
        with self.lock:  # suggestions depend on what is known: one at a time
            values = suggested(trial, self.plan.space)
        done: list[Trial] = []
        number, monitor = trial.number + 1, self.plan.base.monitor
        for seed in self.plan.first_seeds:
            pruning = Pruning(trial, [getattr(each, monitor) for each in done], self.plan.seeds)
            cell = Cell(number, seed, setting_of(self.plan.base, values, seed))
            done.append(measured(job, self.folder, cell, pruning))
            if done[-1].failed:
                break
        trial.set_user_attr(TRIALS, [each.to_dict() for each in done])
        state = self.optuna.trial.TrialState
        if done[-1].failed:  # pruned is what the sampler takes for a bad setting, not as if never tried
            self.study.tell(trial, state=state.PRUNED)
        else:
            self.study.tell(trial, sum(getattr(each, monitor) for each in done) / len(done))
        return values, done

    def known(self) -> dict[int, tuple[Values, list[Trial]]]:
        """What has been tried by now, by all machines: the values of each setting and its trainings."""
        return {
            each.number + 1: (
                {name: decoded(name, each.params[name]) for name in self.plan.space},
                [Trial(**facts) for facts in each.user_attrs[TRIALS]],
            )
            for each in self.study.get_trials(deepcopy=False)
            if TRIALS in each.user_attrs
        }


class Pruning:
    """Whether a setting is worth training on: its figures so far, over all seeds, against others' there."""

    def __init__(self, trial: optuna.Trial, before: list[float], seeds: int) -> None:
        self.trial, self.before = trial, before
        self.last = PARTS * seeds
        reported = trial.study.get_trials(deepcopy=False)[trial.number].intermediate_values
        self.reported = set(reported)

    def __call__(self, done: float, figure: float) -> bool:
        """Whether to go on, when a share of the epochs is done; each part is judged once."""
        step = PARTS * len(self.before) + int(PARTS * done)
        if step in self.reported or step == self.last:
            return True
        self.reported.add(step)
        self.trial.report((sum(self.before) + figure) / (len(self.before) + 1), step)
        return not self.trial.should_prune()


def check_optuna(plan: Plan) -> None:
    """Raise `CharmlpError` before work where Optuna, or the database that is asked for, is not there."""
    optuna = load_optuna()
    if plan.storage:
        database(optuna, plan.storage)


def database(optuna: Any, url: str) -> optuna.storages.BaseStorage:
    """The database at an address; raises `CharmlpError` where it does not answer."""
    try:
        from sqlalchemy.pool import NullPool  # comes with Optuna

        # no connection is kept for later: a training lasts longer than servers like idle ones to
        return optuna.storages.RDBStorage(url, engine_kwargs={"poolclass": NullPool})
    except ModuleNotFoundError as error:
        raise CharmlpError(
            f"--storage needs {error.name}, which is not installed: for PostgreSQL, "
            'pip install "psycopg[binary]" and begin the address with postgresql+psycopg://'
        ) from None
    except Exception as error:  # of the database's driver, whichever it is
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise CharmlpError(f"--storage: {reason}") from None


def load_optuna() -> Any:
    optuna = require_extra("optuna", "search", "--trials")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def name_of_study(plan: Plan) -> str:
    """The same for the same search on the same data, so that machines that share a database share it."""
    facts = plan.to_json()
    told = {name: facts[name] for name in ("base", "space", "seeds", "count", "identity")}
    return f"charmlp {hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"


def drop_torn_line(path: Path, lock: Any) -> None:
    """Remove the end of a journal that was killed in the midst of a line; Optuna would read no further."""
    if not path.exists():
        return
    lock.acquire()
    try:
        with path.open("rb+") as file:
            content = file.read()
            file.truncate(content.rfind(b"\n") + 1)
    finally:
        lock.release()
