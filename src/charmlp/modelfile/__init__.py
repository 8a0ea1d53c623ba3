"""Model files: `.safetensors` with everything a recognizer needs, and the course's `.pth`.

`model.py` says what a model is and what is sound; `native.py` and `course.py` read and write the formats, the
latter through `torchfile.py` and `pickles.py`, which read PyTorch's files without PyTorch and run nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from charmlp.errors import ModelFileError
from charmlp.modelfile.model import Model, check_model
from charmlp.text import shown_path

__all__ = ["Model", "check_expressible", "read_model", "write_model"]

SUFFIXES = (".safetensors", ".pth")


def read_model(path: Path) -> Model:
    """The model at `path`; raises `ModelFileError` where the file is not sound. Executes nothing."""
    if _suffix(path) == ".pth":
        from charmlp.modelfile.course import read_course

        return read_course(path)
    from charmlp.modelfile.native import read_native

    return read_native(path)


def write_model(model: Model, path: Path) -> None:
    """Write the model, whole or not at all; the suffix chooses the format. Raises `CharmlpError`."""
    check_expressible(path, classes=model.classes, preprocessing=model.preprocessing)
    check_model(model, shown_path(path))
    if _suffix(path) == ".pth":
        from charmlp.modelfile.course import write_course

        write_course(model, path)
    else:
        from charmlp.modelfile.native import write_native

        write_native(model, path)


def check_expressible(path: Path, *, classes: Sequence[str], preprocessing: str) -> None:
    """Raise `ModelFileError` where the format of `path` cannot say what such a model is."""
    if _suffix(path) == ".pth":
        from charmlp.modelfile.course import check_course

        check_course(path, classes, preprocessing)


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ModelFileError(f"{shown_path(path)}: a model's name ends in {' or '.join(SUFFIXES)}")
    return suffix
