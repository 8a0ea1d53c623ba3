"""What a report is about, whatever its form: a run, how it reads letters, and what was found out."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import metadata
from typing import Any

from numpy.typing import NDArray

from charmlp.data import SPLITS, Source
from charmlp.errors import CharmlpError
from charmlp.evaluation import Evaluation, choose_split, evaluate
from charmlp.evaluation.leaks import Leaks
from charmlp.evaluation.pictures.scatter import MOST_POINTS, some
from charmlp.evaluation.suspects import Suspects, find_suspects
from charmlp.letters.letterset import LetterSet
from charmlp.recognizer import Recognizer
from charmlp.training.callbacks import SILENT, Callback, timed
from charmlp.training.pastrun import PastRun
from charmlp.version import __version__

PACKAGES = ("numpy", "numba", "pillow", "scikit-learn", "torch")
Array = NDArray[Any]


@dataclass(frozen=True)
class Map:
    """Letters in the plane by t-SNE of their logits.

    numbers  which letters, M
    points   M×2
    """

    numbers: Array
    points: Array


@dataclass(frozen=True)
class Contents:
    """All that a report tells.

    run          what was trained
    data         where the letters come from, as it was typed
    splits       how many there are: 'train', 'val', 'test'
    split        which letters were read: 'test', 'val' or 'train'
    evaluation   how they were read
    suspects     letters whose label looks wrong; None where the network has learned these letters
    leaks        letters with a near-twin among those of training; None where these are not at hand
    no_leaks     why there are none
    is_own_data  whether they are of the data that the run was trained on
    is_changed   whether that has changed since
    map          None where it was not asked for
    seed         of the map
    environment  names and values
    """

    run: PastRun
    data: str
    splits: dict[str, int]
    split: str
    evaluation: Evaluation
    suspects: Suspects | None
    leaks: Leaks | None
    no_leaks: str
    is_own_data: bool
    is_changed: bool
    map: Map | None
    seed: int
    environment: Sequence[tuple[str, str]]

    @property
    def letters(self) -> LetterSet:
        return self.evaluation.letters


def gather(
    run: PastRun,
    source: Source,
    data: str,
    *,
    learned: Source | CharmlpError | None = None,
    split: str | None = None,
    is_own_data: bool = True,
    skip_bad: bool = False,
    seed: int = 2021,
    with_map: bool = True,
    callbacks: Callback = SILENT,
) -> Contents:
    """Read the letters and find out about them; raises `CharmlpError` where they do not go with the model.

    data     where they lie, as it was typed
    learned  the data of training where that is not `source`, or why it cannot be opened
    """
    split = choose_split(source, split)

    def load(source: Source, name: str) -> LetterSet:
        what = f"reading {SPLITS[name]} images"
        size, view = run.model.norm_size, run.model.view
        with timed(callbacks, what):
            return source.load(
                name, size, view=view, skip_bad=skip_bad, progress=partial(callbacks.progress, what)
            )

    letters = load(source, split)
    for line in letters.remarks(SPLITS[split]):
        callbacks.message(line)
    evaluation = evaluate(Recognizer(run.model), letters)
    leaks, no_leaks = None, ""
    learned = source if learned is None else learned
    seen = learned is source and split == "train"
    if seen:
        no_leaks = "leaks.same-data"
    elif isinstance(learned, CharmlpError):
        no_leaks = str(learned)
    elif not learned.splits.get("train"):
        no_leaks = "leaks.no-training"
    else:
        leaks = Leaks(evaluation, load(learned, "train"))
        with timed(callbacks, "near-twins"):
            _ = leaks.twins
    found = None
    if with_map:
        with timed(callbacks, "t-SNE"):
            found = map_of(evaluation, seed)
    known = run.model.provenance.get("data")
    return Contents(
        run=run,
        data=data,
        splits=source.splits,
        split=split,
        evaluation=evaluation,
        suspects=None if seen else find_suspects(evaluation.probabilities, letters.labels),
        leaks=leaks,
        no_leaks=no_leaks,
        is_own_data=is_own_data,
        is_changed=is_own_data and known is not None and known != source.identity(),
        map=found,
        seed=seed,
        environment=environment(),
    )


def map_of(evaluation: Evaluation, seed: int) -> Map:
    """t-SNE of the letters, or of so many that it stays legible."""
    from charmlp.evaluation.tsne import embed  # with Numba: not before it is needed

    numbers = some(len(evaluation.letters), MOST_POINTS, seed)
    return Map(numbers, embed(evaluation.logits[numbers], seed))


def environment() -> list[tuple[str, str]]:
    """Versions and machine; the name of neither machine nor user."""
    versions = [("charmlp", __version__), ("Python", platform.python_version())]
    for package in PACKAGES:
        try:
            versions.append((package, metadata.version(package)))
        except metadata.PackageNotFoundError:
            continue
    return [
        *versions,
        ("environment.system", platform.platform(terse=True)),
        ("environment.processors", str(os.cpu_count())),
        ("environment.written", f"{datetime.now():%Y-%m-%d %H:%M}"),
    ]
