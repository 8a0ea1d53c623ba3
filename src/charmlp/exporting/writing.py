"""`charmlp.export`: a model in another format, if it answers as the model does."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from charmlp.config import PERCENT
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.exporting.formats import FULL_PRECISION, MAX_LOSS, check_prefix, format_named, settle_bits
from charmlp.system.files import at_home, check_writable, write_whole
from charmlp.text import shown_path

if TYPE_CHECKING:  # the command line asks for the table alone
    from charmlp.exporting.job import Cost, Draft, Job
    from charmlp.letters.letterset import LetterSet
    from charmlp.letters.source import Progress, Source
    from charmlp.modelfile import Model
    from charmlp.recognizer import Recognizer

    Letters: TypeAlias = "LetterSet | Source | str | os.PathLike[str]"

MOST_DIFFERENT = 1e-5  # a probability that the export gives, and the Recognizer's
ANY_LOSS = 100.0  # percentage points: all that can be lost


@dataclass(frozen=True)
class Exported:
    """An export that has been written.

    path        its file
    to          its format
    bits        of a weight
    size        of the file, bytes
    compared    what ran it and on what it was compared, or why it was not
    difference  the largest of a probability that was found; None where nothing was compared
    cost        accuracy before and after, where weights are quantised and letters were there
    unmeasured  why there were none
    facts       what else is to be known of it
    """

    path: Path
    to: str
    bits: int
    size: int
    compared: str
    difference: float | None
    cost: Cost | None
    unmeasured: str
    facts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Exported({str(self.path)!r}, {self.to}, {self.bits} bits, {self.size:,} bytes)"


def export(
    model: Recognizer | Model | str | os.PathLike[str],
    to: str,
    *,
    bits: int | None = None,
    out: str | os.PathLike[str] | None = None,
    data: Letters | None = None,
    max_loss: float | None = None,
    prefix: str | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write a model as a file for other programs (docs/export.md).

    model      a recognizer, a model, a model file, or a run folder
    to         the format: a name of `charmlp.exporting.FORMATS`
    bits       of a weight (default: the format's own)
    out        the file (default: beside the model, of its name, with the format's suffix)
    data       labelled letters on which quantised weights are measured: a letter set, or what `train` takes
               as data, of which the validation letters are read (default: what the run was trained on)
    max_loss   percentage points of accuracy that quantised weights may lose
    prefix     of the names in a program
    overwrite  whether a file that is there may be replaced
    progress   told how many of the letters have been read, as by `Source.load`

    The export is compared with the Recognizer, on pictures of all sizes, where something that runs it is
    installed. Raises `CharmlpError`, and writes nothing, where a probability differs by more than 1e-5, or
    quantised weights lose more than `max_loss`; `UsageError` for what the format does not have.
    """
    bits = settle_bits(to, bits)
    check_prefix(to, prefix)
    loss = MAX_LOSS.get(bits, ANY_LOSS) if max_loss is None else max_loss
    if not PERCENT.allows(loss):
        raise UsageError(f"--max_loss: {PERCENT.misfit(loss)}")
    recognizer = _recognizer(model)
    path = _place(to, out, recognizer.path, overwrite)
    job = _job(recognizer, to, bits, path, prefix, loss)
    writer = format_named(to).writer
    writer.check(job)
    if bits < FULL_PRECISION or data is not None:
        job = _with_letters(job, data, progress)
    draft = writer.write(job)
    _check_difference(job, draft)
    write_whole(path, draft.content)
    return Exported(
        path,
        to,
        bits,
        len(draft.content),
        draft.compared,
        draft.difference,
        draft.cost,
        job.unmeasured,
        draft.facts,
    )


def _recognizer(model: Recognizer | Model | str | os.PathLike[str]) -> Recognizer:
    from charmlp.modelfile import Model
    from charmlp.recognizer import Recognizer

    if isinstance(model, Recognizer):
        return model
    return Recognizer(model) if isinstance(model, Model) else Recognizer.load(model)


def _job(recognizer: Recognizer, to: str, bits: int, path: Path, prefix: str | None, loss: float) -> Job:
    from charmlp.exporting.job import Job

    return Job(recognizer.model, to, bits, path, recognizer.path, prefix, max_loss=loss)


def _place(to: str, out: str | os.PathLike[str] | None, origin: Path | None, overwrite: bool) -> Path:
    """Where the file goes; raises `CharmlpError` where it must not, or cannot be written."""
    suffix = format_named(to).suffix
    if out is None:
        if origin is None:
            raise UsageError("--out: a file is needed: the model is not one itself")
        path = origin.with_suffix(suffix)
    else:
        path = Path(at_home(out))
    if path.suffix.lower() != suffix:
        raise UsageError(f"--out {shown_path(path)}: the name of a file for {to} ends in {suffix}")
    check_writable(path)
    if path.exists():
        if origin is not None and path.samefile(origin):
            raise UsageError(f"{shown_path(path)}: is the model itself; --out names another file")
        if not overwrite:
            raise CharmlpError(f"{shown_path(path)}: is there already; --overwrite replaces it")
    return path


def _with_letters(job: Job, data: Letters | None, progress: Progress | None) -> Job:
    """With the letters on which it is measured; without, where none are known and any loss is taken."""
    from charmlp.exporting.measuring import validation_letters

    try:
        found = validation_letters(job.model, job.origin, data, progress)
    except DataError as error:
        if data is None and job.max_loss == ANY_LOSS:
            return replace(job, unmeasured=str(error))
        more = f"{error}; --max_loss 100 takes {job.bits} bits unmeasured" if data is None else str(error)
        raise DataError(more, error.details) from None
    return replace(job, **found)


def _check_difference(job: Job, draft: Draft) -> None:
    """Raise `CharmlpError` where what was made does not answer as it should."""
    if draft.difference is not None and not draft.difference <= MOST_DIFFERENT:
        raise CharmlpError(
            f"{shown_path(job.out)}: not written: a probability differs by {draft.difference:.2g}, more than "
            f"{MOST_DIFFERENT:g} ({draft.compared}); please report it"
        )
