"""`examine` and `assert_gradients` from Python: what they return, raise, and leave alone."""

from __future__ import annotations

import doctest
import importlib
import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from charmlp import doctor
from charmlp.doctor import assert_gradients, examine
from charmlp.errors import UsageError
from tests.doctor.making import cross_entropy, linear, losses, make, mse, relu, tanh
from tests.doctor.wrong_ones import q


def test_healthy_is_true_and_mistaken_is_false() -> None:
    assert examine(torch.relu)
    assert not examine(relu(lambda g, y, x: g))


def test_assert_gradients_raises_with_the_diagnosis() -> None:
    assert_gradients(torch.tanh)
    with pytest.raises(AssertionError, match="passes everything on"):
        assert_gradients(relu(lambda g, y, x: g))
    with pytest.raises(AssertionError, match="could not be examined"):
        assert_gradients(3)


def test_a_function_or_module_around_a_wrong_function() -> None:
    wrong = linear(lambda g, y, x, w, b: (g @ w, g.T @ x, g))

    class Layer(nn.Module):
        def __init__(self, n_in: int, n_out: int) -> None:
            super().__init__()
            self.W = nn.Parameter(torch.randn(n_out, n_in))
            self.b = nn.Parameter(torch.zeros(n_out))

        def forward(self, x: Tensor) -> Tensor:
            return wrong.apply(x, self.W, self.b)

    def affine(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
        return wrong.apply(x, w, b)

    for thing in (wrong, wrong.apply, affine, Layer, Layer(4, 2)):
        assert [m.name for m in examine(thing).mistakes] == ["batch-not-summed"], examine(thing)


def test_the_function_is_left_as_it_was() -> None:
    function = relu(lambda g, y, x: g)
    before = dict(vars(function))
    examine(function)
    assert dict(vars(function)) == before


def test_random_generators_are_left_as_they_were() -> None:
    torch.manual_seed(5)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    wanted = torch.rand(1), random.random(), np.random.rand()  # noqa: NPY002
    torch.manual_seed(5)
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002
    examine(nn.Dropout())
    assert (torch.rand(1), random.random(), np.random.rand()) == wanted  # noqa: NPY002


def test_an_instance_is_left_as_it_was() -> None:
    layer = nn.Linear(4, 2)
    before = {name: p.clone() for name, p in layer.named_parameters()}
    examine(layer)
    assert all(
        p.dtype == torch.float32 and torch.equal(p, before[name]) for name, p in layer.named_parameters()
    )
    assert all(p.grad is None for p in layer.parameters())


def test_sizes_that_do_not_tell_apart_leave_two_possibilities() -> None:
    """With N = C = 4 nobody can know whether 1/N or C went wrong."""
    wrong = mse(lambda g, p, t: 2 * g * (p - t) / 4)
    p, t = torch.randn(4, 4), torch.randn(4, 4)
    (mistake,) = examine(wrong, (p, t)).mistakes
    names = {mistake.name, *(other.name for other in mistake.alternatives)}
    assert names == {"missing-mean", "wrong-divisor"}
    assert mistake.confidence == 0.5
    assert mistake.text().startswith("Consistent with either:")


def test_n_of_1_hides_the_mean() -> None:
    """Honest: with one row there is nothing wrong to be seen; with the doctor's own inputs there is."""
    wrong = cross_entropy(lambda g, z, t: g * (q(z) - t))
    assert examine(wrong, (torch.randn(1, 3), torch.tensor([2])))
    assert not examine(wrong)


def test_kind_that_is_said_wins() -> None:
    steep = make(lambda x: torch.tanh(x), lambda g, y, x: g * (1 - y * y))
    assert examine(steep, kind="tanh")
    assert [m.name for m in examine(steep, kind="sigmoid").mistakes] == ["forward-wrong"]
    assert examine(steep, kind="cross_entropy").verdict == "unknown"


def test_the_name_says_what_is_meant() -> None:
    sigmoid = make(lambda x: torch.tanh(x), lambda g, y, x: g * (1 - y * y), name="MySigmoid")
    assert [m.name for m in examine(sigmoid).mistakes] == ["forward-wrong"]


@pytest.mark.parametrize("kind", ["Linear", "crossentropy", ""])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(UsageError, match=r"expected one of .*, gelu, "):
        examine(torch.relu, kind=kind)


def test_inputs_must_be_a_sequence() -> None:
    with pytest.raises(UsageError, match="inputs: expected a list or tuple"):
        examine(torch.relu, inputs=torch.randn(3))  # type: ignore[arg-type]


class NoBackward(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        return x


class Number(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):  # type: ignore[no-untyped-def]
        return 3.0

    @staticmethod
    def backward(ctx, g):  # type: ignore[no-untyped-def]
        return g


class Particular(nn.Module):
    def __init__(self, path: str) -> None:
        raise FileNotFoundError(path)


def exits(x: Tensor) -> Tensor:
    raise SystemExit(3)


def takes_words(x: Tensor) -> Tensor:
    return x.upper()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (3, "no gradient to check"),
        (NoBackward, "no backward of its own"),
        (Number, "forward returned float"),
        (takes_words, "no attribute 'upper'"),
        (exits, "SystemExit: 3"),
        (int, "no gradient to check"),
        (Particular, "could not be built"),
    ],
)
def test_what_cannot_be_examined_says_why(thing: object, words: str) -> None:
    diagnosis = examine(thing)
    assert diagnosis.verdict == "unknown"
    assert words in repr(diagnosis)


