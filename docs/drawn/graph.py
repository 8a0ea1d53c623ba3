"""A computation as a graph: above each edge the value going forward, below it the gradient coming back."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Point, Sheet, number

STEP = 1e-5  # of the central differences
MIDST = 0.44  # where along an edge its numbers stand: half-way to the back of the arrow's head


@dataclass(frozen=True)
class Node:
    """One number: its place, what is written there, and how it comes from others, or its value."""

    place: Point
    label: str
    compute: Callable[..., float] | float
    inputs: tuple[str, ...] = ()


@dataclass
class Graph:
    """Nodes in the order in which they are computed; the last one is the loss."""

    nodes: Mapping[str, Node]
    values: dict[str, float] = field(init=False, default_factory=dict)
    edges: dict[tuple[str, str], float] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, node in self.nodes.items():
            given = node.compute
            self.values[name] = given(*self.arguments(name)) if callable(given) else given
        for name in reversed(self.nodes):
            for place, source in enumerate(self.nodes[name].inputs):
                self.edges[source, name] = self.gradient(name) * self.slope(name, place)

    def arguments(self, name: str) -> list[float]:
        return [self.values[source] for source in self.nodes[name].inputs]

    def slope(self, name: str, place: int) -> float:
        """Of a node with respect to its input at that place."""
        compute = self.nodes[name].compute
        assert callable(compute)
        sides = [self.arguments(name) for _ in range(2)]
        sides[0][place] += STEP
        sides[1][place] -= STEP
        return (compute(*sides[0]) - compute(*sides[1])) / (2 * STEP)

    def gradient(self, name: str) -> float:
        """Of the loss with respect to a node: 1 for the loss itself, else the sum over its edges."""
        shares = [share for (source, _), share in self.edges.items() if source == name]
        return sum(shares) if shares else 1.0

    def draw(self, sheet: Sheet, size: float = 46) -> None:
        """The edges with their two numbers, then the nodes."""
        lines = {
            (source, target): shortened(self.nodes[source].place, self.nodes[target].place, size / 2 + 3)
            for source, target in self.edges
        }
        for line in lines.values():
            sheet.arrow(*line)
        for (source, target), share in self.edges.items():
            (x, y), (to_x, to_y) = lines[source, target]
            x, y = x + MIDST * (to_x - x), y + MIDST * (to_y - y)
            sheet.text(number(self.values[source]), x, y - 14, size=SMALL, colour=FORWARD, halo=3)
            sheet.text(number(share), x, y + 15, size=SMALL, colour=BACKWARD, halo=3)
        for node in self.nodes.values():
            sheet.node(node.place, node.label, width=size, height=size, given=not node.inputs)


def shortened(start: Point, end: Point, by: float) -> tuple[Point, Point]:
    """The line between two boxes of half that size, from edge to edge."""
    (x, y), (to_x, to_y) = start, end
    share = by / max(abs(to_x - x), abs(to_y - y))
    across, down = share * (to_x - x), share * (to_y - y)
    return (x + across, y + down), (to_x - across, to_y - down)


def legend(sheet: Sheet, y: float) -> None:
    """What the two numbers at an edge are."""
    sheet.text(sheet.say("above: value, forward →", "上方：前向的数值 →"), 20, y, "lm", SMALL, FORWARD)
    below = sheet.say("below: ← gradient of L", "下方：← L 的梯度")
    sheet.text(below, WIDTH - 20, y, "rm", SMALL, BACKWARD)


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def neuron() -> Graph:
    """σ(w₁x₁ + w₂x₂ + b), squared error: the numbers of chain.md."""
    x, across = 40.0, 133.0
    second, third, fourth, fifth = (x + across * count for count in (1, 2, 3, 3.92))
    return Graph(
        {
            "w1": Node((x, 34), "w₁", 2.0),
            "x1": Node((x, 164), "x₁", 1.0),
            "w2": Node((x, 294), "w₂", -1.0),
            "x2": Node((x, 424), "x₂", 2.0),
            "b": Node((x, 524), "b", 0.0),
            "p1": Node((second, 99), "×", lambda w, x: w * x, ("w1", "x1")),
            "p2": Node((second, 359), "×", lambda w, x: w * x, ("w2", "x2")),
            "z": Node((third, 340), "+", lambda *terms: sum(terms), ("p1", "p2", "b")),
            "h": Node((fourth, 340), "σ", sigmoid, ("z",)),
            "L": Node((fifth, 340), "L", lambda h: (h - 1.0) ** 2, ("h",)),
        }
    )


def draw_neuron(sheet: Sheet) -> None:
    sheet.height = 600
    graph = neuron()
    graph.draw(sheet)
    x, y = graph.nodes["L"].place
    sheet.text("(h − y*)²", x + 28, y - 46, "rm", SMALL)
    sheet.text(f"L = {number(graph.values['L'])}", x + 28, y + 46, "rm", SMALL, FORWARD)
    legend(sheet, 582)


def draw_twice(sheet: Sheet) -> None:
    """L = (w x)(v + x): two paths from x."""
    sheet.height = 300
    left, middle, right = 40.0, 270.0, 500.0
    graph = Graph(
        {
            "w": Node((left, 34), "w", 3.0),
            "x": Node((left, 134), "x", 2.0),
            "v": Node((left, 234), "v", -1.0),
            "a": Node((middle, 60), "×", lambda w, x: w * x, ("w", "x")),
            "b": Node((middle, 208), "+", lambda v, x: v + x, ("v", "x")),
            "L": Node((right, 134), "×", lambda a, b: a * b, ("a", "b")),
        }
    )
    graph.draw(sheet)
    x, y = graph.nodes["L"].place
    sheet.text(f"L = {number(graph.values['L'])}", x, y - 44, size=SMALL, colour=FORWARD)
    shares = " + ".join(number(graph.edges["x", product]) for product in "ab")
    total = f"∂L/∂x = {shares} = {number(graph.gradient('x'))}"
    sheet.text(total, WIDTH - 20, 246, "rm", SMALL, BACKWARD)
    legend(sheet, 284)


FIGURES = {"chain-neuron": draw_neuron, "chain-twice": draw_twice}
