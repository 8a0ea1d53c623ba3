"""The modules are drop-ins for torch's: constructors, random draws, repr, state_dict, copies and errors."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
from typing import Any

import pytest
import torch

from charmlp import nn
from charmlp.nn import functional
from charmlp.nn.activations import ACTIVATIONS
from tests.nn.cases import TORCHS, draw, draw_labels
from tests.nn.twins import assert_same, twin, values_and_gradients

LOGITS, LABELS = draw(7, 5).detach().float().requires_grad_(), draw_labels(7)
WEIGHT = torch.tensor([0.5, 2.0, 1.0, 0.0, 3.0])

# name, arguments of the constructor, arguments of the call
MODULES: list[tuple[str, tuple[Any, ...], dict[str, Any], tuple[Any, ...]]] = [
    ("Linear", (5, 4), {}, (LOGITS,)),
    ("Linear", (5, 4), {"bias": False, "dtype": torch.float64}, (LOGITS.double(),)),
    ("Linear", (5, 4, True, "cpu"), {}, (LOGITS,)),
    *((block.module.__name__, (), {}, (LOGITS,)) for block in ACTIVATIONS.values()),
    ("LeakyReLU", (0.2,), {}, (LOGITS,)),
    ("GELU", ("tanh",), {}, (LOGITS,)),
    ("Identity", (54, "anything"), {"unused": True}, (LOGITS,)),
    ("CrossEntropyLoss", (), {}, (LOGITS, LABELS)),
    ("CrossEntropyLoss", (WEIGHT,), {"ignore_index": 2, "label_smoothing": 0.1}, (LOGITS, LABELS)),
    ("CrossEntropyLoss", (), {"reduction": "none"}, (LOGITS, LOGITS.softmax(1))),
    ("MSELoss", (), {}, (LOGITS, LOGITS + 1)),
    ("MSELoss", (), {"reduction": "sum"}, (LOGITS, LOGITS + 1)),
]
each_module = pytest.mark.parametrize(("name", "args", "options", "call"), MODULES)


def built(home: Any, name: str, args: Any, options: Any) -> torch.nn.Module:
    torch.manual_seed(2021)
    return getattr(home, name)(*args, **options)


def arguments(module: type) -> list[Any]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(module).parameters.values()]


def drop_in(ours: torch.nn.Module, torchs: torch.nn.Module) -> list[str]:
    """In what a module of ours differs from torch's, as far as it is seen without calling it."""
    found = []
    if repr(ours) != repr(torchs):
        found.append("repr")
    if not isinstance(ours, type(torchs)):
        found.append("class")
    if arguments(type(ours)) != arguments(type(torchs)):
        found.append("constructor")
    state, expected = ours.state_dict(), torchs.state_dict()
    if list(state) != list(expected):
        found.append("names of parameters")
    elif not all(torch.equal(state[key], expected[key]) for key in state):
        found.append("initial values")
    return found


@each_module
def test_modules_are_drop_ins(name: str, args: Any, options: Any, call: Any) -> None:
    ours, torchs = (built(home, name, args, options) for home in (nn, torch.nn))
    assert drop_in(ours, torchs) == []
    assert_same(
        *(
            values_and_gradients(module, twin((call, {})), list(module.parameters()))
            for module in (ours, torchs)
        )
    )
    ours.load_state_dict(torchs.state_dict())
    torchs.load_state_dict(ours.state_dict())


def test_the_random_numbers_after_it_are_the_same() -> None:
    built(nn, "Linear", (5, 4), {})
    ours = torch.rand(3)
    built(torch.nn, "Linear", (5, 4), {})
    assert torch.equal(ours, torch.rand(3))


def test_other_draws_are_seen() -> None:
    class Drawn(nn.Linear):
        """Negative control: initialised otherwise, under another name."""

        def reset_parameters(self) -> None:
            torch.nn.init.normal_(self.weight)
            torch.nn.init.normal_(self.bias)

    torch.manual_seed(2021)
    ours = Drawn(5, 4)
    assert drop_in(ours, built(torch.nn, "Linear", (5, 4), {})) == ["repr", "initial values"]


@each_module
def test_copies(name: str, args: Any, options: Any, call: Any) -> None:
    module = built(nn, name, args, options)
    file = io.BytesIO()
    torch.save(module, file)
    file.seek(0)
    copies = [copy.deepcopy(module), pickle.loads(pickle.dumps(module)), torch.load(file, weights_only=False)]
    for other in copies:
        assert type(other) is type(module)
        assert_same(other(*call), module(*call))
        assert not {p.data_ptr() for p in other.parameters()} & {p.data_ptr() for p in module.parameters()}


def test_conversions_reach_the_parameters() -> None:
    layer = nn.Linear(5, 4).double()
    assert layer(LOGITS.double()).dtype == torch.float64
    torch.nn.utils.parametrizations.weight_norm(layer)
    assert_same(layer(LOGITS.double()), LOGITS.double() @ layer.weight.T + layer.bias)


