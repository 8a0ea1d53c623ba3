"""The third of a run's three stages: a folder for settings, figures by epoch, log and model.

And which run is the newest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.config import to_toml
from charmlp.errors import CharmlpError, UsageError
from charmlp.system.files import GrowingFile, check_writable, is_file, write_whole, writing
from charmlp.system.locks import TakenError, locked
from charmlp.text import printable, shown_path
from charmlp.training.callbacks import SILENT, Callback
from charmlp.training.rundata import DATA, write_data
from charmlp.training.state import Epoch

if TYPE_CHECKING:
    from charmlp.training.trainer import Trainer

RUNS = Path("runs")
LOCK = ".lock"  # in the folder while it is in use
MODEL, SETTINGS, FIGURES, LOG = "model.safetensors", "config.toml", "metrics.csv", "log.txt"
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
COLUMNS = "epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds"  # of the figures
EVENTS = "tensorboard"  # folder of what TensorBoard reads
TABLES = ("test/errors.csv", "test/predictions.csv")  # of `charmlp test`
REPORTS = (  # of `charmlp report`
    *(f"report.{suffix}" for suffix in ("html", "tex", "md", "pdf")),
    *(
        f"figures/report_{name}.png"
        for name in ("curves", "confusion", "map", "letters", "reliability", "weights")
    ),
)
WRITTEN = (MODEL, FIGURES, LOG, DATA, *PICTURES, *TABLES, *REPORTS)


class RunFolder(Callback):
    """A folder that is one run's alone. Its files appear when training begins and grow while it goes on.

    with RunFolder(path) as folder: …     # at the end it is let go, and removed where nothing is in it
    """

    def __init__(self, path: Path | None, *, overwrite: bool = False, callbacks: Callback = SILENT) -> None:
        """Take the folder (`runs/<date-time>` unless given); refuse what is in use or cannot be written to.

        `callbacks` hear what could not be written, where the run goes on without it.
        """
        self.callbacks = callbacks
        self.faults: list[str] = []
        self.given: dict[str, Any] | None = None  # as data, by the names of `train`'s arguments
        self.begun = False
        with ExitStack() as taken:
            self.path = new_folder(taken) if path is None else given_folder(path, taken)
            if held := [file.name for file in self.path.iterdir() if file.name != LOCK]:
                check_replaceable(self.path, held, overwrite=overwrite)
            self.taken = taken.pop_all()
        self.figures, self.log = GrowingFile(self.path / FIGURES), GrowingFile(self.path / LOG)
        self.figures.add(COLUMNS)

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *reason: object) -> None:
        with self.taken:
            self.write()
            for file in (self.figures, self.log):
                with self.side_matter():
                    file.close()

    @property
    def model(self) -> Path:
        return self.path / MODEL

    def message(self, line: str) -> None:
        """Add a line to the log."""
        self.log.add(printable(f"{datetime.now():%Y-%m-%d %H:%M:%S}  {line}"))
        self.write()

    detail = message

    def training_begins(self, training: Trainer) -> None:
        """Remove what an earlier run has written, its model first, and write the settings of this one."""
        for path in replaced(self.path):
            with writing(path):
                path.unlink(missing_ok=True)
        write_whole(self.path / SETTINGS, to_toml(training.config).encode())
        if self.given is not None:
            write_data(self.path, self.given)
        self.begun = True
        self.write()

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        """Add a line to the figures and to the log."""
        self.figures.add(row_of(epoch))
        self.message(describe_epoch(epoch))

    def write(self) -> None:
        """Write the lines that `metrics.csv` and `log.txt` lack, once training has begun."""
        if self.begun:
            for file in (self.figures, self.log):
                with self.side_matter():
                    file.write()

    def finish(self) -> None:
        """Make this the newest run, now that it has a model."""
        with self.side_matter(), writing(RUNS / "latest"):
            inside = self.path.parent.resolve() == RUNS.resolve()
            newest = self.path.name if inside else self.path.resolve()
            write_whole(RUNS / "latest", os.fsencode(newest) + b"\n")

    @contextmanager
    def side_matter(self) -> Iterator[None]:
        """What cannot be written here is told, once, and ends no run."""
        try:
            yield
        except CharmlpError as error:
            if str(error) not in self.faults:
                self.faults.append(str(error))
                self.message(f"note: {error}")
                self.callbacks.message(f"note: {error}")


def given_folder(path: Path, taken: ExitStack) -> Path:
    """Take the folder `path`, made where it is not there."""
    if is_file(path):
        raise UsageError(f"--out: {shown_path(path)} is a file, not a folder")
    check_writable(path / MODEL)
    make_folder(path, taken)
    try:
        with writing(path):
            taken.enter_context(locked(path / LOCK))
    except TakenError:
        raise UsageError(
            f"--out: another run writes to {shown_path(path)}; wait for its end or give another folder"
        ) from None
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
        raise UsageError(f"--out: {shown} holds something already; give another folder or --overwrite")
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
    return [*(folder / name for name in WRITTEN), *folder.glob(f"{EVENTS}/events.out.tfevents.*")]


def describe_epoch(epoch: Epoch) -> str:
    """`epoch 10: loss 0.512, validation loss 0.634, accuracy 81.3 %`."""
    text = f"epoch {epoch.epoch}: loss {epoch.loss:.3f}"
    if epoch.validation is not None:
        text += f", validation loss {epoch.validation.loss:.3f}, accuracy {epoch.validation.accuracy:.1%}"
    return text


def row_of(epoch: Epoch) -> str:
    """The epoch's line in `metrics.csv`; its validation columns are empty where there was no validation."""
    scores = epoch.validation
    figures = ("", "", "") if scores is None else (scores.loss, scores.accuracy, scores.macro_f1)
    row = (epoch.loss, epoch.lr, *figures, epoch.seconds)
    return f"{epoch.epoch}," + ",".join(x if x == "" else f"{x:.6g}" for x in row)


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
