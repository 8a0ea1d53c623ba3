"""A small training that writes a checkpoint at every chance, and what its folder must be in the end."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.modelfile import read_model
from charmlp.training import Callback, feed, train
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.pastrun import read_settings
from charmlp.training.runfiles import CHECKPOINT, FIGURES, LOCK, LOG, MODEL, SETTINGS

SETTINGS_OF_THE_JOB = {
    "recipe": "slides", "norm_size": (6, 6), "hidden_size": (7,), "batch_size": 8, "epochs": 3,
    "step": "analytic", "optimizer": "adamw", "lr": 1e-2, "schedule": "cosine", "ema_decay": 0.9,
    "dropout": 0.3, "keep": "late", "val_interval": 1,
}  # fmt: skip


def make_letters(folder: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (80, 6, 6), np.uint8)
    np.savez(folder / "letters.npz", images=noise, labels=np.arange(80) % 3)


def work(run: Path, callbacks: Sequence[Callback] = (), letters: Path | None = None, **options: Any) -> None:
    """Begin the job on the letters beside its folder, or go on with it where it can go on."""
    feed.CHUNK_BYTES = 3 * 8 * 36 * 4  # three updates: an epoch of nine has three chunks
    options = {"checkpoint_every": 1, "cache": False, "callbacks": callbacks} | options
    if (run / CHECKPOINT).exists():
        train(resume=run, **options)
    elif not (run / MODEL).exists():
        train(
            letters or run.parent / "letters.npz",
            out=run,
            overwrite=run.exists(),
            **{**SETTINGS_OF_THE_JOB, **options},
        )


def figures(run: Path) -> list[list[str]]:
    """The whole lines of `metrics.csv` but how long each epoch took."""
    lines, _, _ = (run / FIGURES).read_text("utf-8").rpartition("\n")
    return [row[:-1] for row in csv.reader(lines.splitlines())]


def end(run: Path) -> dict[str, Any]:
    """What a folder holds when all is done, but for times; of the log, which epochs it tells of."""
    found: dict[str, Any] = {
        path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()
    }
    found[FIGURES] = figures(run)
    found.pop(LOCK, None)  # an empty file, where the run was killed, that locks nothing
    lines = found[LOG].decode().splitlines()
    found[LOG] = {line.partition("  ")[2] for line in lines if "  epoch " in line}
    return found


def check_whole(run: Path, whole: dict[str, Any], *, cut: bool = False) -> None:
    """Raise `AssertionError` where anything in a folder is torn, at any moment of a training.

    cut  a line that was being added may be cut off, as by a power cut: no signal divides what one call writes
    """
    for name, read in ((CHECKPOINT, Checkpoint.read), (MODEL, read_model), (SETTINGS, read_settings)):
        if (run / name).exists():
            try:
                read(run / name)
            except CharmlpError as error:
                raise AssertionError(f"torn: {error}") from error
    with contextlib.suppress(FileNotFoundError):
        rows = figures(run)
        assert rows == whole[FIGURES][: len(rows)], "metrics.csv is not the beginning of the whole one"
        assert cut or (run / FIGURES).read_bytes()[-1:] in (b"", b"\n"), "metrics.csv ends within a line"


def check_end(run: Path, whole: dict[str, Any], but: str = "") -> None:
    found = end(run)
    different = [name for name in {*found, *whole} - {but} if found.get(name) != whole.get(name)]
    assert not different, f"not as after an uninterrupted run: {sorted(different)}"
