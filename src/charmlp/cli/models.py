"""`--model`: which model a verb uses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser

if TYPE_CHECKING:
    from charmlp.recognizer import Recognizer


def load_recognizer(model: str | None) -> tuple[Recognizer, Path]:
    """The model at that path, in that run folder, or of the newest run; and where it lies."""
    from charmlp.recognizer import Recognizer
    from charmlp.training.runfolder import newest_model

    path = newest_model() if model is None else Path(model)
    if path.is_dir():
        path = path / "model.safetensors"
    return Recognizer.load(path), path


def add_model_flag(parser: Parser) -> None:
    parser.add_argument(
        "--model_path",
        "--model",
        metavar="FILE",
        help="model file or run folder (default: the newest run's model)",
    )


def figures_folder(model: Path, out: str | None) -> Path:
    """Where pictures about a model go: `--out`, or `figures` beside the model."""
    return model.parent / "figures" if out is None else Path(out)
