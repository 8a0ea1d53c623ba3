"""The pictures of a run, drawn by a process of their own: what draws takes more memory than what trains."""

import gc
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

from charmlp.errors import CharmlpError
from charmlp.metrics import Scores
from charmlp.system.workers import Parent, Worker
from charmlp.text import printable
from charmlp.training.state import Epoch


def draw_apart(
    folder: Path, history: Sequence[Epoch], scores: Scores | None, classes: Sequence[str]
) -> list[Path]:
    """Draw the loss curve and, where there are scores, the confusion matrix, in another process.

    Returns the pictures' files. Raises `CharmlpError` where they cannot be drawn; the run itself is done.
    """
    try:
        with Worker(__name__, str(folder)) as worker:
            drawn, reason = pickle.loads(worker.ask(pickle.dumps((tuple(history), scores, tuple(classes)))))
    except OSError as error:
        drawn, reason = [], error.strerror or str(error)
    except EOFError:
        drawn, reason = [], worker.last_words()
    if reason is not None:
        raise CharmlpError(f"the model is saved, but its pictures cannot be drawn: {printable(reason)}")
    return drawn


def draw(folder: Path, history: Sequence[Epoch], scores: Scores | None, classes: Sequence[str]) -> list[Path]:
    """Draw the same here."""
    from charmlp.drawing import save
    from charmlp.evaluation import pictures

    drawn = [save(pictures.loss_curve(history), folder / "loss.png")]
    if scores is not None:
        drawn.append(save(pictures.confusion_matrix(scores, classes), folder / "confusion.png"))
    return drawn


def main() -> None:
    """Draw what comes from `draw_apart`; the answer is the pictures' files, and why there are none."""
    parent = Parent()
    gc.disable()  # a process so short leaves no garbage
    from matplotlib import artist

    # For each class, matplotlib composes the documentation of a method: a quarter of its import.
    artist.kwdoc = lambda artist: ""
    try:
        drawn, reason = draw(Path(sys.argv[1]), *pickle.loads(parent.receive())), None
    except CharmlpError as error:
        drawn, reason = [], str(error)
    parent.send(pickle.dumps((drawn, reason)))
