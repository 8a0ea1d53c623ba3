"""Which model a verb uses, and how: `--model`, `--tta`; and where its pictures go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser
from charmlp.errors import UsageError
from charmlp.system.files import is_folder

if TYPE_CHECKING:
    from charmlp.recognizer import Recognizer


def load_recognizer(model: str | None, tta: str = "1") -> tuple[Recognizer, Path]:
    """The model at that path, in that run folder, or of the newest run; and where it lies."""
    if not tta.isdecimal():
        raise UsageError(f"--tta: expected a whole number, at least 1, not {tta!r}")
    from charmlp.recognizer import Recognizer

    if model is None:
        from charmlp.training.runfolder import newest_model

        path = newest_model()
    else:
        path = Path(model)
    if is_folder(path):
        path = path / "model.safetensors"
    return Recognizer.load(path, int(tta)), path


def add_model_flag(parser: Parser) -> None:
    parser.add_argument(
        "--model_path",
        "--model",
        metavar="FILE",
        help="model file or run folder (default: the newest run's model)",
    )


def add_tta_flag(parser: Parser) -> None:
    parser.add_argument(
        "--tta",
        default="1",
        metavar="N",
        help="read N versions of each image, slightly changed, and average (default 1)",
    )


def figures_folder(model: Path, out: str | None) -> Path:
    """Where pictures about a model go: `--out`, or `figures` beside the model."""
    return model.parent / "figures" if out is None else Path(out)
