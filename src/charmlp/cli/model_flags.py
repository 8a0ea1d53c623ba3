"""Which model a verb uses, and how: `--model`, `--tta`; where its pictures go, and `--show`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser, add_number
from charmlp.cli.notes import detail, note
from charmlp.errors import ModelFileError
from charmlp.language import spoken
from charmlp.system.files import alike, at_home
from charmlp.text import shown_path

if TYPE_CHECKING:
    from charmlp.evaluation.pictures.about import About
    from charmlp.recognizer import Recognizer


def add_model_flags(parser: Parser) -> None:
    words = "model file or run folder (default: the newest run's model)"
    parser.add_argument("--model_path", "--model", metavar="FILE", help=words)
    words = "read N versions of each image, slightly changed, and average (default 1)"
    add_number(parser, "--tta", default=1, metavar="N", help=words)


def find_run(model: str) -> Path:
    """The model file or run folder that is named; raises `ModelFileError` where there is nothing."""
    path = Path(at_home(model))
    if not os.path.lexists(path):
        from charmlp.training.runfiles import RUNS

        hint = alike(path) or alike(RUNS / path)
        raise ModelFileError(f"{shown_path(path)}: no such file; a model or a run folder is expected{hint}")
    return path


def load_recognizer(model: str | None, tta: int = 1) -> tuple[Recognizer, Path]:
    """The model at that path, in that run folder, or of the newest run; and where it lies."""
    from charmlp.modelfile import model_in
    from charmlp.recognizer import Recognizer

    if model is None:
        from charmlp.training.runfiles import newest_model

        path = newest_model()
    else:
        path = model_in(find_run(model))
    recognizer = Recognizer.load(path, tta)
    temperature = f"temperature {recognizer.model.temperature:.3g}"
    if model is None:
        accuracy = recognizer.model.provenance.get("validation_accuracy")
        known = f"{100 * accuracy:.1f} %" if isinstance(accuracy, float) else "not known"
        note(f"no --model: the newest run's, {shown_path(path)}, validation accuracy {known}, {temperature}")
    detail(f"model {path}: {recognizer.model!r}; {temperature} (docs/evaluation.md)")
    return recognizer, path


def add_picture_flags(group: argparse._ActionsContainer) -> None:
    words = "form of the pictures (default png)"
    group.add_argument("--figure_format", choices=("png", "svg"), default="png", help=words)
    group.add_argument("--show", action="store_true", help="open the pictures in a window as well")


def about(model: Path, data: Mapping[str, Any], split: str = "") -> About:
    """What a picture says of where it comes from: names of run and data, no path of this machine."""
    from charmlp.evaluation.pictures.about import About

    run = model.resolve().parent.name if model.name == "model.safetensors" else model.name
    given = [data["data"]] if data["data"] else list(data["lists"].values())
    return About(run, ", ".join(Path(each).name or str(each) for each in given), split, spoken())


def show(pictures: Sequence[Path]) -> None:
    """Open each picture in a window of the system's own viewer; the program goes on."""
    import webbrowser

    from PIL import Image

    for path in pictures:
        if path.suffix == ".svg":
            webbrowser.open(path.resolve().as_uri())
            continue
        with Image.open(path) as picture:
            picture.show(title=path.name)
