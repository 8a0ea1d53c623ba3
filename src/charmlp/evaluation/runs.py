"""Finished runs beside one another: in what they differ, what each reads, and whether one is better."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.config import Reading, TrainingConfig
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.evaluation.comparison import Pair, Readings, compare_readings, holm
from charmlp.evaluation.measure import name_classes
from charmlp.evaluation.sharedimages import SharedImages, place_of, read_alike, settings_of
from charmlp.letters.letterset import LetterSet
from charmlp.letters.splits import SPLITS
from charmlp.metrics.intervals import wilson
from charmlp.system.files import alike, is_file, is_folder
from charmlp.text import printable, shown_path
from charmlp.training.callbacks import SILENT, Callback
from charmlp.training.pastrun import PastRun, read_run
from charmlp.training.runfiles import MODEL, SETTINGS

FACTS = {  # of the data, and what a model's provenance calls them
    "data_hash": "data",
    "training_images": "training_images",
    "validation_images": "validation_images",
}


@dataclass(frozen=True)
class RunRead:
    """A run, and which of the N images it reads right. `name` is its path as it was given."""

    name: str
    run: PastRun
    right: Readings

    @property
    def accuracy(self) -> float:
        return float(self.right.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """Of the accuracy, 95 % (Wilson)."""
        return wilson(int(self.right.sum()), len(self.right))


@dataclass(frozen=True)
class Setting:
    """Runs that differ in nothing but their seed.

    name  that of its run; of several, what is left of theirs without the seed, or else the first one's
    """

    name: str
    runs: tuple[RunRead, ...]

    @cached_property
    def readings(self) -> Readings:
        """Whether each of S runs reads each of N images right, S×N."""
        return np.stack([each.right for each in self.runs])

    @property
    def accuracy(self) -> float:
        """The mean of its runs."""
        return float(self.readings.mean())

    @property
    def deviation(self) -> float | None:
        """The standard deviation of its runs' accuracies; None where there is one run."""
        return float(self.readings.mean(axis=1).std(ddof=1)) if len(self.runs) > 1 else None

    @property
    def interval(self) -> tuple[float, float]:
        """Of the mean accuracy, 95 % (Wilson): on N images, however many runs have read them."""
        return wilson(self.readings.mean(axis=0).sum(), self.readings.shape[1])


@dataclass(frozen=True)
class NamedPair:
    """Two settings by their names, or two runs of one setting; `p_holm` is p as it counts among all pairs."""

    a: str
    b: str
    same_setting: bool
    pair: Pair
    p_holm: float


@dataclass(frozen=True)
class Comparison:
    """What `compare` returns.

    runs         in the order in which they were given
    settings     the runs, grouped
    differences  by the setting's name, its value in each run, in that order
    pairs        every two settings; of one setting alone, every two of its runs
    letters      the images that all have read
    split        which they are: train, val or test
    data         where they come from, for people
    """

    runs: tuple[RunRead, ...]
    settings: tuple[Setting, ...]
    differences: dict[str, list[Any]]
    pairs: tuple[NamedPair, ...]
    letters: LetterSet
    split: str
    data: str

    def to_dict(self) -> dict[str, Any]:
        """The object that `charmlp compare --format json` prints (docs/compare.md)."""
        return {
            "data": self.data,
            "split": SPLITS[self.split],
            "n": len(self.letters),
            "runs": [
                {
                    "run": each.name, "seed": settings_of(each.run).seed, "accuracy": each.accuracy,
                    "interval": list(each.interval),
                }
                for each in self.runs
            ],
            "settings": [
                {
                    "name": each.name, "runs": [run.name for run in each.runs], "accuracy": each.accuracy,
                    "deviation": each.deviation, "interval": list(each.interval),
                }
                for each in self.settings
            ],
            "differences": {
                name: dict(zip((run.name for run in self.runs), values, strict=True))
                for name, values in self.differences.items()
            },
            "pairs": [
                {
                    "a": each.a, "b": each.b, **dataclasses.asdict(each.pair), "p_holm": each.p_holm,
                    "same_setting": each.same_setting,
                }
                for each in self.pairs
            ],
        }  # fmt: skip


def compare(
    runs: Sequence[str | PathLike[str]],
    data: str | PathLike[str] | None = None,
    *,
    im_dir: str | PathLike[str] | None = None,
    reading: Reading = Reading(),  # noqa: B008  # frozen
    split: str | None = None,
    skip_bad: bool = False,
    cache: bool = True,
    callbacks: Callback = SILENT,
) -> Comparison:
    """Compare finished runs on the same images.

    runs     their folders, two at least
    data     images for all of them; without it, the data that they were trained on
    reading  how its lists are read
    split    'test' or 'val'; without it the test images, or where there are none those of validation

    Each run reads the files with its own preprocessing. Runs that hold out validation images by different
    seeds are compared on those that none of them was trained on. Raises `CharmlpError` where a folder holds
    no finished run, a run is given twice, the data is not found, or the classes are not the same ones.
    """
    paths = [Path(run) for run in runs]
    names = [str(path) for path in paths]
    past = read_runs(paths)
    check_classes(names, past)
    images = SharedImages(names, past, data=data, im_dir=im_dir, reading=reading, cache=cache)
    source, split, rights, letters = read_alike(images, split, skip_bad, callbacks)
    read = tuple(map(RunRead, names, past, rights))
    settings = group(read)
    pairs = tuple(pairs_of(settings))
    return Comparison(read, settings, differences(past), pairs, letters, split, source.layout)


