"""How an evaluation shows itself in a notebook."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp import calculus, html
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import Scores
from charmlp.text import short

MOST_PAIRS = 8
MOST_LETTERS = 24
SIDE = 64  # pixels: as wide as a letter is shown


def evaluation_as_html(scores: Scores, logits: NDArray[Any], letters: LetterSet) -> str:
    """Accuracy and other figures, what is taken for what, and the misread letters, the surest first."""
    count = len(letters)
    rows = {
        "macro F1": f"{scores.macro_f1:.3f}",
        "loss": f"{scores.loss:.3f}",
        "letters": f"{count:,} in {len(letters.classes):,} classes",
    }
    parts = [html.facts(rows.items())]
    if pairs := confused(scores, letters.classes):
        parts.append(html.table(pairs, ("label", "read as", "letters")))
    wrong = np.flatnonzero(logits.argmax(axis=1) != letters.labels)
    if len(wrong):
        surest = calculus.softmax(logits[wrong].astype(np.float64)).max(axis=1)
        wrong = wrong[np.argsort(-surest, kind="stable")]
        parts.append(html.line(f"{len(wrong):,} misread, the surest mistakes first: label → read as"))
        parts.append(html.row(misread(letters, logits, number) for number in wrong[:MOST_LETTERS].tolist()))
    return html.card(f"Accuracy {100 * scores.accuracy:.1f} % of {count:,} letters", *parts)


def confused(scores: Scores, classes: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Which labels are read as what most often: label, class, number of letters, as HTML."""
    counts = scores.confusion - np.diag(np.diag(scores.confusion))
    order = np.argsort(-counts, axis=None, kind="stable")[:MOST_PAIRS]
    return [
        (html.escape(classes[label]), html.escape(classes[guess]), f"{counts[label, guess]:,}")
        for label, guess in zip(*np.unravel_index(order, counts.shape), strict=True)
        if counts[label, guess]
    ]


def misread(letters: LetterSet, logits: NDArray[Any], number: int) -> tuple[str, str]:
    """A letter as HTML, and its caption."""
    content = io.BytesIO()
    Image.fromarray(letters.images[number]).save(content, "PNG")
    label, guess = (short(letters.classes[at], 8) for at in (letters.labels[number], logits[number].argmax()))
    return html.image(content.getvalue(), letters.names[number], width=SIDE, sharp=True), f"{label} → {guess}"
