"""MLP: its layers, its names, its table, and the sizes that it refuses."""

from __future__ import annotations

import copy
import itertools
import pickle
from typing import Any

import pytest
import torch

from charmlp import nn
from charmlp.errors import UsageError
from charmlp.nn.activations import ACTIVATIONS
from charmlp.nn.network import resolve_hidden_size
from tests.nn.cases import draw, draw_labels
from tests.nn.twins import assert_same, assert_twins

TORCHS = {name: getattr(torch.nn, block.module.__name__) for name, block in ACTIVATIONS.items()}


def torchs_network(sizes: list[int], act_type: str) -> torch.nn.Sequential:
    """The same network of torch's own layers, drawn from the same seed."""
    torch.manual_seed(2021)
    layers: list[torch.nn.Module] = []
    for size_in, size_out in itertools.pairwise(sizes):
        layers += [torch.nn.Linear(size_in, size_out), TORCHS[act_type]()]
    return torch.nn.Sequential(*(layers[:-1] if len(sizes) > 2 or act_type == "none" else layers))


@pytest.mark.parametrize("act_type", TORCHS)
@pytest.mark.parametrize("hidden", [(), (4,), (4, 6), (6, 4, 3)], ids=str)
def test_the_network_is_that_of_torchs_layers(hidden: tuple[int, ...], act_type: str) -> None:
    """Initial weights, names, logits, and the gradients of loss and layers."""
    torch.manual_seed(2021)
    ours = nn.MLP(3, 5, hidden, act_type=act_type)
    torchs = torchs_network([3, *hidden, 5], act_type)
    assert repr(ours.net) == repr(torchs)
    assert_same(dict(ours.net.state_dict()), dict(torchs.state_dict()), rtol=0, atol=0)
    x, labels = draw(7, 3).detach().float(), draw_labels(7)
    assert_twins(ours, torchs, x.requires_grad_())
    nn.CrossEntropyLoss()(ours(x), labels).backward()
    torch.nn.CrossEntropyLoss()(torchs(x), labels).backward()
    assert_same([p.grad for p in ours.parameters()], [p.grad for p in torchs.parameters()])


def test_names_of_parameters() -> None:
    names = [name for name, _ in nn.MLP(3, 5, (4, 6)).named_parameters()]
    assert names == ["net.0.weight", "net.0.bias", "net.2.weight", "net.2.bias", "net.4.weight", "net.4.bias"]


def test_a_state_dict_of_torchs_layers_is_loaded() -> None:
    torchs = torchs_network([3, 4, 5], "relu")
    with torch.no_grad():
        torchs[0].weight.add_(1)
    state = {f"net.{name}": values for name, values in torchs.state_dict().items()}
    ours = nn.MLP(3, 5, 4)
    ours.load_state_dict(state)
    x = draw(7, 3).detach().float()
    assert_same(ours(x), torchs(x))
    with pytest.raises(RuntimeError, match=r"size mismatch for net\.0\.weight"):
        nn.MLP(3, 5, 6).load_state_dict(state)
    with pytest.raises(RuntimeError, match=r"Missing key.*net\.4\.weight"):
        nn.MLP(3, 5, (4, 5)).load_state_dict(state)


def test_copies() -> None:
    model, x = nn.MLP(3, 5, (4, 6), act_type="tanh"), draw(7, 3).detach().float()
    for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert_same(other(x), model(x))
        assert (other.hidden_size, other.n_layers, other.act_type) == ((4, 6), 3, "tanh")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (32,)),
        ({"hidden_size": 64}, (64,)),
        ({"hidden_size": [64, 32]}, (64, 32)),
        ({"hidden_size": torch.Size([7])}, (7,)),
        ({"hidden_size": []}, ()),
        ({"hidden_size": (), "n_layers": 1}, ()),
        ({"n_layers": 1}, ()),
        ({"n_layers": 2}, (32,)),
        ({"hidden_size": (32, 32), "n_layers": 3}, (32, 32)),
    ],
    ids=str,
)
def test_hidden_sizes(given: dict[str, Any], expected: tuple[int, ...]) -> None:
    assert resolve_hidden_size(**given) == expected
    model = nn.MLP(3, 5, **given)
    assert (model.hidden_size, model.n_layers) == (expected, len(expected) + 1)


