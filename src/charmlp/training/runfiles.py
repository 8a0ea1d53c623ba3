"""A run's folder before the run: what is in it by which name, and taking it for one run alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

from charmlp.errors import CharmlpError, UsageError
from charmlp.system.files import alike, check_writable, is_file, is_folder, sweep, writing
from charmlp.system.locks import TakenError, locked
from charmlp.text import printable, shown_path
from charmlp.training.rundata import DATA

RUNS = Path("runs")
LOCK = ".lock"  # in the folder while it is in use
MODEL, SETTINGS, FIGURES, LOG = "model.safetensors", "config.toml", "metrics.csv", "log.txt"
CHECKPOINT = "checkpoint.safetensors"  # until the run is finished
PICTURES = tuple(
    f"figures/{name}.{suffix}"
    for name in (
        "loss",
        "confusion",
        "tsne",
        "test_confusion",
        "test_letters",
        "reliability",
        "coverage",
        "weights",
    )
    for suffix in ("png", "svg")
)
EVENTS = "tensorboard"  # folder of what TensorBoard reads
TABLES = ("test/errors.csv", "test/predictions.csv")  # of `charmlp test`
REPORTS = (  # of `charmlp report`
    *(f"report.{suffix}" for suffix in ("html", "tex", "md", "pdf")),
    *(
        f"figures/report_{name}.png"
        for name in ("curves", "confusion", "map", "letters", "reliability", "weights")
    ),
)
OF_THE_RUN = (MODEL, FIGURES, LOG, DATA, CHECKPOINT)  # beside its settings
OF_ITS_MODEL = (*PICTURES, *TABLES, *REPORTS)  # old, once it has another one


def given_folder(path: Path, taken: ExitStack, flag: str = "--out") -> Path:
    """Take the folder `path`, made where it is not there."""
    if is_file(path):
        raise UsageError(f"{flag}: {shown_path(path)} is a file, not a folder")
    check_writable(path / MODEL)
    make_folder(path, taken)
    try:
        with writing(path):
            taken.enter_context(locked(path / LOCK))
    except TakenError:
        raise UsageError(
            f"{flag}: another run writes to {shown_path(path)}; wait for its end or give another folder"
        ) from None
    sweep(path)
    return path


def folder_to_go_on(path: Path, taken: ExitStack) -> Path:
    """Take the folder of a run that goes on; raises `CharmlpError` where there is none that can."""
    shown = shown_path(path)
    if not is_folder(path):
        raise CharmlpError(f"--resume: {shown}: no such folder; that of a run is expected{alike(path)}")
    given_folder(path, taken, "--resume")
    if not is_file(path / CHECKPOINT):
        if is_file(path / MODEL):
            raise CharmlpError(
                f"--resume: {shown} has its model and no checkpoint, as a finished run has: "
                "nothing is left to do"
            )
        if is_file(path / SETTINGS):
            raise CharmlpError(
                f"--resume: {shown} has no checkpoint: the run ended before its first one; "
                "start it again, with --out and --overwrite"
            )
        raise CharmlpError(f"--resume: {shown} is no run folder: there is no {CHECKPOINT} in it")
    return path


def new_folder(taken: ExitStack) -> Path:
    """Take a folder `runs/<date-time>`, numbered where several runs start in the same second."""
    first = path = RUNS / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"
    check_writable(path / MODEL)
    number = 1
    while not make_folder(path, taken):
        number += 1
        path = first.with_name(f"{first.name}-{number}")
    return given_folder(path, taken)


def make_folder(path: Path, taken: ExitStack) -> bool:
    """Make a folder and those on the way, which go again where nothing comes into them; whether it is new."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    with writing(path):
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            return False
    for folder in reversed(missing):
        taken.callback(remove_if_empty, folder)
    return True


def remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def check_replaceable(folder: Path, held: Sequence[str], *, overwrite: bool) -> None:
    """Raise `UsageError` unless all that would be replaced in the folder was written by an earlier run."""
    shown = shown_path(folder)
    if not overwrite:
        words = f"--out: {shown} holds something already; give another folder or --overwrite"
        begun = "; --resume goes on with the run in it" if is_file(folder / CHECKPOINT) else ""
        raise UsageError(words + begun)
    if is_file(folder / SETTINGS):
        with (folder / SETTINGS).open("rb") as file:
            if file.read(9) == b"recipe = ":
                return
    for path in (folder / SETTINGS, *replaced(folder)):
        if os.path.lexists(path):
            raise UsageError(
                f"--out: {shown} is no run folder, and {path.relative_to(folder).as_posix()} in it would be "
                "replaced; give another folder"
            )


def replaced(folder: Path) -> list[Path]:
    """What a run writes, beside its settings, and what goes when another one takes its folder."""
    return [
        *(folder / name for name in (*OF_THE_RUN, *OF_ITS_MODEL)),
        *folder.glob(f"{EVENTS}/events.out.tfevents.*"),
    ]


def newest_model() -> Path:
    """The model of the newest run in this folder; raises `CharmlpError` where there is none."""
    latest = RUNS / "latest"
    try:
        name = os.fsdecode(latest.read_bytes().rstrip(b"\r\n"))
    except (OSError, UnicodeDecodeError):
        raise CharmlpError(
            f"no model: {latest} names no run here; train one with 'charmlp train' or give --model"
        ) from None
    model = RUNS / name / MODEL  # an absolute name stands for itself
    if not is_file(model):
        raise CharmlpError(
            f"no model: the newest run, {printable(model.parent)}, has no model.safetensors; give --model"
        )
    return model


def way_on(folder: Path) -> str:
    """What to say behind an interruption: how the run goes on, where it has a checkpoint."""
    if not is_file(folder / CHECKPOINT):
        return ""
    return f"; go on with: charmlp train --resume {shown_path(folder)}"
