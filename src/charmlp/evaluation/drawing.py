"""The pictures of a run, drawn by a process of their own: what draws takes more memory than what trains."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from charmlp.errors import CharmlpError
from charmlp.metrics import Scores
from charmlp.system import processes
from charmlp.text import printable
from charmlp.training.state import Epoch


def draw_apart(
    folder: Path, history: Sequence[Epoch], scores: Scores | None, classes: Sequence[str]
) -> list[Path]:
    """Draw the loss curve and, where there are scores, the confusion matrix, in another process.

    Returns the pictures' files. Raises `CharmlpError` where they cannot be drawn; the run itself is done.
    """
    answer = subprocess.run(
        processes.command(__name__, str(folder)),
        input=pickle.dumps((tuple(history), scores, tuple(classes))),
        capture_output=True,
        env=processes.environment(),
    )
    if answer.returncode:
        reason = answer.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise CharmlpError(f"the model is saved, but its pictures cannot be drawn: {printable(reason)}")
    return [Path(line) for line in answer.stdout.decode("utf-8").splitlines()]


def draw(folder: Path, history: Sequence[Epoch], scores: Scores | None, classes: Sequence[str]) -> list[Path]:
    """Draw the same here."""
    from charmlp.evaluation import pictures

    drawn = [pictures.save(pictures.loss_curve(history), folder / "loss.png")]
    if scores is not None:
        drawn.append(pictures.save(pictures.confusion_matrix(scores, classes), folder / "confusion.png"))
    return drawn


def main() -> None:
    """Draw what comes from `draw_apart`, through a pipe of its own."""
    history, scores, classes = pickle.load(sys.stdin.buffer)
    try:
        drawn = draw(Path(sys.argv[1]), history, scores, classes)
    except CharmlpError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write("".join(f"{path}\n" for path in drawn).encode("utf-8"))
