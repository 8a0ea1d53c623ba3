"""The letters on which quantised weights are measured."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.data import SPLITS, open_source
from charmlp.errors import DataError
from charmlp.evaluation import seed_of
from charmlp.evaluation.measure import check_classes
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Progress, Source
from charmlp.modelfile import Model
from charmlp.training.pastrun import read_run
from charmlp.training.rundata import open_data

if TYPE_CHECKING:
    from charmlp.exporting.writing import Letters


def validation_letters(
    model: Model, origin: Path | None, data: Letters | None, progress: Progress | None = None
) -> dict[str, Any]:
    """The validation letters of the data, or of what the run was trained on, as the entries of a `Job`.

    Where the data has none, its test letters. Raises `DataError` where there are no such letters, or their
    classes are not the model's.
    """
    if isinstance(data, LetterSet):
        letters, words, source, skip_bad = data, "given", None, False
    else:
        source, skip_bad = _source(model, origin, data)
        split = _split_of(source)
        letters = source.load(split, model.norm_size, view=model.view, skip_bad=skip_bad, progress=progress)
        words = SPLITS[split]
    check_classes(letters.classes, model.classes)
    if not len(letters):
        raise DataError("there are no letters to measure on")
    return {"letters": letters, "split": words, "source": source, "skip_bad": skip_bad}


def _source(
    model: Model, origin: Path | None, data: Source | str | os.PathLike[str] | None
) -> tuple[Source, bool]:
    """Where letters come from, and whether images that cannot be read are left out, as in training."""
    if isinstance(data, Source):
        return data, False
    if data is not None:
        return open_source(data, classes=model.classes, whole="val", seed=seed_of(model)), False
    run = None if origin is None else read_run(origin)
    if run is None or run.given is None:
        raise DataError("the model does not say what it was trained on; give --data")
    return open_data(run.folder, model.classes, run.config), run.given["skip_bad"]


def _split_of(source: Source) -> str:
    for split in ("val", "test"):
        if source.splits.get(split):
            return split
    raise DataError(
        f"{source.describe()}: no validation letters, on which bits are measured; give other --data"
    )
