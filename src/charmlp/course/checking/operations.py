"""The Functions: each half by itself, and what is wrong with it by the gradient doctor."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from charmlp.course.checking.modules import attribute, load
from charmlp.course.checking.results import (
    Fault,
    Result,
    does_not_run,
    fault,
    fault_of,
    mistaken,
    reason_of,
)
from charmlp.course.checking.words import in_both
from charmlp.course.tasks import NOT_BEGUN, RIGHT, RUNS, Task
from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.examination import examine_operation
from charmlp.doctor.mistake import Mistake
from charmlp.doctor.operation.unwritten import is_unwritten
from charmlp.doctor.operation.watch import is_function
from charmlp.doctor.words import one_line
from charmlp.nn import functional

RIGHT_FORWARDS: dict[str, Callable[..., Tensor]] = {
    "linear": functional.linear,
    "relu": functional.relu,
    "sigmoid": functional.sigmoid,
    "tanh": functional.tanh,
    "cross_entropy": functional.cross_entropy,
}
N, D, K = 5, 7, 3
KEPT: dict[str, Callable[..., tuple[Tensor, ...]]] = {  # for backward, where forward is a task of its own
    "linear": lambda x, W, b: (x, W),
    "cross_entropy": lambda logits, labels: (torch.softmax(logits, dim=1), labels),
}
OF_FORWARD = {"forward-wrong", "random-forward", "wrong-dtype"}  # whatever backward does
OF_EITHER = {"unstable", "edited-in-place", "softmax-twice"}


def judge_operation(task: Task, folder: Path) -> Result:
    """A task that is a Function, or one of its halves."""
    name, _, half = task.place.partition(".")
    function = attribute(load(folder, task.file), name)
    if not (isinstance(function, type) and is_function(function)):
        return does_not_run(task.name, in_both("no-function", name=name))
    kind = task.explain
    written = {each: not is_unwritten(getattr(function, each)) for each in ("forward", "backward")}
    if half:
        if not written[half]:
            return Result(task.name, NOT_BEGUN)
        judge_half = forward_result if half == "forward" else backward_result
        return judge_half(task, function, kind)
    if not any(written.values()):
        return Result(task.name, NOT_BEGUN)
    if not written["forward"]:
        return Result(task.name, RUNS, (), in_both("forward-first"))
    result = forward_result(task, function, kind)
    if result.status != RIGHT:
        return result
    if not written["backward"]:
        return Result(task.name, RUNS, (), in_both("backward-missing"))
    return backward_result(task, function, kind)


def forward_result(task: Task, function: type, kind: str) -> Result:
    """Forward with the right backward behind it."""
    misfit = misfit_of(task, function, kind)
    if misfit is not None:
        return mistaken(task.name, misfit)
    diagnosis = examined(with_right_backward(function, kind), kind)
    own = [m for m in diagnosis.mistakes if m.name in OF_FORWARD] or list(diagnosis.mistakes)
    return result_of(task, diagnosis, own)


def misfit_of(task: Task, function: Any, kind: str) -> Fault | None:
    """What is wrong with forward where it fails for the homework's shapes, or gives another one."""
    inputs = inputs_of(kind)
    given = ", ".join(str(tuple(each.shape)) for each in inputs)
    expected = tuple(RIGHT_FORWARDS[kind](*inputs).shape)
    try:
        output = function.forward(Notes(), *(each.clone() for each in inputs))
    except Exception as error:
        return fault("forward-raises", task.page, kind, "error-for", given=given, error=one_line(error))
    found = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
    if found == expected:
        return None
    return fault(
        "output-misshaped", task.page, kind, "shape-for", given=given, found=found, expected=expected
    )


def backward_result(task: Task, function: Any, kind: str) -> Result:
    """Backward behind a forward that gives the right output, with what the student's own keeps for it.

    Where that is not written yet, with what the homework says is to be kept.
    """
    if is_unwritten(function.forward):
        return behind_a_right_forward(task, function, kind)
    diagnosis = examined(with_right_output(function, kind), kind)
    own = [m for m in diagnosis.mistakes if m.name not in OF_FORWARD]
    found = result_of(task, diagnosis, own)
    if found.status == RIGHT:
        return found
    forward = examined(with_right_backward(function, kind), kind)
    if forward:
        return found
    alone = behind_a_right_forward(task, function, kind)  # a forward that is wrong may keep what is wrong
    if alone.status == RIGHT:
        return alone
    whole = examined(function, kind)
    if not [m for m in whole.mistakes if m.name not in OF_FORWARD | OF_EITHER]:
        return Result(task.name, RUNS, (), in_both("forward-wrong-first"))
    return found


