"""The derivative of a vector with respect to a matrix, for jacobians.md: a stack of matrices."""

from __future__ import annotations

from drawn.sheet import BACKWARD, FORWARD, SMALL, WIDTH, Sheet

INPUTS, OUTPUTS = ("x₁", "x₂", "x₃"), ("₁", "₂")


def draw_stack(sheet: Sheet) -> None:
    """∂z₁/∂W and ∂z₂/∂W for three inputs and two outputs, and what the chain rule makes of them."""
    sheet.height = 330
    for k, name in enumerate(OUTPUTS):
        left = 20 + 300 * k
        sheet.text(f"∂z{name}/∂W", left + 110, 26, size=SMALL, colour=FORWARD)
        rows = [INPUTS if place == k else ("0",) * len(INPUTS) for place in range(len(OUTPUTS))]
        sheet.matrix((left + 10, 48), rows, cell=(68, 38), colour=FORWARD)
    sheet.text(sheet.say("g₁ · left + g₂ · right =", "g₁ · 左 + g₂ · 右 ="), 20, 230, "lm", SMALL)
    sheet.text("∂L/∂W = g xᵀ", WIDTH - 160, 168, size=SMALL, colour=BACKWARD)
    products = [[f"g{name}{each}" for each in INPUTS] for name in OUTPUTS]
    sheet.matrix((WIDTH - 300, 192), products, cell=(92, 38), colour=BACKWARD)
    sheet.text(sheet.say("together 2 × 2 × 3", "合起来是 2 × 2 × 3"), 20, 160, "lm", SMALL, FORWARD)
    sheet.text(sheet.say("in the shape of W", "与 W 形状相同"), WIDTH - 160, 304, size=SMALL, colour=BACKWARD)


FIGURES = {"jacobian-stack": draw_stack}
