"""The numbers: the same everywhere, friendly, and right by PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from charmlp.course.exercises.draw import Draw
from charmlp.course.exercises.kind import Options, Problem
from charmlp.course.exercises.kinds import kind_of

OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda p, c: torch.optim.SGD(p, c["eta"], momentum=c["mu"], weight_decay=c["lambda"]),
    "adagrad": lambda p, c: torch.optim.Adagrad(p, c["eta"], eps=0),
    "rmsprop": lambda p, c: torch.optim.RMSprop(p, c["eta"], alpha=c["alpha"], eps=0),
    "adam": lambda p, c: torch.optim.Adam(p, c["eta"], betas=(c["beta1"], c["beta2"]), eps=0),
    "adadelta": lambda p, c: torch.optim.Adadelta(p, c["eta"], rho=c["rho"], eps=c["eps"]),
}


def made(kind: str, seed: int = 1, **flags: Any) -> Problem:
    return kind_of(kind).make(Options(seed=seed, **flags))


def given(problem: Problem) -> dict[str, torch.Tensor]:
    return {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in problem.data("en")["given"].items()
    }


def agree(problem: Problem, **expected: torch.Tensor | None) -> None:
    answers = problem.answers()
    for name, value in expected.items():
        assert value is not None
        np.testing.assert_allclose(answers[name], value.detach().numpy(), atol=1e-9, err_msg=name)


def test_draws_are_pinned() -> None:
    """Another order of numbers would be another exercise than the one on a sheet that was handed out."""
    draw = Draw(1)
    assert [draw.below(100) for _ in range(3)] == [13, 84, 76]
    assert made("linear").data("en")["given"] == {
        "x": [[-3, 3, 2], [-2, -1, -1]],
        "W": [[0.5, 1, -2], [-2, 2, -0.5]],
        "b": [1, -2],
        "g": [[-0.5, 1], [-1, 2]],
    }


@pytest.mark.parametrize(
    ("act", "sizes"), [("relu", None), ("leaky_relu", None), ("sigmoid", (3, 2, 2, 3)), ("tanh", None)]
)
def test_the_network(act: str, sizes: tuple[int, ...] | None) -> None:
    problem = made("backprop", 5, act=act, layers=sizes, batch=3, lr=0.5)
    v = given(problem)
    layers = sum(name.startswith("W") for name in v)

    def loss() -> torch.Tensor:
        h = v["x"]
        for layer in range(1, layers + 1):
            h = F.linear(h, v[f"W{layer}"], v[f"b{layer}"])
            if layer < layers:
                h = F.leaky_relu(h, 0.01) if act == "leaky_relu" else getattr(torch, act)(h)
        return F.cross_entropy(h, v["y*"].argmax(1))

    first = loss()
    first.backward()
    names = [f"{letter}{layer}" for layer in range(1, layers + 1) for letter in "Wb"]
    gradients = {name: v[name].grad for name in names}
    with torch.no_grad():
        for name in names:
            v[name] = v[name] - 0.5 * gradients[name]  # type: ignore[operator]
    agree(problem, L=first, L_new=loss(), **{f"d{name}": gradient for name, gradient in gradients.items()})


def test_layer_softmax_and_activation() -> None:
    layer = made("linear", 2)
    v = given(layer)
    (F.linear(v["x"], v["W"], v["b"]) * v["g"].detach()).sum().backward()
    agree(layer, dx=v["x"].grad, dW=v["W"].grad, db=v["b"].grad)
    softmax = made("softmax", 2)
    v = given(softmax)
    loss = F.cross_entropy(v["z"], v["y*"].argmax(1))
    loss.backward()
    agree(softmax, L=loss, dz=v["z"].grad, q=v["z"].softmax(1))
    activation = made("activation", 2, act="tanh")
    v = given(activation)
    (torch.tanh(v["x"]) * v["g"].detach()).sum().backward()
    agree(activation, dx=v["x"].grad)


SCALARS: dict[str, Any] = {
    "scalars.bilinear": (lambda v: v["a"] @ v["X"] @ v["b"], "aXb", "y"),
    "scalars.quadratic": (lambda v: v["x"] @ v["A"] @ v["x"], "xA", "y"),
    "scalars.squares": (lambda v: ((v["A"] @ v["x"] - v["b"]) ** 2).sum() / 2, "Axb", "y"),
    "scalars.neuron": (lambda v: (torch.sigmoid(v["w"] @ v["x"] + v["b"]) - v["y*"]) ** 2, "wxb", "L"),
}


def test_scalars() -> None:
    met = set()
    for seed in range(1, 13):
        problem = made("scalars", seed)
        form = problem.story[0][0]  # type: ignore[attr-defined]
        function, variables, name = SCALARS[form]
        v = given(problem)
        y = function(v)
        y.backward()
        agree(problem, **{name: y}, **{f"d{letter}": v[letter].grad for letter in variables})
        met.add(form)
    assert met == set(SCALARS)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_are_those_of_torch(name: str) -> None:
    problem = made("optimizer", 3, optim_type=name)
    numbers = problem.data("en")["given"]
    theta = torch.tensor(numbers["theta0"], dtype=torch.float64, requires_grad=True)
    optimizer = OPTIMIZERS[name]([theta], numbers)
    for t in (1, 2):
        theta.grad = torch.tensor(numbers[f"g{t}"], dtype=torch.float64)
        optimizer.step()
        agree(problem, **{f"theta{t}": theta})


def test_descent_by_steps() -> None:
    problem = made("convergence", 4)
    v = problem.data("en")["given"]
    theta = v["theta0"]
    for _ in range(int(v["t"])):
        theta -= v["eta"] * np.mean([v["a"] * (theta - c) for c in v["c"]])
    answers = problem.answers()
    assert answers["theta_t"] == pytest.approx(theta)
    assert abs(1 - answers["eta_max"] * v["a"]) == pytest.approx(1)  # no nearer, no further


@pytest.mark.parametrize("seed", range(1, 4))
def test_numbers_are_friendly(seed: int) -> None:
    problem = made("backprop", seed)
    answers, numbers = problem.answers(), problem.data("en")["given"]
    for value in (*numbers.values(), answers["z1"], answers["h1"], answers["z2"]):
        eighths = 8 * np.asarray(value)
        assert (eighths == eighths.round()).all()
    z1 = np.array(answers["z1"])
    assert (z1 != 0).all() and (z1 > 0).any(1).all() and not (z1 > 0).all()
    assert np.min(answers["q"]) > 0.015