def behind_a_right_forward(task: Task, function: Any, kind: str) -> Result:
    """Backward with what the homework says is to be kept for it."""
    diagnosis = examined(with_right_forward(function, kind), kind)
    return result_of(task, diagnosis, [m for m in diagnosis.mistakes if m.name not in OF_FORWARD])


def examined(function: type, kind: str) -> Diagnosis:
    """As the doctor takes it; where that is healthy, also with the shapes that the homework gives it.

    Of several ways in which code may take its inputs, the doctor accepts any: a bias of one number, say.
    """
    name = function.__name__
    diagnosis = examine_operation(function, None, kind, name, name)
    return examine_operation(function, inputs_of(kind), kind, name, name) if diagnosis else diagnosis


def inputs_of(kind: str) -> list[Tensor]:
    """What the homework's operation is called with."""
    random = torch.Generator().manual_seed(4)

    def numbers(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=random, dtype=torch.float64)

    if kind == "linear":
        return [numbers(N, D), numbers(K, D), numbers(K)]
    if kind == "cross_entropy":
        return [numbers(N, K), torch.randint(0, K, (N,), generator=random)]
    return [numbers(N, D)]


def result_of(task: Task, diagnosis: Diagnosis, mistakes: list[Mistake]) -> Result:
    if mistakes:
        return mistaken(task.name, *map(fault_of, mistakes))
    if diagnosis.reason is not None or diagnosis.unwritten is not None:
        return does_not_run(task.name, reason_of(diagnosis))
    return Result(task.name, RIGHT)


def with_right_backward(function: Any, kind: str) -> type:
    """The student's forward with a backward that is right, derived by autograd from the right forward."""

    @functools.wraps(function.forward)
    def forward(ctx: Any, *inputs: Any) -> Any:
        ctx.given = inputs
        return function.forward(Notes(), *inputs)

    def backward(ctx: Any, g: Tensor) -> Any:
        with torch.enable_grad():
            leaves = [x.detach().requires_grad_() if is_real(x) else x for x in ctx.given]
            output = RIGHT_FORWARDS[kind](*leaves)
            gradients = iter(torch.autograd.grad(output, [x for x in leaves if is_real(x)], g))
        found = tuple(next(gradients) if is_real(x) else None for x in leaves)
        return found if len(found) > 1 else found[0]

    return function_like(function, forward, backward)


def with_right_output(function: Any, kind: str) -> type:
    """The student's backward behind a forward whose output is right; what it saves is what theirs saves."""

    @functools.wraps(function.forward)
    def forward(ctx: Any, *inputs: Any) -> Any:
        function.forward(ctx, *(x.detach().clone() for x in inputs))  # which it may write into
        return RIGHT_FORWARDS[kind](*inputs)

    return function_like(function, forward, function.backward)


def with_right_forward(function: Any, kind: str) -> type:
    """The student's backward behind a right forward that keeps what the homework names."""

    def forward(ctx: Any, *inputs: Any) -> Any:
        ctx.save_for_backward(*KEPT[kind](*inputs))
        return RIGHT_FORWARDS[kind](*inputs)

    forward.__signature__ = inspect.signature(function.forward)  # type: ignore[attr-defined]
    return function_like(function, forward, function.backward)


def function_like(function: type, forward: Callable[..., Any], backward: Callable[..., Any]) -> type:
    halves = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    return type(function.__name__, (torch.autograd.Function,), halves | {"__module__": function.__module__})


def is_real(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point()


class Notes:
    """A ctx whose saved tensors nobody needs."""

    needs_input_grad = (True, True, True)

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def mark_dirty(self, *tensors: Any) -> None:
        pass

    def mark_non_differentiable(self, *tensors: Any) -> None:
        pass

    def set_materialize_grads(self, value: bool) -> None:
        pass
