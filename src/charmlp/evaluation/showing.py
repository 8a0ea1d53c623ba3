"""How an evaluation shows itself in a notebook."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from charmlp import html
from charmlp.text import short

if TYPE_CHECKING:
    from charmlp.evaluation.measure import Evaluation

MOST_PAIRS = 8
MOST_LETTERS = 24
SIDE = 64  # pixels: as wide as a letter is shown


def evaluation_as_html(evaluation: Evaluation) -> str:
    """Accuracy and other figures, what is taken for what, and the misread letters, the worst first."""
    scores, count, wrong = evaluation.scores, len(evaluation.letters), evaluation.errors
    low, high = evaluation.interval
    rows = {
        "95 % interval": f"{100 * low:.1f} to {100 * high:.1f} %",
        "macro F1": f"{scores.macro_f1:.3f}",
        "loss": f"{scores.loss:.3f}",
        "letters": f"{count:,} in {len(evaluation.classes):,} classes",
    }
    if (as_one := evaluation.counted_as_one) is not None:
        rows["accuracy, counted as one"] = f"{100 * as_one.accuracy:.1f} %: {html.escape(as_one.words)}"
    parts = [html.facts(rows.items())]
    if pairs := evaluation.pairs[:MOST_PAIRS]:
        cells = [(html.escape(label), html.escape(guess), f"{number:,}") for label, guess, number in pairs]
        parts.append(html.table(cells, ("label", "read as", "letters")))
    if len(wrong):
        parts.append(html.line(f"{len(wrong):,} misread, the largest losses first: label → read as"))
        parts.append(html.row(misread(evaluation, number) for number in wrong[:MOST_LETTERS].tolist()))
    return html.card(f"Accuracy {100 * scores.accuracy:.1f} % of {count:,} letters", *parts)


def misread(evaluation: Evaluation, number: int) -> tuple[str, str]:
    """A letter as HTML, and its caption."""
    letters, content = evaluation.letters, io.BytesIO()
    Image.fromarray(letters.images[number]).save(content, "PNG")
    ends = (letters.labels[number], evaluation.predictions[number])
    label, guess = (short(evaluation.classes[at], 8) for at in ends)
    return html.image(content.getvalue(), letters.names[number], width=SIDE, sharp=True), f"{label} → {guess}"
