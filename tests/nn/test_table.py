"""The blocks of activations.py are the entries of the table of formulas: same names, same numbers.

A new entry, or a new block, takes part without a change here; one without the other fails.
"""

from __future__ import annotations

import inspect
import itertools

import numpy as np
import pytest
import torch

from charmlp import calculus, nn
from charmlp.errors import UsageError
from charmlp.nn import activations, functional
from tests.nn.twins import assert_same

INF, NAN = float("inf"), float("nan")
POINTS = [0.0, -0.0, 1e-300, -1e-300, 0.5, -0.5, 3.0, -3.0, 40.0, -40.0, INF, -INF, NAN]
UPSTREAM = [1.0, -2.5, 0.0, INF, -INF, NAN]
each = pytest.mark.parametrize("name", calculus.ACTIVATIONS)


def test_every_entry_has_its_block_in_the_same_order() -> None:
    assert list(calculus.ACTIVATIONS) == list(activations.ACTIVATIONS)


@each
def test_formula_and_block_agree_at_every_kind_of_number(name: str) -> None:
    """Also where 0 · ∞ is nan (a saturated sigmoid, an infinite upstream gradient): it is nan in both."""
    entry, function = calculus.ACTIVATIONS[name], activations.ACTIVATIONS[name].function
    numbers = np.array(list(itertools.product(POINTS, UPSTREAM)))
    x, gradient = numbers[:, 0].copy(), numbers[:, 1].copy()
    with np.errstate(all="ignore"):
        y = np.array(entry(x.copy()))
        expected = entry.input_gradient(gradient, x, y)
    leaf = torch.tensor(x, requires_grad=True)
    output = function(leaf)
    (found,) = torch.autograd.grad(output, leaf, torch.tensor(gradient))
    assert_same(output.detach(), torch.tensor(y))
    assert_same(found, torch.tensor(expected))


def test_a_dead_unit_stops_an_infinite_upstream_gradient() -> None:
    """A choice, not the product 0 · ∞, in the block and in the table."""
    x = torch.tensor([-1.0, 0.0], requires_grad=True)
    assert torch.autograd.grad(functional.relu(x), x, torch.tensor([INF, INF]))[0].tolist() == [0, 0]
    entry, negative = calculus.ACTIVATIONS["relu"], np.array([-1.0, 0.0])
    assert entry.input_gradient(np.full(2, INF), negative, entry(negative)).tolist() == [0, 0]


@each
def test_constants_are_those_of_the_module(name: str) -> None:
    """The arguments of the module have the constants of the formula as their defaults."""
    defaults = inspect.signature(activations.ACTIVATIONS[name].module).parameters
    for constant, value in calculus.ACTIVATIONS[name].constants.items():
        assert defaults[constant].default == value


@each
def test_a_block_is_public_and_a_network_takes_it(name: str) -> None:
    block = activations.ACTIVATIONS[name]
    assert getattr(nn, block.module.__name__) is block.module
    assert getattr(functional, block.function.__name__) is block.function
    assert block.module.__name__ in nn.__all__ and block.function.__name__ in functional.__all__
    assert issubclass(block.module, getattr(torch.nn, block.module.__name__))
    assert isinstance(nn.MLP(3, 5, 4, act_type=name).net[1], block.module)


def test_a_half_added_activation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the table only: no network is built, and the first test above fails."""
    monkeypatch.setitem(calculus.ACTIVATIONS, "softplus", calculus.ACTIVATIONS["silu"])
    with pytest.raises(UsageError, match="act_type: expected one of"):
        nn.MLP(3, 5, 4, act_type="softplus")
    with pytest.raises(AssertionError):
        test_every_entry_has_its_block_in_the_same_order()


def test_a_wrong_formula_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(calculus.ACTIVATIONS, "gelu", calculus.ACTIVATIONS["silu"])
    with pytest.raises(AssertionError):
        test_formula_and_block_agree_at_every_kind_of_number("gelu")