def test_repr_and_html() -> None:
    diagnosis = examine(make(lambda x: torch.tanh(x), lambda g, y, x: -g * (1 - y * y), name="<b>"))
    assert "wrong sign" in repr(diagnosis) and "charmlp doctor --explain tanh" in repr(diagnosis)
    html = diagnosis._repr_html_()
    assert "&lt;b&gt;" in html and "<b>&lt;b" in html and "wrong sign" in html


def test_a_tiny_gradient_is_compared_by_its_own_size() -> None:
    wrong = make(lambda x: 1e-9 * x**2, lambda g, y, x: 4e-9 * g * x)
    assert [m.name for m in examine(wrong).mistakes] == ["factor-two"]
    assert torch.autograd.gradcheck(wrong.apply, torch.randn(3, dtype=torch.float64, requires_grad=True))


def test_all_is_complete() -> None:
    assert doctor.__all__ == sorted(doctor.__all__)


def test_a_network_tells_which_of_its_functions_is_wrong() -> None:
    wrong = tanh(lambda g, y, x: g * (1 - y))

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(6, 4), nn.Linear(4, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.last(wrong.apply(self.first(x)))  # type: ignore[no-any-return]

    (mistake,) = examine(Net()).mistakes
    assert (mistake.name, mistake.text()[:11]) == ("wrong-variable", "In Subject:")


def test_columns_and_rows_are_told_apart_by_backward() -> None:
    """a b + c is x W + b for rows or W x + b for columns; a right backward for either is right."""
    products = lambda g, y, a, b, c: (g @ b.T, a.T @ g)  # noqa: E731
    rows = make(lambda a, b, c: a @ b + c, lambda *v: (*products(*v), v[0].sum(0)))
    columns = make(lambda a, b, c: a @ b + c, lambda *v: (*products(*v), v[0].sum(1, keepdim=True)))
    neither = make(lambda a, b, c: a @ b + c, lambda *v: (*products(*v), v[0].mean(0)))
    assert examine(rows) and examine(columns)
    assert [m.name for m in examine(neither).mistakes] == ["bias-averaged"]


def test_steps_are_judged_with_a_stand_in() -> None:
    """A gradient that is led through is a convention; one of the wrong sign is none."""
    assert "led through" in repr(examine(make(lambda x: x.round(), lambda g, y, x: g)))
    assert not examine(make(lambda x: x.round(), lambda g, y, x: -g))


def test_sizes_written_into_the_code_are_seen() -> None:
    """Forward that runs, or is right, at the first sizes only."""
    by_luck = make(lambda x: torch.tanh(x) + 0 * x[4].sum() + 0 * x[0, 6], lambda g, y, x: g * (1 - y * y))
    five = cross_entropy(lambda g, z, t: g * (q(z) - t) / 5, lambda z, t: losses(z, t).sum() / 5)
    assert [m.name for m in examine(by_luck).mistakes] == ["forward-wrong"]
    assert [m.name for m in examine(five).mistakes] == ["forward-wrong"]
    gradient = cross_entropy(lambda g, z, t: g * (q(z) - t) / 5)
    assert not examine(gradient)


@pytest.mark.parametrize(
    "name",
    [
        "catalogue",
        "checks.factors",
        "figure",
        "isolation.targets",
        "mistake",
        "functions",
        "operation.options",
        "operation.constructor_arguments",
        "setups.recognition",
        "setups.trial",
    ],
)
def test_examples_in_docstrings(name: str) -> None:
    module = importlib.import_module(f"charmlp.doctor.{name}")
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted
