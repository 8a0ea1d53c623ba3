"""The letters of a search: read once for all settings that agree in how they are prepared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from charmlp.config import TrainingConfig
from charmlp.data import open_source
from charmlp.errors import DataError
from charmlp.training.callbacks import SILENT, Callback
from charmlp.training.prepare import Prepared, prepare

PREPARED_BY = ("norm_size", "crop", "synth_ratio", "synth_count", "synth_style")  # beside the data itself
MOST_PREPARED = 4  # kept at a time, of searches that try such settings


class Letters:
    """The data of a search, `given` as `open_source` takes it, with `skip_bad`.

    The seed of the base holds out validation images and draws rendered letters, whatever is trained with.
    """

    def __init__(self, base: TrainingConfig, given: dict[str, Any]) -> None:
        self.base, self.given = base, dict(given)
        self.skip_bad = self.given.pop("skip_bad")
        self.source = open_source(seed=base.seed, reading=base, **self.given)
        self.identity = self.source.identity()
        self._of = lru_cache(MOST_PREPARED)(self._prepared)

    def prepared_for(self, config: TrainingConfig, callbacks: Callback = SILENT) -> Prepared:
        return self._of(preparation(config), callbacks)

    def read_all(self, configs: Iterable[TrainingConfig], callbacks: Callback) -> int:
        """Read what these settings need, and keep it for the jobs; how many validation images there are.

        Raises `DataError` where there are none, or where an image cannot be read.
        """
        source = self.source
        if not source.splits.get("val"):
            raise DataError(f"{source.describe()}: no validation images, by which settings are chosen")
        count = 0
        for number, values in enumerate(dict.fromkeys(map(preparation, configs))):
            prepared = self._prepared(values, callbacks if not number else SILENT)
            assert prepared.validation is not None
            count = len(prepared.validation)
            if not self.given["cache"]:
                break  # each job reads for itself
        return count

    def _prepared(self, values: tuple[Any, ...], callbacks: Callback) -> Prepared:
        config = dataclasses.replace(self.base, **dict(zip(PREPARED_BY, values, strict=True)))
        cache = self.given["cache"]
        return prepare(self.source, config, skip_bad=self.skip_bad, cache=cache, callbacks=callbacks)


def preparation(config: TrainingConfig) -> tuple[Any, ...]:
    """What letters are prepared by."""
    return tuple(getattr(config, name) for name in PREPARED_BY)