def test_one_layer_is_followed_by_its_activation() -> None:
    """As in the course: there is no place between layers. Plain logits are those of act_type none."""
    x = draw(7, 3).detach().float()
    assert [type(layer) for layer in nn.MLP(3, 5, n_layers=1).net] == [nn.Linear, nn.ReLU]
    assert (nn.MLP(3, 5, n_layers=1)(x) >= 0).all()
    assert [type(layer) for layer in nn.MLP(3, 5, n_layers=1, act_type="none").net] == [nn.Linear]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n_layers": 3}, r"n_layers=3 needs 2 hidden sizes, but hidden_size=\(32,\) has 1"),
        ({"hidden_size": (8, 8), "n_layers": 2}, r"n_layers=2 needs 1 hidden size, but hidden_size=\(8, 8\)"),
        (
            {"hidden_size": 64, "n_layers": 1},
            r"n_layers=1 needs 0 hidden sizes, but hidden_size=\(64,\) has 1",
        ),
        ({"n_layers": 0}, "n_layers: expected a whole number, at least 1, not 0"),
        ({"n_layers": 2.0}, "n_layers: expected a whole number, at least 1, not 2.0"),
        ({"hidden_size": (8, 0)}, "hidden_size: expected a whole number, at least 1, not 0"),
        ({"hidden_size": 8.5}, "hidden_size: expected a whole number"),
        ({"hidden_size": "32"}, "hidden_size: expected a whole number"),
        ({"hidden_size": None}, "hidden_size: expected a whole number"),
        ({"hidden_size": True}, "hidden_size: expected a whole number"),
        ({"input_size": 0}, "input_size: expected a whole number, at least 1, not 0"),
        ({"output_size": -1}, "output_size: expected a whole number, at least 1, not -1"),
        ({"act_type": "swish"}, f"act_type: expected one of {', '.join(ACTIVATIONS)}, not 'swish'"),
        ({"act_type": ["relu"]}, "act_type: expected one of"),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_in_one_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        nn.MLP(**{"input_size": 3, "output_size": 5, **given})
    assert "\n" not in str(raised.value)


SLIDES = """\
layer  kind     input  output  parameters  multiply-adds
net.0  Linear  N×1024    N×32      32,800         32,768
net.1  ReLU      N×32    N×32           0              0
net.2  Linear    N×32    N×26         858            832
total          N×1024    N×26      33,658         33,600"""

LARGE = """\
layer  kind        input   output     parameters  multiply-adds
net.0  Linear   N×100000  N×20000  2,000,020,000  2,000,000,000
net.1  Sigmoid   N×20000  N×20000              0              0
net.2  Linear    N×20000  N×10000    200,010,000    200,000,000
net.3  Sigmoid   N×10000  N×10000              0              0
net.4  Linear    N×10000      N×3         30,003         30,000
total           N×100000      N×3  2,200,060,003  2,200,030,000"""

ONE_LAYER = """\
layer  kind    input  output  parameters  multiply-adds
net.0  Linear    N×4     N×3          15             12
net.1  Tanh      N×3     N×3           0              0
total            N×4     N×3          15             12"""


def test_summary() -> None:
    assert nn.MLP(1024, 26).summary() == SLIDES
    assert nn.MLP(4, 3, n_layers=1, act_type="tanh").summary() == ONE_LAYER
    with torch.device("meta"):  # shapes without memory
        assert nn.MLP(100_000, 3, (20_000, 10_000), act_type="sigmoid").summary() == LARGE


def test_the_summary_counts_what_is_there() -> None:
    model = nn.MLP(7, 5, (4, 6))
    parameters = sum(p.numel() for p in model.parameters())
    assert model.summary().splitlines()[-1].split()[-2] == str(parameters)
