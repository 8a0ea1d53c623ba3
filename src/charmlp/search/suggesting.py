"""Settings that Optuna suggests: what has been found so far says where to look, and the hopeless are pruned.

The study lies in a journal in the search's folder, or in a database that many machines share. Optuna runs in
the parent alone: jobs train, and ask after each validation whether to go on.
"""

from __future__ import annotations

import hashlib
import json
import platform
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from charmlp.search.jobs import Job, Jobs
from charmlp.search.measured import LESS_IS_BETTER, Trial
from charmlp.search.plan import Folder, Plan
from charmlp.search.ranges import decoded, suggested
from charmlp.search.space import Values, setting_of
from charmlp.search.studies import database, journal, told
from charmlp.search.trying import Cell, measured
from charmlp.system.extras import require_extra
from charmlp.system.locks import TakenError

if TYPE_CHECKING:
    import optuna

PARTS = 10  # of a training, after each of which it may be pruned
SPARED = 3  # first parts, in which figures say little
BETWEEN_LOOKS = 0.5  # seconds, at what others try
BEAT, DEAD_AFTER = 20.0, 120.0  # seconds between marks of life, and without a new one
TRIALS, FOLDER, ALIVE = "trials", "folder", "alive"  # what we keep of a trial, beside what Optuna does


class Suggesting:
    """The study of a search, from which each job takes the next setting."""

    def __init__(self, plan: Plan, folder: Folder) -> None:
        self.plan, self.folder = plan, folder
        self.optuna = load_optuna()
        with told():
            self.study = self.open_study()
        self.lock = threading.Lock()
        self.seen: dict[int, tuple[str | None, float]] = {}  # marks of life, and since when

    def open_study(self) -> optuna.Study:
        """The study in the folder or the database, begun where it is not there yet."""
        optuna = self.optuna
        less = self.plan.base.monitor == LESS_IS_BETTER
        return optuna.create_study(
            storage=database(self.plan.storage) if self.plan.storage else journal(self.folder.path),
            study_name=name_of_study(self.plan),
            direction="minimize" if less else "maximize",
            pruner=optuna.pruners.MedianPruner(n_warmup_steps=SPARED),
            load_if_exists=True,
        )

    @property
    def place(self) -> str:
        return f"{platform.node()}:{self.folder.path.resolve()}"

    def try_all(self, jobs: Jobs) -> Iterator[tuple[Values, list[Trial]]]:
        """The values of each setting and its trainings, as they end. What others try is waited for."""
        yield from jobs.work(self.try_next)

    def try_next(self, job: Job) -> tuple[Values, list[Trial]] | None:
        while not job.ended:
            with ExitStack() as claim:
                with self.lock, told():
                    trial = self.take(claim) or self.new(claim)
                    if trial is None and not self.running():
                        break
                if trial is not None:
                    with told(), self.beating(trial):
                        return self.try_one(job, trial)
            time.sleep(BETWEEN_LOOKS)
        return None

    def running(self) -> list[optuna.trial.FrozenTrial]:
        """Trials that have not ended."""
        trials = self.study.get_trials(deepcopy=False, states=(self.optuna.trial.TrialState.RUNNING,))
        return [trial for trial in trials if trial.number < self.plan.count]

    def take(self, claim: ExitStack) -> optuna.Trial | None:
        """A trial that was begun and that nobody trains any more.

        In this folder the claim of such a one is free; elsewhere its mark of life stays the same for long.
        """
        for frozen in self.running():
            known = frozen.user_attrs
            seen = self.seen.get(frozen.number)
            if seen is None or seen[0] != known.get(ALIVE):
                seen = self.seen[frozen.number] = (known.get(ALIVE), time.monotonic())
            is_own = not self.plan.storage or known.get(FOLDER) == self.place
            if is_own or time.monotonic() - seen[1] > DEAD_AFTER:
                with suppress(TakenError):  # another job, or another process in this folder, trains it
                    claim.enter_context(self.folder.claimed_setting(frozen.number + 1))
                    return self.mine(self.optuna.trial.Trial(self.study, frozen._trial_id))
        return None

    def mine(self, trial: optuna.Trial) -> optuna.Trial:
        if self.plan.storage:
            trial.set_user_attr(ALIVE, secrets.token_hex(4))
            trial.set_user_attr(FOLDER, self.place)
        return trial

    @contextmanager
    def beating(self, trial: optuna.Trial) -> Iterator[None]:
        """Meanwhile other machines see that this one lives."""
        over = threading.Event()

        def beat() -> None:
            while not over.wait(BEAT):
                with suppress(Exception):  # of the database's driver; the next one may get through
                    trial.set_user_attr(ALIVE, secrets.token_hex(4))

        thread = threading.Thread(target=beat, daemon=True)
        if self.plan.storage:
            thread.start()
        try:
            yield
        finally:
            over.set()

    def new(self, claim: ExitStack) -> optuna.Trial | None:
        """Suggested by its number and what is known alone, whether the search was killed or not.

        None where there are as many as were asked for.
        """
        optuna = self.optuna
        while (count := len(self.study.get_trials(deepcopy=False))) < self.plan.count:
            seed = self.plan.base.seed + count
            self.study.sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
            trial = self.study.ask()
            if trial.number >= self.plan.count:  # another machine was quicker
                self.study.tell(trial, state=optuna.trial.TrialState.FAIL)
                break
            with suppress(TakenError):  # another process in this folder has seen it first
                claim.enter_context(self.folder.claimed_setting(trial.number + 1))
                return self.mine(trial)
        return None

    def try_one(self, job: Job, trial: optuna.Trial) -> tuple[Values, list[Trial]]:
        """A setting with each seed, until one fails or is pruned."""
        try:
            return self.try_seeds(job, trial)
        except self.optuna.exceptions.UpdateFinishedTrialError:  # by a machine that took this one for dead
            return self.known()[trial.number + 1]

    def try_seeds(self, job: Job, trial: optuna.Trial) -> tuple[Values, list[Trial]]:
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
            self.study.tell(trial, state=state.PRUNED, skip_if_finished=True)
        else:
            mean = sum(getattr(each, monitor) for each in done) / len(done)
            self.study.tell(trial, mean, skip_if_finished=True)
        return values, done

    def known(self) -> dict[int, tuple[Values, list[Trial]]]:
        """What has been tried by now, by all machines: the values of each setting and its trainings."""
        with told():
            trials = self.study.get_trials(deepcopy=False)
        return {
            each.number + 1: (
                {name: decoded(name, each.params[name]) for name in self.plan.space},
                [Trial(**facts) for facts in each.user_attrs[TRIALS]],
            )
            for each in trials
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
    load_optuna()
    if plan.storage:
        database(plan.storage)


def load_optuna() -> Any:
    optuna = require_extra("optuna", "search", "--trials")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna


def name_of_study(plan: Plan) -> str:
    """The same for the same search on the same data, so that machines that share a database share it."""
    facts = plan.to_json()
    told = {name: facts[name] for name in ("base", "space", "seeds", "count", "identity")}
    return f"charmlp {hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"
