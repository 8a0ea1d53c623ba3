"""Every training of a list once, whatever is killed: what a folder keeps is not trained again."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from charmlp.config import TrainingConfig
from charmlp.search.jobs import GoesOn, Job, Jobs
from charmlp.search.measured import Trial
from charmlp.search.plan import Folder
from charmlp.system.locks import TakenError

BETWEEN_LOOKS = 0.2  # seconds, at what another process trains


class Cell(NamedTuple):
    """A setting, its seed, and all settings of the training."""

    setting: int
    seed: int
    config: TrainingConfig


def measured(job: Job, folder: Folder, cell: Cell, goes_on: GoesOn | None = None) -> Trial:
    """What a training has shown: kept by the folder, or found now. Raises `TakenError`, see `claimed`."""
    setting, seed, config = cell
    if (known := folder.read(setting, seed)) is not None:
        return known
    with folder.claimed(setting, seed):
        if (known := folder.read(setting, seed)) is not None:  # who held the claim has just ended
            return known
        trial = Trial(setting, seed, **job.train(config, goes_on))
        folder.write(trial)
        return trial


def try_all(jobs: Jobs, folder: Folder, cells: Sequence[Cell]) -> Iterator[Trial]:
    """What each training has shown, as they end. What another process trains is waited for."""
    waiting, lock = deque(cells), threading.Lock()

    def next_of(job: Job) -> Trial | None:
        while not job.ended:
            with lock:
                cell = waiting.popleft() if waiting else None
            if cell is None:
                return None
            try:
                return measured(job, folder, cell)
            except TakenError:
                waiting.append(cell)
                time.sleep(BETWEEN_LOOKS)
        return None

    yield from jobs.work(next_of)
