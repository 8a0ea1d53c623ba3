"""Softmax and cross-entropy of two logits as a graph: the numbers of softmax-cross-entropy.md."""

from __future__ import annotations

import math

from drawn.graph import Graph, Node, legend
from drawn.sheet import FORWARD, SMALL, Sheet, number


def graph() -> Graph:
    """Logits 2 and 0, the second class is right."""
    above, below, between = 60.0, 250.0, 155.0
    return Graph(
        {
            "z1": Node((40, above), "z₁", 2.0),
            "z2": Node((40, below), "z₂", 0.0),
            "e1": Node((182, above), "exp", math.exp, ("z1",)),
            "e2": Node((182, below), "exp", math.exp, ("z2",)),
            "S": Node((306, between), "+", lambda a, b: a + b, ("e1", "e2")),
            "q": Node((422, below), "÷", lambda e, total: e / total, ("e2", "S")),
            "L": Node((562, below), "L", lambda q: -math.log(q), ("q",)),
        }
    )


def draw(sheet: Sheet) -> None:
    sheet.height = 350
    drawn = graph()
    drawn.draw(sheet)
    x, y = drawn.nodes["L"].place
    sheet.text(f"L = {number(drawn.values['L'])}", x + 28, y + 46, "rm", SMALL, FORWARD)
    sheet.text("−log q₂", x + 28, y - 42, "rm", SMALL)
    for name, text in (("S", "S"), ("q", "q₂")):
        x, y = drawn.nodes[name].place
        sheet.text(text, x, y - 40, size=SMALL)
    legend(sheet, 332)


FIGURES = {"softmax-graph": draw}
