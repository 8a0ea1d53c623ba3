"""How a finished run shows itself in a notebook."""

import io
from collections.abc import Sequence
from pathlib import Path

from charmlp import html
from charmlp.config import changes
from charmlp.drawing.axes import Panel
from charmlp.drawing.canvas import Canvas
from charmlp.drawing.colours import BLUE, MIDDLE, ORANGE
from charmlp.modelfile import Model
from charmlp.text import shown_path
from charmlp.training.fit import Fit
from charmlp.training.runfiles import MODEL
from charmlp.training.state import Epoch

SIZE, SHOWN = (840, 400), 420  # pixels of the curve, and how wide it is shown


def run_as_html(path: Path, fit: Fit, model: Model) -> str:
    """Where the model is, how good, with which settings, and the curve of the loss."""
    scores, config, epochs = fit.scores, fit.config, len(fit.history)
    good = "" if scores is None else f": validation accuracy {100 * scores.accuracy:.1f} %"
    seconds = sum(epoch.seconds for epoch in fit.history)
    rows = {
        "model": shown_path(path / MODEL),
        "settings": f"recipe {config.recipe}, {', '.join(changes(config)) or 'as it is'}",
        "network": f"{'-'.join(map(str, model.sizes))}, {model.act_type}, {len(model.classes):,} classes",
        "epochs": f"{epochs:,} in {seconds:.1f} s{', interrupted' if fit.interrupted else ''}",
        "kept epoch": f"{fit.kept_epoch:,}",
    }
    curve = html.image(loss_curve(fit.history, fit.kept_epoch), "loss over the epochs", width=SHOWN)
    return html.card(f"Run {shown_path(path)}{good}", html.facts(rows.items()), curve)


def loss_curve(epochs: Sequence[Epoch], kept: int) -> bytes:
    """Training and validation loss over the epochs, as PNG; a dashed line marks the kept one."""
    numbers = [epoch.epoch for epoch in epochs]
    validated = [(epoch.epoch, epoch.validation.loss) for epoch in epochs if epoch.validation is not None]
    highest = max(*(epoch.loss for epoch in epochs), *(loss for _, loss in validated), 1e-9)
    canvas = Canvas(*SIZE)
    ends = (numbers[0], numbers[-1]) if len(numbers) > 1 else (numbers[0] - 1, numbers[0] + 1)
    panel = Panel(canvas, (115, 25, SIZE[0] - 25, SIZE[1] - 75), ends, (0, 1.05 * highest))
    panel.axes("loss", x_name="epoch")
    panel.upright(kept, MIDDLE)
    panel.curve(numbers, [epoch.loss for epoch in epochs], BLUE)
    if validated:
        panel.curve([epoch for epoch, _ in validated], [loss for _, loss in validated], ORANGE)
    panel.legend({BLUE: "training"} | ({ORANGE: "validation"} if validated else {}))
    content = io.BytesIO()
    canvas.picture.quantize(16).save(content, "PNG")
    return content.getvalue()