ERRORS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("linear", (torch.ones(2, 3), torch.ones(2, 4)), {}),
    ("linear", (torch.tensor(1.0), torch.ones(2, 4)), {}),
    ("linear", (torch.ones(2, 3), torch.ones(4, 3).double()), {}),
    ("linear", (torch.ones(2, 3), torch.ones(4, 3), torch.ones(5)), {}),
    ("linear", (torch.ones(2, 3), None), {}),
    ("relu", (torch.tensor([True]),), {}),
    ("relu", (3.0,), {}),
    ("sigmoid", ([1.0],), {}),
    ("leaky_relu", (LABELS,), {}),
    ("gelu", (LABELS,), {}),
    ("gelu", (LOGITS,), {"approximate": "erf"}),
    ("silu", (LABELS,), {}),
    ("cross_entropy", (LOGITS, LABELS[:3]), {}),
    ("cross_entropy", (LOGITS, LABELS + 5), {}),
    ("cross_entropy", (LOGITS, LABELS - 6), {"weight": WEIGHT}),
    ("cross_entropy", (LOGITS, LABELS.int()), {}),
    ("cross_entropy", (LOGITS, LABELS.float()), {}),
    ("cross_entropy", (LOGITS, LABELS.unsqueeze(1)), {}),
    ("cross_entropy", (LOGITS, torch.zeros(7, 5, dtype=torch.int64)), {}),
    ("cross_entropy", (LOGITS, None), {}),
    ("cross_entropy", (LOGITS, LABELS), {"weight": WEIGHT[:3]}),
    ("cross_entropy", (LOGITS, LABELS), {"weight": WEIGHT.double()}),
    ("cross_entropy", (LOGITS, LABELS), {"label_smoothing": 1.5}),
    ("cross_entropy", (LOGITS, LABELS), {"reduction": "average"}),
    ("cross_entropy", (LOGITS, LOGITS.softmax(1)), {"ignore_index": 1}),
    ("mse_loss", (LOGITS, torch.ones(7, 3)), {}),
    ("mse_loss", (LOGITS, LOGITS), {"reduction": "average"}),
    ("mse_loss", (LOGITS, LOGITS), {"weight": torch.ones(3)}),
    ("mse_loss", (LOGITS, 1.0), {}),
]


@pytest.mark.filterwarnings("ignore:.*(target's size|target size):UserWarning")
@pytest.mark.parametrize(("kind", "args", "options"), ERRORS)
def test_errors_are_of_torchs_kind(kind: str, args: Any, options: Any) -> None:
    """`NotImplementedError`, which says what is not supported, is a `RuntimeError`."""
    with pytest.raises(Exception) as expected:
        TORCHS[kind](*args, **options)
    if kind == "mse_loss" and not isinstance(args[1], torch.Tensor):
        expected_kind: type[BaseException] = TypeError  # torch: AttributeError, from inside
    else:
        expected_kind = expected.type
    with pytest.raises(expected_kind) as raised:
        getattr(functional, kind)(*args, **options)
    assert "\n" not in str(raised.value)


def test_a_negative_label_smoothing_is_an_error() -> None:
    """Torch takes it for 0."""
    with pytest.raises(RuntimeError, match=r"between 0.0 and 1.0. Got: -0.1"):
        functional.cross_entropy(LOGITS, LABELS, label_smoothing=-0.1)


UNSUPPORTED: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("linear", (torch.ones(2, 3), torch.ones(3)), {}),
    ("linear", (torch.ones(2, 3), torch.ones(4, 3), torch.ones(1)), {}),
    ("linear", (torch.ones(2, 3), torch.ones(4, 3), torch.ones(4).double()), {}),
    ("linear", (torch.eye(3).to_sparse(), torch.ones(4, 3)), {}),
    ("relu", (torch.ones(2, dtype=torch.complex64),), {}),
    ("relu", (torch.ones(2), True), {}),
    ("leaky_relu", (torch.ones(2), 0.1, True), {}),
    ("gelu", (torch.ones(2, dtype=torch.complex64),), {}),
    ("silu", (torch.ones(2), True), {}),
    ("sigmoid", (torch.eye(3).to_sparse(),), {}),
    ("cross_entropy", (torch.zeros(2, 0), torch.zeros(2, 0)), {}),
    ("cross_entropy", (LOGITS[0], LABELS[:1]), {}),
    ("cross_entropy", (LOGITS, LABELS), {"weight": WEIGHT.clone().requires_grad_()}),
    ("cross_entropy", (LOGITS + 0j, LABELS), {}),
    ("mse_loss", (LABELS, LABELS), {}),
    ("mse_loss", (LOGITS + 0j, LOGITS), {}),
]


@pytest.mark.parametrize(("kind", "args", "options"), UNSUPPORTED)
def test_what_is_not_supported_says_so(kind: str, args: Any, options: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"^charmlp\.nn: "):
        getattr(functional, kind)(*args, **options)


@pytest.mark.filterwarnings("ignore:.*(nested tensor|quantize):UserWarning")  # torch's own, of both
def test_nested_and_quantized_tensors_are_refused() -> None:
    nested = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)], layout=torch.strided)
    quantized = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    for tensor in (nested, quantized):
        with pytest.raises(NotImplementedError, match="takes dense tensors"):
            functional.tanh(tensor)


@pytest.mark.parametrize("name", ["ReLU", "LeakyReLU", "SiLU"])
def test_inplace_is_refused_by_the_module(name: str) -> None:
    with pytest.raises(NotImplementedError, match="writes into its input"):
        getattr(nn, name)(inplace=True)


def test_shapes_that_only_broadcast_are_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"\[7, 1\] differs from the input's \[7\]") as warned:
        functional.mse_loss(torch.ones(7), torch.ones(7, 1))
    assert warned[0].filename == __file__


@pytest.mark.parametrize(
    ("older", "reduction"),
    [({"reduce": False}, "none"), ({"size_average": False}, "sum"), ({"size_average": True}, "mean")],
)
def test_torchs_older_arguments(older: dict[str, bool], reduction: str) -> None:
    with pytest.warns(UserWarning, match="deprecated"):
        old = functional.cross_entropy(LOGITS, LABELS, **older)
    assert_same(old, functional.cross_entropy(LOGITS, LABELS, reduction=reduction))
    with pytest.warns(UserWarning, match="deprecated"):
        module = nn.MSELoss(**older)
    assert module.reduction == reduction
