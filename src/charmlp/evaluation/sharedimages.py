"""The images that finished runs are compared on: the same ones for all, and new to all of them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.config import Reading, TrainingConfig
from charmlp.data import open_source
from charmlp.errors import DataError
from charmlp.evaluation.comparison import Readings
from charmlp.evaluation.measure import choose_split, evaluate
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from charmlp.rendering import RenderedSource
from charmlp.text import printable
from charmlp.training.callbacks import Callback
from charmlp.training.pastrun import PastRun
from charmlp.training.rundata import open_data


def settings_of(run: PastRun) -> TrainingConfig:
    assert run.config is not None  # `check_run` has seen it
    return run.config


class SharedImages:
    """The images that all runs are to read, parted as one seed or another does; opened once each.

    data, im_dir, reading   as for `open_source`; without data, what the runs were trained on
    """

    def __init__(
        self,
        names: Sequence[str],
        runs: Sequence[PastRun],
        *,
        data: str | PathLike[str] | None,
        im_dir: str | PathLike[str] | None,
        reading: Reading,
        cache: bool,
    ) -> None:
        self.names, self.runs = names, runs
        self.open = partial(open_source, data, im_dir=im_dir, reading=reading, cache=cache, whole="test")
        if data is None:
            self.open = partial(open_again, runs[0], cache)
            check_places(names, runs)
        self.opened: dict[tuple[int, tuple[str, ...]], Source] = {}

    def of(self, run: PastRun) -> Source:
        """As the run's seed parts them, labels in the order of its classes."""
        asked = settings_of(run).seed, run.model.classes
        if asked not in self.opened:
            self.opened[asked] = self.open(seed=asked[0], classes=asked[1])
        return self.opened[asked]

    def trained(self, run: PastRun) -> bool:
        """Whether the run was trained on this very data, parted like this."""
        return self.of(run).identity() == run.model.provenance.get("data")

    def chosen(self, split: str | None) -> tuple[Source, str, set[str] | None, list[str]]:
        """The source of the images, their split, which of them by name (None: all), and notes.

        Where seeds hold out different validation images, those that all runs have held out.
        """
        first = self.of(self.runs[0])
        split = choose_split(first, split)
        if split != "val":
            return first, split, None, []
        unknown = [name for name, run in zip(self.names, self.runs, strict=True) if not self.trained(run)]
        notes = [
            f"{printable(name)} was trained on other images, or these have changed since: whether it has "
            "seen some of them is not known"
            for name in unknown
        ]
        own = {settings_of(run).seed: self.of(run) for run in self.runs if self.trained(run)}
        sources = list(own.values()) or [first]
        if len(sources) == 1 or isinstance(first, RenderedSource):  # which validates with fonts of its own
            return sources[0], split, None, notes
        model = self.runs[0].model  # whose pictures of the images may be kept
        held_out = [
            {*source.load(split, model.norm_size, view=model.view, skip_bad=True).names} for source in sources
        ]
        common = set.intersection(*held_out)
        if not common:
            raise DataError(
                "each run has held out other validation images, by its seed, and none is new to all: give "
                "--data with images that no run was trained on"
            )
        if len(common) < len(held_out[0]):
            notes.append(
                f"the runs have held out different validation images, by their seeds: {len(common):,} are "
                "new to all of them"
            )
        return sources[0], split, common, notes


def open_again(run: PastRun, cache: bool, seed: int, classes: tuple[str, ...]) -> Source:
    """The data that a run was trained on, parted by a seed."""
    return open_data(run.folder, classes, dataclasses.replace(settings_of(run), seed=seed), cache=cache)


def check_places(names: Sequence[str], runs: Sequence[PastRun]) -> None:
    """Raise `DataError` unless all runs were trained on the same data, as far as their folders tell."""
    for name, run in zip(names, runs, strict=True):
        if run.given is None:
            raise DataError(f"{printable(name)} does not say what it was trained on; give --data")
        if place_of(run) != place_of(runs[0]):
            raise DataError(
                f"{printable(names[0])} and {printable(name)} were trained on different data "
                f"({printable(place_of(runs[0]))}; {printable(place_of(run))}): give --data, with images "
                "that all are to read"
            )


def place_of(run: PastRun) -> str | None:
    """Where the data lies that a run was trained on; None where its folder does not say."""
    given = run.given
    if given is None:
        return None
    if given["data"] is not None:
        places = [given["data"]]
    else:
        places = [*given["lists"].values(), given["im_dir"] or ""]
    folder = Path(given["folder"])
    whole = [
        place if place.startswith("synth:") else os.path.realpath(folder / place) for place in places if place
    ]
    return " ".join(whole)


def read_alike(
    images: SharedImages, split: str | None, skip_bad: bool, callbacks: Callback
) -> tuple[Source, str, list[Readings], LetterSet]:
    """Where the images come from, their split, which each run reads right, and how the first sees them."""
    source, split, wanted, notes = images.chosen(split)
    for line in (source.describe(), *source.remarks(), *notes):
        callbacks.message(line)
    progress = partial(callbacks.progress, f"reading {SPLITS[split]} images")
    seen: dict[tuple[Any, ...], LetterSet] = {}
    for model in (run.model for run in images.runs):
        if (model.norm_size, model.view) not in seen:
            seen[model.norm_size, model.view] = source.load(
                split, model.norm_size, view=model.view, skip_bad=skip_bad, progress=progress
            )
    if wanted is not None:
        seen = {look: named(letters, wanted) for look, letters in seen.items()}
    first = next(iter(seen.values()))
    for line in first.remarks(SPLITS[split]):
        callbacks.message(line)
    rights = [is_read(run.model, seen[run.model.norm_size, run.model.view]) for run in images.runs]
    return source, split, rights, first


def named(letters: LetterSet, wanted: set[str]) -> LetterSet:
    """The letters of those names."""
    return letters.take(np.flatnonzero([name in wanted for name in letters.names]))


def is_read(model: Model, letters: LetterSet) -> Readings:
    """Whether a model reads each letter right, N; its classes may be in another order."""
    places = np.array([model.classes.index(name) for name in letters.classes])
    own = dataclasses.replace(letters, labels=places[letters.labels], classes=model.classes)
    return np.asarray(evaluate(Recognizer(model), own).is_right)
