"""The network of network.md from top to bottom: in letters, and with the numbers of its example."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from charmlp.calculus import ACTIVATIONS, cross_entropy, cross_entropy_backward, linear, linear_backward_input
from charmlp.drawing.colours import BLACK, WHITE
from drawn.sheet import BACKWARD, FORWARD, LEAF, SMALL, Sheet, number

X = np.array([[1.0, 2.0]])
W1, W2 = np.array([[1.0, 0.5], [1.0, -1.0]]), np.array([[1.0, 1.0], [0.0, -1.0]])
TARGET = np.array([[0.0, 1.0]])
LEFT, RIGHT, PITCH, HEIGHT = 100, 330, 96, 46


def draw_chain(
    sheet: Sheet,
    activation: str,
    values: Sequence[str],
    gradients: Sequence[str],
    beside: Sequence[Sequence[str]],
) -> None:
    """Values go down at the left, gradients come up at the right; those of parameters stand beside a box."""
    boxes = [
        sheet.say("input", "输入"),
        sheet.say("linear: W₁, b₁", "线性层：W₁、b₁"),
        sheet.say(f"activation: {activation}", f"激活函数：{activation}"),
        sheet.say("linear: W₂, b₂", "线性层：W₂、b₂"),
        sheet.say("softmax, cross-entropy", "softmax、交叉熵"),
    ]
    sheet.height = PITCH * len(boxes) + 50
    for place, name in enumerate(boxes):
        top = 8 + PITCH * place
        fill = WHITE if place else LEAF
        sheet.box((LEFT - 88, top, RIGHT, top + HEIGHT), fill, BLACK, 2)
        sheet.text(name, (LEFT - 88 + RIGHT) / 2, top + HEIGHT / 2, size=SMALL)
        down, up = LEFT - 50, RIGHT - 40
        bottom = top + HEIGHT
        sheet.arrow((down, bottom), (down, bottom + PITCH - HEIGHT), FORWARD)
        sheet.text(values[place], down + 12, bottom + 25, "lm", SMALL, FORWARD)
        if gradients[place]:
            sheet.arrow((up, bottom + PITCH - HEIGHT), (up, bottom), BACKWARD)
            sheet.text(gradients[place], up - 12, bottom + 25, "rm", SMALL, BACKWARD)
        for line, text in enumerate(beside[place]):
            sheet.text(text, RIGHT + 16, top + 8 + 27 * line, "lm", SMALL, BACKWARD)
    down = LEFT - 50
    sheet.text(sheet.say("forward", "前向"), down, sheet.height - 16, size=SMALL, colour=FORWARD)
    sheet.text(sheet.say("backward", "反向"), RIGHT - 40, sheet.height - 16, size=SMALL, colour=BACKWARD)


def draw_letters(sheet: Sheet) -> None:
    """What is computed, and in which order."""
    layers = [[f"∂L/∂W{n} = δ{n} {below}ᵀ", f"∂L/∂b{n} = δ{n}"] for n, below in (("₁", "x"), ("₂", "h"))]
    draw_chain(
        sheet,
        "f",
        ["x", "z₁", "h", "z₂", "L"],
        ["", "δ₁", "W₂ᵀ δ₂", "δ₂ = q − y*", "1"],
        [[], layers[0], ["δ₁ = (W₂ᵀ δ₂) ⊙ f′(z₁)"], layers[1], []],
    )


def draw_numbers(sheet: Sheet) -> None:
    """The same with the numbers of the example."""
    relu = ACTIVATIONS["relu"]
    zeros = np.zeros(2)
    z1 = linear(X, W1, zeros)
    h = relu(z1)
    z2 = linear(h, W2, zeros)
    delta2 = cross_entropy_backward(z2, TARGET, 1)
    above = linear_backward_input(delta2, W2)
    delta1 = relu.input_gradient(above, z1, h)
    layers = [
        [f"∂L/∂W{n} =", *(row(delta[0, k] * below) for k in range(2))]
        for n, delta, below in (("₁", delta1, X), ("₂", delta2, h))
    ]
    mask = f"{sheet.say('mask', '掩码')} {row(h > 0)}"
    draw_chain(
        sheet,
        "relu",
        [*map(row, (X, z1, h, z2)), number(cross_entropy(z2, TARGET, 1))],
        ["", *map(row, (delta1, above, delta2)), "1"],
        [[], layers[0], [mask], layers[1], []],
    )


def row(values: np.ndarray) -> str:
    return f"({', '.join(number(value, 3) for value in values.ravel().astype(float))})"


FIGURES = {"network": draw_letters, "network-numbers": draw_numbers}