def read_runs(paths: Sequence[Path]) -> list[PastRun]:
    """The runs; raises `CharmlpError` for the first that is none, has no model, or is there twice."""
    if len(paths) < 2:
        raise UsageError("at least two runs are needed to compare; 'charmlp test' measures one")
    seen: dict[Path, Path] = {}
    for path in paths:
        check_run(path)
        if (place := path.resolve()) in seen:
            also = "" if seen[place] == path else f", as {shown_path(seen[place])} too"
            raise UsageError(f"{shown_path(path)}: given twice{also}; a run is as good as itself")
        seen[place] = path
    return [read_run(path) for path in paths]


def check_run(path: Path) -> None:
    """Raise `CharmlpError` where a path is no folder of a run with a model."""
    if is_file(path):
        raise CharmlpError(f"{shown_path(path)}: a file; the folder of a run is expected")
    if not is_folder(path):
        raise CharmlpError(f"{shown_path(path)}: no such folder; that of a run is expected{alike(path)}")
    if not is_file(path / SETTINGS):
        raise CharmlpError(f"{shown_path(path)}: no run: there is no {SETTINGS} in it")
    if not is_file(path / MODEL):
        raise CharmlpError(
            f"{shown_path(path)}: this run has no model: it is not over yet, or ended before its first epoch"
        )


def without(name: str, seed: str) -> str:
    """A run's name without the seed at its end: `best-seed7`, `best_7` and `best/7` are `best`."""
    stem = name.removesuffix(seed).rstrip("=-_./ \\")
    return stem.removesuffix("seed").rstrip("=-_./ \\")


def check_classes(names: Sequence[str], runs: Sequence[PastRun]) -> None:
    """Raise `DataError` unless all runs have the same classes, in whatever order."""
    first = runs[0].model.classes
    for name, run in zip(names, runs, strict=True):
        if set(run.model.classes) != set(first):
            raise DataError(
                f"{printable(names[0])} reads the classes {name_classes(first)}, {printable(name)} "
                f"{name_classes(run.model.classes)}: runs are compared that read the same classes"
            )


def differences(runs: Sequence[PastRun]) -> dict[str, list[Any]]:
    """What is not the same in all runs: settings by their names, then the data; a value for each run."""
    configs, found = [settings_of(run) for run in runs], dict[str, list[Any]]()
    for field in dataclasses.fields(TrainingConfig):
        if field.name != "epochs" or not all(config.updates for config in configs):  # which settle them
            found[field.name] = [getattr(config, field.name) for config in configs]
    typed = [run.given["data"] if run.given else None for run in runs]
    places = [place_of(run) for run in runs]
    found["data"] = typed if len({*typed}) == len({*places}) else places
    for name, entry in FACTS.items():
        found[name] = [run.model.provenance.get(entry) for run in runs]
    return {name: values for name, values in found.items() if any(value != values[0] for value in values)}


def group(runs: Sequence[RunRead]) -> tuple[Setting, ...]:
    """The settings, in the order of their first runs."""
    groups: list[list[RunRead]] = []
    for run in runs:
        own = next((group for group in groups if all(one_setting(run.run, one.run) for one in group)), None)
        if own is None:
            groups.append([run])
        else:
            own.append(run)
    stems = [stem_of(own) for own in groups]
    taken = [*stems, *(run.name for run in runs)]
    return tuple(
        Setting(own[0].name if len(own) == 1 else named(own, stem, taken), tuple(own))
        for own, stem in zip(groups, stems, strict=True)
    )


def named(runs: Sequence[RunRead], stem: str, taken: Sequence[str]) -> str:
    """The stem of the runs' names, where nothing else has it; else the first one's, and how many more."""
    return stem if stem and taken.count(stem) == 1 else f"{runs[0].name} +{len(runs) - 1}"


def stem_of(runs: Sequence[RunRead]) -> str:
    """What is left of the runs' names without their seeds; nothing where that is not one and the same."""
    stems = set()
    for run in runs:
        seed = str(settings_of(run.run).seed)
        stems.add(without(run.name, seed) if run.name.endswith(seed) else "")
    return stems.pop() if len(stems) == 1 else ""


def one_setting(a: PastRun, b: PastRun) -> bool:
    """Whether two runs differ in nothing but their seed.

    A seed that holds out validation images changes the data's hash too: then its place and numbers decide.
    """
    apart = {*differences([a, b])} - {"seed"}
    if place_of(a) is not None and settings_of(a).seed != settings_of(b).seed:
        apart -= {"data_hash"}
    return not apart


def pairs_of(settings: Sequence[Setting]) -> list[NamedPair]:
    """Every two settings compared; where there is one alone, every two of its runs."""
    alone = len(settings) == 1
    parts = [Setting(run.name, (run,)) for run in settings[0].runs] if alone else settings
    names = [(a.name, b.name) for a, b in itertools.combinations(parts, 2)]
    found = [compare_readings(a.readings, b.readings) for a, b in itertools.combinations(parts, 2)]
    counted = holm([pair.p for pair in found])
    return [NamedPair(a, b, alone, pair, p) for (a, b), pair, p in zip(names, found, counted, strict=True)]
