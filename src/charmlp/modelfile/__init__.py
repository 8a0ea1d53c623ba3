"""Model files: `.safetensors` with everything a recognizer needs, the course's `.pth`, and exports.

`model.py` says what a model is and what is sound. Each format of the table below is a file: `native.py`, and
`course.py`, which reads PyTorch's files through `torchfile.py` and `pickles.py`: without PyTorch, running
nothing of what is in them.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO

from charmlp.config import DEFAULT_VIEW, View
from charmlp.errors import ModelFileError
from charmlp.modelfile.model import Model, Refused, check_model
from charmlp.system.extras import require_extra
from charmlp.system.files import is_folder, open_regular, reason_of, write_whole
from charmlp.text import printable, shown_path

__all__ = [
    "FORMATS",
    "Format",
    "Model",
    "check_expressible",
    "model_from_bytes",
    "model_in",
    "model_to_bytes",
    "read_model",
    "write_model",
]


@dataclass(frozen=True)
class Format:
    """A kind of model file. Its module is imported when such a file is met, and has, each raising `Refused`,

    write(model) -> bytes                       what a file holds; the model is sound
    read(file) -> Model                         where such files are read
    check(classes, preprocessing, act_type, view)   where there are models that the format cannot express
    """

    module: str
    reads: bool = True  # False: an export
    extra: str | None = None  # the package that writing needs, also the name of the extra


FORMATS = {
    ".safetensors": Format("charmlp.modelfile.native"),
    ".pth": Format("charmlp.modelfile.course", extra="torch"),
}


def model_in(path: Path) -> Path:
    """The model file that a path names, directly or as a run folder."""
    return path / "model.safetensors" if is_folder(path) else path


def read_model(path: Path) -> Model:
    """The model at `path`; raises `ModelFileError` where the file is not sound. Executes nothing."""
    _format(path, to_read=True)
    with open_regular(path, "a model", ModelFileError) as file:
        return _read(file, path)


def model_from_bytes(content: bytes, path: Path) -> Model:
    """The model that a file at `path` with this content would hold; raises `ModelFileError`."""
    return _read(io.BytesIO(content), path)


def _read(file: BinaryIO, path: Path) -> Model:
    kind = _format(path, to_read=True)
    with _named(path):
        model: Model = import_module(kind.module).read(file)
        check_model(model)
        return model


def write_model(model: Model, path: Path) -> None:
    """Write the model, whole or not at all; the suffix chooses the format. Raises `CharmlpError`."""
    write_whole(path, model_to_bytes(model, path))


def model_to_bytes(model: Model, path: Path) -> bytes:
    """What a file at `path` holds; the suffix chooses the format. Raises `CharmlpError`."""
    check_expressible(
        path,
        classes=model.classes,
        preprocessing=model.preprocessing,
        act_type=model.act_type,
        view=model.view,
    )
    with _named(path):
        check_model(model)
        content: bytes = import_module(_format(path).module).write(model)
        return content


def check_expressible(
    path: Path, *, classes: Sequence[str], preprocessing: str, act_type: str, view: View = DEFAULT_VIEW
) -> None:
    """Raise `CharmlpError` where the format of `path` cannot say what such a model is, or lacks a package."""
    kind = _format(path)
    if kind.extra is not None:
        require_extra(kind.extra, kind.extra, f"{shown_path(path)}: a {path.suffix} file")
    check = getattr(import_module(kind.module), "check", None)
    if check is not None:
        with _named(path):
            check(classes, preprocessing, act_type, view)


def _format(path: Path, *, to_read: bool = False) -> Format:
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        suffixes = [suffix for suffix, kind in FORMATS.items() if kind.reads or not to_read]
        raise ModelFileError(f"{shown_path(path)}: a model's name ends in {' or '.join(suffixes)}")
    if to_read and not kind.reads:
        raise ModelFileError(f"{shown_path(path)}: a {path.suffix} file can be written, not read")
    return kind


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """What is wrong with a file, behind its name."""
    try:
        yield
    except Refused as reason:
        raise ModelFileError(f"{shown_path(path)}: {printable(reason)}") from None
    except OSError as error:
        raise ModelFileError(f"{shown_path(path)}: cannot be read: {reason_of(error)}") from None
