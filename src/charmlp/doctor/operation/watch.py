"""Looking over the shoulder of `autograd.Function`s: what goes into forward and comes out of backward.

The engine repairs and reduces what a backward pass returns (it sums a bias gradient over the batch, casts
dtypes), so the raw return value is kept here, before the engine sees it.
"""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from charmlp.doctor.operation.options import Signature, signature
from charmlp.doctor.operation.subject import Call

FunctionClass = type[torch.autograd.Function]


def is_function(thing: object) -> bool:
    base = torch.autograd.Function
    return isinstance(thing, type) and issubclass(thing, base) and thing is not base


def missing_halves(function: FunctionClass) -> list[str]:
    """What a Function lacks of forward and backward; a base class for others may."""
    base = torch.autograd.Function
    return [name for name in ("forward", "backward") if getattr(function, name) is getattr(base, name)]


def signature_of(function: FunctionClass) -> Signature:
    """That of forward, without the context that an old-style one takes first."""
    return signature(function.forward, 0 if has_setup_context(function) else 1)


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
    names = ("forward", "backward", "setup_context")
    kept = [(function, name, vars(function).get(name)) for function in functions for name in names]
    for function in functions:
        watch(function, calls)
    try:
        yield calls
    finally:
        for function, name, original in reversed(kept):
            if original is not None:
                setattr(function, name, original)
            elif name in vars(function):
                delattr(function, name)  # it was inherited


def has_setup_context(function: FunctionClass) -> bool:
    return bool(function.setup_context is not torch.autograd.Function.setup_context)


def watch(function: FunctionClass, calls: list[Call]) -> None:
    """Wrap the static methods of one Function."""
    new_style = has_setup_context(function)
    forward, backward, setup = function.forward, function.backward, function.setup_context
    running: list[Call] = []  # calls between their forward and their setup_context

    def watched_forward(*arguments: Any) -> Any:
        inputs = arguments if new_style else arguments[1:]
        before = snapshot(inputs)
        call = new_call(function, before)
        output = forward(*arguments)
        call.edited_inputs = edited(before, inputs)
        calls.append(call)
        if new_style:
            running.append(call)
        else:
            remember(arguments[0], call, inputs)
        return output

    def watched_setup(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        setup(ctx, inputs, output)
        remember(ctx, running.pop() if running else new_call(function), inputs)

    def watched_backward(ctx: Any, *upstream: Any) -> Any:
        call = ctx.charmlp_call
        saved = saved_tensors(ctx)
        saved_before, before = snapshot(saved), snapshot(upstream)
        returned = backward(ctx, *upstream)
        each = returned if isinstance(returned, tuple) else (returned,)  # a list counts as one, as in torch
        call.returned.append(tuple(as_array(copy) for copy, _ in snapshot(each)))
        call.edited_upstream |= bool(edited(before, upstream))
        call.edited_saved |= any(differs(old, new) for (old, _), new in zip(saved_before, saved, strict=True))
        return returned

    function.forward = staticmethod(watched_forward)  # type: ignore[method-assign]
    function.backward = staticmethod(watched_backward)  # type: ignore[method-assign]
    if new_style:
        function.setup_context = staticmethod(watched_setup)  # type: ignore[method-assign]


def new_call(function: FunctionClass, inputs: Sequence[tuple[Any, int]] = ()) -> Call:
    found = signature_of(function)
    names = (found.required or ()) + found.optional
    return Call(function.__name__, names, tuple(as_array(copy) for copy, _ in inputs))


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
        if name not in ("to_save", "dirty_tensors", "non_differentiable", "charmlp_call"):
            saved += value if isinstance(value, tuple | list) else [value]
    return [tensor for tensor in saved if isinstance(tensor, Tensor)]


def snapshot(values: Sequence[Any]) -> list[tuple[Any, int]]:
    """Copies of the tensors, with the number of times that each was written into."""
    return [(v.detach().clone(), v._version) if isinstance(v, Tensor) else (v, 0) for v in values]


def edited(before: Sequence[tuple[Any, int]], values: Sequence[Any]) -> list[int]:
    """The positions of the tensors that were written into, even where the numbers are the same."""
    pairs = enumerate(zip(before, values, strict=True))
    return [
        position
        for position, ((old, version), now) in pairs
        if isinstance(now, Tensor) and (now._version != version or differs(old, now))
    ]


def as_array(value: Any) -> Any:
    """A tensor as an array, its own copy; what NumPy lacks (bfloat16) in float32; the rest as it is."""
    if not isinstance(value, Tensor):
        return value
    plain = value.detach().cpu()
    return (plain.float() if plain.dtype == torch.bfloat16 else plain.clone()).resolve_neg().numpy()


def differs(before: Tensor, now: Tensor) -> bool:
    now = now.detach()
    return before.shape != now.shape or not torch.equal(torch.nan_to_num(before), torch.nan_to_num(now))
