"""PyTorch's own samples, the peer's test suite: each through ours and through torch's operation.

    python -m pytest -q -rP tests/nn/test_torch_samples.py     prints the rows of the table in docs/nn.md

A sample *agrees* where value and all gradients are the same; it is *refused* where ours raises
`NotImplementedError`. Nothing else may happen, and at least 95 of 100 agree. A *core* sample has 2-D logits,
class indices and the mean, which is what the course trains with; all of these agree.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from torch.autograd import forward_ad
from torch.func import functional_call
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.common_modules import ModuleErrorEnum, module_db
from torch.utils._pytree import tree_leaves, tree_map

from charmlp import nn
from charmlp.nn import functional
from tests.nn.twins import Operation, assert_same, twin, values_and_gradients

MODULES = {info.module_cls.__name__: info for info in module_db if hasattr(nn, info.module_cls.__name__)}
OPERATIONS = [  # torch has some twice, for real and for complex numbers
    (name, info) for info in op_db if hasattr(functional, name := info.name.removeprefix("nn.functional."))
]
DTYPES = {
    "float64, float32": (torch.float64, torch.float32),
    "float16, bfloat16": (torch.float16, torch.bfloat16),
    "whole numbers, bool": (*(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8), torch.bool),
    "complex": (torch.complex64, torch.complex128),
}
# with 16 bits, what is rounded after other steps than torch's shows; the other dtypes have assert_close's own
TOLERANCES = {dtype: {"rtol": 2e-2, "atol": 2e-2} for dtype in (torch.float16, torch.bfloat16)}
PAGES = Path(__file__).resolve().parents[2] / "docs"


@dataclass(frozen=True)
class Sample:
    """One call: `make(home)` gives the operation of charmlp.nn or torch.nn, and its parameters."""

    make: Callable[[ModuleType], tuple[Operation, list[torch.Tensor]]]
    arguments: tuple[tuple[Any, ...], dict[str, Any]]
    dtype: torch.dtype
    is_core: bool


def samples(
    dtypes: tuple[torch.dtype, ...],
    modules: dict[str, Any] = MODULES,
    operations: list[tuple[str, Any]] = OPERATIONS,
) -> Iterator[Sample]:
    """All samples of these dtypes that torch has for what is in charmlp.nn, the same ones each time."""
    torch.manual_seed(0)
    for dtype in dtypes:
        floating = dtype.is_floating_point
        for name, info in modules.items():
            if dtype in info.dtypes:
                for entry in info.module_inputs_func(
                    info, "cpu", dtype, requires_grad=floating, training=True
                ):
                    call, constructor = entry.forward_input, entry.constructor_input
                    make = functools.partial(make_module, name, constructor, dtype)
                    is_core = name == "CrossEntropyLoss" and is_core_call(call.args, constructor.kwargs)
                    yield Sample(make, (call.args, call.kwargs), dtype, is_core)
        for name, info in operations:
            if dtype in info.dtypes:
                for entry in info.reference_inputs("cpu", dtype, requires_grad=floating):
                    args = (entry.input, *entry.args)
                    make = functools.partial(make_operation, name, info.op)
                    is_core = name == "cross_entropy" and is_core_call(args, entry.kwargs)
                    yield Sample(make, (args, entry.kwargs), dtype, is_core)


def make_module(name: str, constructor: Any, dtype: torch.dtype, home: ModuleType) -> Any:
    torch.manual_seed(0)
    module = getattr(home, name)(*constructor.args, **constructor.kwargs).to(dtype)
    return module, list(module.parameters())


def make_operation(name: str, torchs: Operation, home: ModuleType) -> Any:
    return (torchs if home is torch.nn else getattr(home.functional, name)), []


def is_core_call(args: Any, kwargs: dict[str, Any]) -> bool:
    return args[0].dim() == 2 and args[1].dtype == torch.int64 and kwargs.get("reduction", "mean") == "mean"


def verdict(
    sample: Sample, home: Any = nn, outcome: Callable[[Sample, ModuleType], Any] | None = None
) -> str:
    """agrees, refused or DISAGREES."""
    outcome = outcome or by_reverse_mode
    expected = outcome(sample, torch.nn)
    try:
        ours = outcome(sample, home)
        assert_same(ours, expected, **TOLERANCES.get(sample.dtype, {}))
    except NotImplementedError:
        return "refused"
    except Exception:  # another result (AssertionError), or an error where torch computes one
        return "DISAGREES"
    return "agrees"


def by_reverse_mode(sample: Sample, home: ModuleType) -> Any:
    """Value and gradients, by the operation of `home`."""
    operation, parameters = sample.make(home)
    return values_and_gradients(operation, twin(sample.arguments), parameters)


def by_forward_mode(sample: Sample, home: ModuleType) -> Any:
    """Value and its derivative along a random direction of all that is differentiable."""
    operation, _ = sample.make(home)
    generator = torch.Generator().manual_seed(0)

    def dual(x: Any) -> Any:
        if not (isinstance(x, torch.Tensor) and x.requires_grad):
            return x
        tangent = torch.randn(x.shape, generator=generator, dtype=torch.float64).to(x.dtype)
        return forward_ad.make_dual(x.detach().clone(), tangent)

    with forward_ad.dual_level():
        args, kwargs = tree_map(dual, sample.arguments)
        if isinstance(operation, torch.nn.Module):
            parameters = {name: dual(x) for name, x in operation.named_parameters()}
            output = functional_call(operation, parameters, args, kwargs)
        else:
            output = operation(*args, **kwargs)
        return tuple(forward_ad.unpack_dual(output))


def is_differentiable(sample: Sample) -> bool:
    """Whether something in the call wants a derivative."""
    return any(isinstance(x, torch.Tensor) and x.requires_grad for x in tree_leaves(sample.arguments))


@functools.cache
def forward_counts(kind: str) -> Counter[str]:
    """How many of the samples have which verdict in forward mode."""
    return Counter(
        verdict(sample, outcome=by_forward_mode)
        for sample in samples(DTYPES[kind])
        if is_differentiable(sample)
    )


@functools.cache
def counts(kind: str) -> Counter[tuple[bool, str]]:
    """How many (core or not, verdict) there are among the samples of a kind of dtypes."""
    return Counter((sample.is_core, verdict(sample)) for sample in samples(DTYPES[kind]))


def asked(kind: str, is_core: bool) -> int:
    """How many samples of a kind of dtypes there are, core or not."""
    return sum(number for (core, _), number in counts(kind).items() if core is is_core)


def table_row(kind: str) -> str:
    """A row of the table in docs/nn.md."""
    core, others = (f"{counts(kind)[c, 'agrees']} / {asked(kind, c)}" for c in (True, False))
    return f"| {core} | {others} |"


FLOATS = next(iter(DTYPES))
KINDS = list(DTYPES)


def test_some_samples_agree() -> None:
    verdicts = Counter(verdict(sample) for sample in islice(samples(DTYPES[FLOATS]), 0, None, 10))
    assert "DISAGREES" not in verdicts
    assert verdicts["agrees"] >= 50


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_the_samples_agree(kind: str) -> None:
    print(kind, table_row(kind))
    assert "DISAGREES" not in {verdict for _, verdict in counts(kind)}
    assert counts(kind)[True, "agrees"] == asked(kind, True)
    assert counts(kind)[False, "agrees"] >= 0.95 * asked(kind, False)


@pytest.mark.full  # forward mode of each Function has gradchecks of its own in the short run
@pytest.mark.filterwarnings(
    "ignore:`torch.jit.script` is:DeprecationWarning"
)  # torch's own, at the first dual
@pytest.mark.parametrize("kind", KINDS[:2])
def test_the_samples_agree_in_forward_mode(kind: str) -> None:
    print(kind, "in forward mode:", forward_counts(kind))
    assert set(forward_counts(kind)) == {"agrees"}
    assert forward_counts(kind)["agrees"] >= 300


def test_the_samples_are_those_we_think() -> None:
    """Nothing is agreed upon because nothing was asked."""
    assert set(MODULES) == set(nn.__all__) - {"Identity", "MLP", "functional"}, (
        "torch has none of an identity"
    )
    assert {name for name, _ in OPERATIONS} == set(functional.__all__) - {"identity"}


@pytest.mark.full
def test_there_are_many_samples() -> None:
    assert counts(FLOATS)[True, "agrees"] >= 18
    assert counts(FLOATS)[False, "agrees"] >= 500
    assert counts("complex")[False, "agrees"] >= 150


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", ["nn.md", "nn.zh-CN.md"])
def test_the_page_has_these_numbers(page: str, kind: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    version = torch.__version__.partition("+")[0]
    if f"PyTorch {version}" not in text:
        pytest.skip(f"{page} counts the samples of another version than PyTorch {version}")
    assert table_row(kind) in text, f"{page} does not have the row of {kind}: {table_row(kind)}"


def error_samples() -> Iterator[Any]:
    for name, info in MODULES.items():
        if info.module_error_inputs_func:
            for sample in info.module_error_inputs_func(
                info, "cpu", torch.float64, requires_grad=True, training=True
            ):
                yield pytest.param(name, sample, id=f"{name}-{sample.error_regex[:40]}")


@pytest.mark.parametrize(("name", "sample"), list(error_samples()))
def test_error_samples_raise_torchs_errors(name: str, sample: Any) -> None:
    constructor, call = (
        sample.module_error_input.constructor_input,
        sample.module_error_input.forward_input,
    )
    assert sample.error_on == ModuleErrorEnum.FORWARD_ERROR
    module = getattr(nn, name)(*constructor.args, **constructor.kwargs)
    with pytest.raises(sample.error_type, match=sample.error_regex) as raised:
        module(*call.args, **call.kwargs)
    assert type(raised.value) is sample.error_type


def wrong_home(**wrong: Any) -> Any:
    """charmlp.nn, with something exchanged for a wrong one."""
    fake = SimpleNamespace(**{name: getattr(nn, name) for name in nn.__all__})
    fake.functional = SimpleNamespace(**{name: getattr(functional, name) for name in functional.__all__})
    for name, operation in wrong.items():
        setattr(fake.functional, name, operation)
    return fake


@pytest.mark.parametrize(
    "wrong",
    [
        {"relu": lambda x: functional.relu(x) + (x - x.detach())},  # the gradient is one too large
        {"cross_entropy": lambda z, y, **kwargs: functional.cross_entropy(z, y, **kwargs) / len(z)},
        {"linear": lambda x, w, b=None: functional.linear(x, w, b).detach().requires_grad_()},
        {"tanh": lambda x: functional.tanh(x).double()},
        {"mse_loss": lambda y, t, **kwargs: functional.mse_loss(y, t, **kwargs) * 1.0001},
        {"sigmoid": lambda x: functional.sigmoid(x).add_(1e-3)},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_operation_disagrees(wrong: dict[str, Operation]) -> None:
    home = wrong_home(**wrong)
    operations = [(name, info) for name, info in OPERATIONS if name in wrong]
    verdicts = Counter(verdict(sample, home) for sample in samples((torch.float32,), {}, operations))
    assert verdicts["DISAGREES"] > 0
