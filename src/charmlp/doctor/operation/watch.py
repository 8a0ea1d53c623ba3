"""Looking over the shoulder of `autograd.Function`s: what goes into forward and comes out of backward.

The engine repairs and reduces what a backward pass returns (it sums a bias gradient over the batch, casts
dtypes), so the raw return value is kept here, before the engine sees it.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

FunctionClass = type[torch.autograd.Function]


@dataclass
class Call:
    """One run of a Function: what its forward took, what its backward returned, and what they edited."""

    function: FunctionClass
    inputs: tuple[Any, ...] = ()
    edited_inputs: list[int] = field(default_factory=list)  # by forward, and not declared by mark_dirty
    returned: list[tuple[Any, ...]] = field(default_factory=list)  # one entry for each run of backward
    edited_upstream: bool = False
    edited_saved: bool = False

    def name_of(self, position: int) -> str:
        """What forward calls an argument."""
        required, optional = signature(self.function.forward, 0 if has_setup_context(self.function) else 1)
        names = (required or ()) + optional
        return names[position] if position < len(names) else f"input {position + 1}"


def is_function(thing: object) -> bool:
    return (
        isinstance(thing, type)
        and issubclass(thing, torch.autograd.Function)
        and thing is not torch.autograd.Function
    )


def signature(function: Callable[..., Any], skip: int) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Names of the positional parameters without and with a default, after the first `skip`."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        return None, ()  # a builtin
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None, ()
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    required = tuple(p.name for p in positional if p.default is p.empty)
    return required, tuple(p.name for p in positional if p.default is not p.empty)


def functions_behind(outputs: Sequence[Tensor]) -> list[FunctionClass]:
    """The hand-written Functions in the graph of the outputs, torch's own left out."""
    seen, found = set(), []
    waiting = [output.grad_fn for output in outputs]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        function = getattr(node, "_forward_cls", None)
        if function is not None and not function.__module__.startswith("torch.") and function not in found:
            found.append(function)
        waiting += [parent for parent, _ in node.next_functions]
    return found


@contextlib.contextmanager
def watched(functions: Sequence[FunctionClass]) -> Iterator[list[Call]]:
    """While this lasts, every call of the Functions is written into the list."""
    calls: list[Call] = []
    kept = []
    for function in functions:
        names = ["forward", "backward", *(["setup_context"] if has_setup_context(function) else [])]
        for name in names:
            kept.append((function, name, vars(function).get(name)))
        watch(function, calls)
    try:
        yield calls
    finally:
        for function, name, original in reversed(kept):
            if original is None:
                delattr(function, name)  # it was inherited
            else:
                setattr(function, name, original)


def has_setup_context(function: FunctionClass) -> bool:
    return bool(function.setup_context is not torch.autograd.Function.setup_context)


def watch(function: FunctionClass, calls: list[Call]) -> None:
    """Wrap the static methods of one Function."""
    new_style = has_setup_context(function)
    forward, backward, setup = function.forward, function.backward, function.setup_context
    running: list[Call] = []  # calls between their forward and their setup_context

    def watched_forward(*arguments: Any) -> Any:
        inputs = arguments if new_style else arguments[1:]
        call = Call(function, tuple(copied(value) for value in inputs))
        before = [version(value) for value in inputs]
        output = forward(*arguments)
        call.edited_inputs = [
            i for i, value in enumerate(inputs) if changed(call.inputs[i], before[i], value)
        ]  # fmt: skip
        calls.append(call)
        if new_style:
            running.append(call)
        else:
            remember(arguments[0], call, inputs)
        return output

    def watched_setup(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        result = setup(ctx, inputs, output)
        remember(ctx, running.pop() if running else Call(function), inputs)
        return result

    def watched_backward(ctx: Any, *upstream: Any) -> Any:
        call = ctx.charmlp_call
        saved = saved_tensors(ctx)
        saved_before = [copied(tensor) for tensor in saved]
        before = [(copied(g), version(g)) for g in upstream]
        returned = backward(ctx, *upstream)
        each = returned if isinstance(returned, tuple) else (returned,)  # a list counts as one, as in torch
        call.returned.append(tuple(copied(value) for value in each))
        call.edited_upstream |= any(
            changed(old, old_version, g) for (old, old_version), g in zip(before, upstream, strict=True)
        )
        call.edited_saved |= any(differs(old, new) for old, new in zip(saved_before, saved, strict=True))
        return returned

    function.forward = staticmethod(watched_forward)  # type: ignore[method-assign]
    function.backward = staticmethod(watched_backward)  # type: ignore[method-assign]
    if new_style:
        function.setup_context = staticmethod(watched_setup)  # type: ignore[method-assign]


def remember(ctx: Any, call: Call, inputs: Sequence[Any]) -> None:
    """Tie the call to its context, and forgive the edits that mark_dirty declares."""
    dirty = getattr(ctx, "dirty_tensors", None) or ()
    call.edited_inputs = [i for i in call.edited_inputs if not any(inputs[i] is d for d in dirty)]
    ctx.charmlp_call = call


def saved_tensors(ctx: Any) -> list[Tensor]:
    """All that forward left on the context, by save_for_backward or as an attribute."""
    try:
        saved = list(ctx.saved_tensors)
    except RuntimeError:  # edited since, or freed: backward itself meets the same error
        saved = []
    for name, value in vars(ctx).items():
        if name in ("to_save", "dirty_tensors", "non_differentiable", "charmlp_call"):
            continue
        saved += [part for part in (value if isinstance(value, tuple | list) else [value])]
    return [tensor for tensor in saved if isinstance(tensor, Tensor)]


def copied(value: Any) -> Any:
    return value.detach().clone() if isinstance(value, Tensor) else value


def version(value: Any) -> int:
    return int(value._version) if isinstance(value, Tensor) else 0


def changed(before: Any, before_version: int, now: Any) -> bool:
    """Whether a tensor was written into, even where the numbers are the same."""
    return isinstance(now, Tensor) and (now._version != before_version or differs(before, now))


def differs(before: Tensor, now: Tensor) -> bool:
    now = now.detach()
    return before.shape != now.shape or not torch.equal(torch.nan_to_num(before), torch.nan_to_num(now))
