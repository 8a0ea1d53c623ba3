"""torch.compile without graph breaks, torch.export and torch.jit over our operations and modules."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from charmlp import nn
from charmlp.nn import functional
from charmlp.nn.activations import SigmoidFunction
from tests.nn.cases import ACTIVATIONS, CASES, TORCHS, Case, draw, draw_labels
from tests.nn.twins import Operation, assert_same, assert_twins, twin, values_and_gradients
from tests.sampling import one_in

# torch.compile makes an object of each Function itself, which torch's Function warns of
pytestmark = pytest.mark.filterwarnings(
    r"ignore:<class 'torch\.autograd\.function\.Function'> should not be instantiated:DeprecationWarning",
    "ignore:`torch.jit.*:DeprecationWarning",  # that TorchScript is on its way out is known here
)


@pytest.fixture(autouse=True)
def no_compiled_code_from_before() -> Iterator[None]:
    torch.compiler.reset()
    yield
    torch.compiler.reset()


def compiled(operation: Any, backend: str = "aot_eager", **options: Any) -> Any:
    """Compiled whole; with aot_eager, what is traced, forward and backward, runs without a C++ compiler."""
    return torch.compile(operation, fullgraph=True, backend=backend, **options)


FIRST = {case.kind: case for case in reversed(CASES)}  # of each operation
HEAVY = [pytest.param(c, marks=[] if FIRST[c.kind] is c else [pytest.mark.full]) for c in CASES]


@pytest.mark.parametrize("case", HEAVY, ids=str)
def test_compile(case: Case) -> None:
    assert_twins(compiled(case.ours), case.torchs, *case.inputs)


@pytest.mark.parametrize("kind", one_in(3, ACTIVATIONS))
def test_compiled_forward_mode(kind: str) -> None:
    """What is compiled has no jvp, which torch refuses: it differentiates what forward does, to the same."""
    x, tangent = draw(5, 3).detach(), draw(5, 3).detach()

    def along(f: Operation) -> Operation:
        return lambda x, tangent: torch.func.jvp(f, (x,), (tangent,))

    assert_same(compiled(along(getattr(functional, kind)))(x, tangent), along(TORCHS[kind])(x, tangent))


def test_a_jvp_does_not_compile() -> None:
    """Why functions go through `call`: torch refuses to trace the Function itself. If not, `call` can go."""
    with pytest.raises(torch._dynamo.exc.Unsupported, match="custom jvp"):
        compiled(SigmoidFunction.apply)(draw(5))


def test_a_graph_break_is_seen() -> None:
    """Negative control: what Python must decide by a value does not compile whole."""
    with pytest.raises(torch._dynamo.exc.Unsupported):
        compiled(lambda x: functional.relu(x) if x.sum() > 0 else x)(draw(5))


class Learner(torch.nn.Module):
    """A network and its loss: what one step of training computes."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.MLP(3, 5, 4, act_type="sigmoid")
        self.loss = nn.CrossEntropyLoss(ignore_index=2, label_smoothing=0.1)

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        return self.loss(self.model(x), labels)


def batch(n: int) -> tuple[Tensor, Tensor]:
    return draw(n, 3).detach().float(), draw_labels(n)


def skip_without_compiler() -> None:
    """Skip where torch.compile cannot do anything at all: no C++ compiler, or one without its headers."""
    try:
        torch.compile(lambda x: x + 1, fullgraph=True)(torch.zeros(3))
    except Exception as error:  # of many kinds
        pytest.skip(f"no C++ compiler that torch.compile can use: {str(error).splitlines()[0]}")


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_compiled_training(backend: str) -> None:
    assert_compiles(backend)


@pytest.mark.full  # a compiler of C++
def test_compiled_training_in_cpp() -> None:
    try:
        assert_compiles("inductor")
    except torch._dynamo.exc.BackendCompilerFailed:
        skip_without_compiler()
        raise


def assert_compiles(backend: str) -> None:
    """Value and gradients of all parameters; batches of other sizes do not break it."""
    learner = Learner()
    fast = compiled(learner, backend, dynamic=True)
    parameters = list(learner.parameters())
    for n in (7, 2):
        arguments = (batch(n), {})
        ours, plain = (values_and_gradients(f, twin(arguments), parameters) for f in (fast, learner))
        assert_same(ours, plain)


def test_compiled_autocast() -> None:
    learner = Learner()

    def lowered(x: Tensor, labels: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return learner(x, labels)

    x, labels = batch(7)
    assert_same(compiled(lowered)(x, labels), lowered(x, labels), rtol=1e-2, atol=1e-2)


def test_a_label_out_of_bounds_is_told_when_compiled() -> None:
    with pytest.raises((IndexError, RuntimeError), match=r"out of bounds|out of range"):
        compiled(functional.cross_entropy)(draw(2, 5), torch.tensor([0, 5]))


def test_export() -> None:
    """A whole program without Python, for any number of rows; saved and loaded."""
    learner = Learner().eval()
    n = torch.export.Dim("n")
    program = torch.export.export(learner, batch(5), dynamic_shapes=({0: n}, {0: n}))
    file = io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    x, labels = batch(7)
    assert_same(torch.export.load(file).module()(x, labels), learner(x, labels))


@pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning")  # of the checks of shapes
def test_jit_trace() -> None:
    model = nn.MLP(3, 5, 4)
    x, _ = batch(7)
    assert_same(torch.jit.trace(model, x[:2])(x), model(x))


@pytest.mark.parametrize(
    "module", [nn.MLP(3, 5), nn.Linear(3, 5), nn.Tanh(), nn.CrossEntropyLoss(), Learner()], ids=repr
)
def test_jit_script_is_refused_in_plain_words(module: Operation) -> None:
    with pytest.raises(NotImplementedError, match=r"cannot be scripted.*torch.compile or torch.export"):
        torch.jit.script(module)
