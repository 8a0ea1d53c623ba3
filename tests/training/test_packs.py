"""Training from a pack is training from its images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.config import TrainingConfig
from charmlp.data import open_source
from charmlp.data.pack import PackedSource
from charmlp.errors import DataError, UsageError
from charmlp.training import needs, train
from charmlp.training.rundata import open_data, read_data
from tests.training.test_rundata import SETTINGS, photos

__all__ = ["photos"]  # a fixture


def parameters(run: Any) -> bytes:
    return b"".join(np.asarray(part).tobytes() for part in (*run.model.weights, *run.model.biases))


def test_to_the_same_bits_and_named_in_the_run(photos: Path) -> None:
    own = train(photos, **SETTINGS, out="own")
    first = train(photos, **SETTINGS, pack="letters.pack", out="first")
    again = train("letters.pack", **SETTINGS, out="again")
    assert parameters(own) == parameters(first) == parameters(again)
    assert parameters(train("letters.pack", **{**SETTINGS, "seed": 4}, out="other")) != parameters(own)
    provenance = first.model.provenance
    assert provenance["data"] == own.model.provenance["data"] == again.model.provenance["data"]
    assert provenance["source"].endswith(", packed in letters.pack")
    entries = read_data(first.path)
    assert entries is not None and entries["pack"] == "letters.pack"
    for run in (first, again):
        source = open_data(run.path, run.model.classes, run.fit.config)
        assert isinstance(source, PackedSource) and source.identity() == provenance["data"]
    Path("letters.pack").unlink()
    assert not isinstance(open_data(first.path, first.model.classes, first.fit.config), PackedSource)


def test_runs_of_earlier_versions_name_no_pack(photos: Path) -> None:
    run = train(photos, **SETTINGS, out="run")
    entries = json.loads((run.path / "data.json").read_text("ascii"))
    assert entries.pop("pack") is None
    (run.path / "data.json").write_text(json.dumps(entries), "ascii")
    read = read_data(run.path)
    assert read is not None and read["pack"] is None


def test_another_size_is_refused_before_training(photos: Path) -> None:
    train(photos, **SETTINGS, pack="letters.pack", out="run")
    with pytest.raises(DataError, match=r"packed at .*; letters at 9×9 are asked for"):
        train("letters.pack", **{**SETTINGS, "norm_size": (9, 9)}, out="other")
    with pytest.raises(UsageError, match=r"packed at .*, not at 9×9; give another name"):
        train(photos, **{**SETTINGS, "norm_size": (9, 9)}, pack="letters.pack", out="other")
    assert not Path("other").exists()


def test_what_is_mapped_needs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "machine_memory", lambda: 2**30)
    config, images = TrainingConfig(norm_size=(32, 32)), {"train": 10**7}
    needs.check_memory(config, 26, images, mapped=True)
    with pytest.raises(UsageError, match="10,000,000 images of 32×32, if not with --pack FILE, would take"):
        needs.check_memory(config, 26, images)


def test_the_whole_source_is_packed(photos: Path) -> None:
    train(photos, **SETTINGS, pack="letters.pack", out="run")
    assert open_source("letters.pack").splits == open_source(photos, seed=SETTINGS.get("seed", 2021)).splits
