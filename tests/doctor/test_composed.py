"""Torch code that is made of several pieces: whose mistake it is, and what an option asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from charmlp.doctor import Diagnosis, examine

torch = pytest.importorskip("torch")

from charmlp.doctor.isolation.targets import defined, load, named, parse_target  # noqa: E402
from charmlp.doctor.isolation.worker import examine_one  # noqa: E402

ACTIVATIONS = """
import torch


class Slope(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * (x > 0)


class Curve(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.tanh(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1 - y)


class Chosen(torch.nn.Module):
    def __init__(self, kind="relu"):
        super().__init__()
        self.kind = kind

    def forward(self, x):
        return Slope.apply(x) if self.kind == "relu" else self.other(x)

    def other(self, x):
        if self.kind == "tanh":
            return Curve.apply(x)
        raise ValueError(self.kind)
"""
HELPER = """
import torch


def tanh_grad(y, g):
    return g * (1 - y.square()).sum(dim=-1, keepdim=True)


class Tanh(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.tanh()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1 - y * y)
"""


def examined(source: str, folder: Path, name: str | None = None) -> dict[str, Diagnosis]:
    file = folder / "pieces.py"
    file.write_text(source, encoding="utf-8")
    target = parse_target(f"{file}:{name}" if name else str(file))
    module = load(target).module
    things = named(module, name) if name else defined(module)
    return {title: examine_one(thing, None, title, title) for title, thing in things}


def test_a_class_is_examined_with_each_of_its_words(tmp_path: Path) -> None:
    found = examined(ACTIVATIONS, tmp_path, "Chosen")
    assert list(found) == ["Chosen[relu]", "Chosen[tanh]"]
    assert [one.kind for one in found.values()] == ["relu", "tanh"]
    assert found["Chosen[relu]"].verdict == "healthy"
    assert [m.name for m in found["Chosen[tanh]"].mistakes] == ["wrong-variable"]


def test_a_function_of_tensors_alone_is_no_numpy_code(tmp_path: Path) -> None:
    assert list(examined(HELPER, tmp_path)) == ["Tanh"]
    with_numpy = examined(HELPER.replace("import torch", "import torch\nimport numpy as np"), tmp_path)
    assert len(with_numpy) == 2


class FewReturned(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, factor: float, power: int) -> Any:
        ctx.save_for_backward(x)
        ctx.factor, ctx.power = factor, power
        return factor * x**power

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return g * ctx.factor * ctx.power * x ** (ctx.power - 1), None


def test_too_few_gradients_inside_a_function_are_counted() -> None:
    (mistake,) = examine(lambda x: FewReturned.apply(x, 3.0, 2)).mistakes
    assert (mistake.name, mistake.variant) == ("missing-gradient", "count")
    assert mistake.values["part"] == "FewReturned"


class Scaled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, factor: float = 3.5) -> Any:
        return factor * x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g, None


def test_a_factor_is_told_by_the_function_that_forgets_it() -> None:
    (mistake,) = examine(lambda x: Scaled.apply(x)).mistakes
    assert (mistake.name, mistake.values["part"]) == ("scale-forgotten", "Scaled")


class Eager(torch.autograd.Function):
    """Writes into the upstream gradient, and then takes it for the gain's gradient."""

    @staticmethod
    def forward(ctx: Any, x: Any, gain: Any) -> Any:
        ctx.save_for_backward(x, gain)
        return torch.sinh(x) * gain

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        x, gain = ctx.saved_tensors
        dx = g
        dx *= gain * torch.cosh(x)
        return dx, (g * torch.sinh(x)).sum(0)


def test_what_follows_an_edited_upstream_gradient_is_no_second_mistake() -> None:
    found = examine(Eager, [torch.randn(5, 3), torch.randn(3)])
    assert [mistake.name for mistake in found.mistakes] == ["edited-in-place"], found


class Falling(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any, slope: float = -0.8) -> Any:
        ctx.save_for_backward(x)
        ctx.slope = slope
        return torch.where(x > 0, x, slope * x)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, g, ctx.slope * g), None


def test_a_slope_that_an_option_asks_for_is_right() -> None:
    assert examine(Falling, kind="leaky_relu").verdict == "healthy"


class Rising(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, -0.8 * x)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, g, -0.8 * g)


def test_a_slope_that_nobody_asks_for_is_a_wrong_forward() -> None:
    assert [m.name for m in examine(Rising, kind="leaky_relu").mistakes] == ["forward-wrong"]
