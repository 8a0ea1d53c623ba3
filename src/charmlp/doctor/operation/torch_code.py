"""Torch code as a subject: Functions, functions and modules.

A Function is called by `apply`, a function as it is; a module takes its forward's inputs and then its
parameters, so that the gradients of both are examined alike.
"""

import copy
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from charmlp.doctor.arrangement import SIZES
from charmlp.doctor.functions import Array
from charmlp.doctor.mistake import CannotExamineError, NotWrittenError
from charmlp.doctor.operation.constructing import choices_of, construct
from charmlp.doctor.operation.constructor_arguments import guess_argument, parameters_of
from charmlp.doctor.operation.function_inputs import BATCH, constants, numbers, saved, switches, trained
from charmlp.doctor.operation.options import is_option, signature
from charmlp.doctor.operation.own_run import Call, is_softmaxed_again, own_call, own_calls
from charmlp.doctor.operation.source import source_of
from charmlp.doctor.operation.steps_led_through import led_through
from charmlp.doctor.operation.subject import Build, Record, Subject, Upstream, seed_all
from charmlp.doctor.operation.unwritten import is_unwritten
from charmlp.doctor.operation.watch import (
    FunctionClass,
    as_array,
    functions_behind,
    is_function,
    missing_halves,
    signature_of,
    watched,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TorchSubject(Subject):
    """`function` is the Function that it is, None for what only uses Functions."""

    call: Callable[[Sequence[Any]], Any]
    function: FunctionClass | None = None

    def outputs(self, values: Sequence[Any]) -> tuple[Tensor, ...]:
        """Run forward; raises `TypeError` where what it gives is no tensor of real numbers."""
        result = self.call(values)
        results = tuple(result) if isinstance(result, tuple | list) else (result,)
        tensors = tuple(r for r in results if isinstance(r, Tensor) and r.is_floating_point())
        if not tensors:
            kinds = ", ".join(type(r).__name__ for r in results)
            raise TypeError(f"forward returned {kinds}, not a tensor of floating point numbers")
        return tensors

    def forward(self, values: Sequence[Any], seed: int = 0) -> tuple[Array, ...]:
        seed_all(seed)
        with torch.no_grad():
            return tuple(as_array(output) for output in self.outputs(tensors_of(values)))

    def led_through(
        self, values: Sequence[Any], stand_in: str, residue: bool, cuts_first: bool
    ) -> "TorchSubject":
        return replace(self, call=led_through(self.call, tensors_of(values), stand_in, residue, cuts_first))

    def parts(self, values: Sequence[Any], wants: Sequence[bool]) -> list[FunctionClass]:
        return [] if self.function is not None else self.functions(leaves_of(values, wants))

    def functions(self, leaves: Sequence[Any]) -> list[FunctionClass]:
        """The Functions to watch: its own, or those in the graph of an operation that only uses them."""
        if self.function is not None:
            return [self.function]
        seed_all()
        try:
            return functions_behind(self.outputs(clones(leaves)))
        except Exception:  # it runs only where no gradient is wanted; each run will say so
            return []

    def record(self, values: Sequence[Any], wants: Sequence[bool], upstream: Upstream, twice: bool) -> Record:
        result, leaves = Record(), leaves_of(values, wants)
        g = tensors_of(upstream)
        with watched(self.functions(leaves)) as result.calls:
            try:
                seed_all()
                # clones: a target may write into its inputs, which torch refuses for leaves
                outputs = self.outputs(clones(leaves))
                result.stage = "backward"
                result.gradients = differentiate(outputs, leaves, g, retain=twice)
                if twice:
                    result.again = differentiate(outputs, leaves, g, retain=False)
            except Exception as error:
                result.error = error
        return result

    def gradients(self, result: Record) -> list[Any] | None:
        if self.function is None:
            return result.gradients
        calls = [call for call in result.calls if call.name == self.function.__name__ and call.returned]
        return list(calls[-1].returned[0]) if calls else None


def tensors_of(values: Sequence[Any]) -> list[Any]:
    """Arrays as tensors, copies of their own."""
    return [torch.from_numpy(v.copy()) if isinstance(v, np.ndarray) else v for v in values]


def leaves_of(values: Sequence[Any], wants: Sequence[bool]) -> list[Any]:
    """What the operation is called with; what wants a gradient is a leaf."""
    wanted = [*wants, *[False] * (len(values) - len(wants))]
    pairs = zip(tensors_of(values), wanted, strict=True)
    return [value.requires_grad_() if wants_one else value for value, wants_one in pairs]


def clones(values: Sequence[Any]) -> list[Any]:
    return [value.clone() if isinstance(value, Tensor) else value for value in values]


def differentiate(
    outputs: Sequence[Tensor], leaves: Sequence[Any], upstream: Sequence[Tensor], *, retain: bool
) -> list[Array | None]:
    """Gradients with respect to the leaves, None for those that the outputs do not depend on."""
    seed_all()
    asked = [leaf for leaf in leaves if isinstance(leaf, Tensor) and leaf.requires_grad]
    usable = [(out, g.clone()) for out, g in zip(outputs, upstream, strict=True) if out.requires_grad]
    if not asked or not usable:
        return [None] * len(leaves)
    outs, grads = zip(*usable, strict=True)
    found = iter(torch.autograd.grad(outs, asked, grads, allow_unused=True, retain_graph=retain))
    wanted = [isinstance(leaf, Tensor) and leaf.requires_grad for leaf in leaves]
    return [as_array(next(found)) if wants else None for wants in wanted]


@dataclass(frozen=True)
class Chosen:
    """A module class with one of the words that its constructor can be asked for, such as relu or tanh."""

    kind: type[nn.Module]
    given: Mapping[str, Any]


def each_choice(name: str, thing: Any) -> list[tuple[str, Any]]:
    """A module class without weights once for each of its words; anything else as it is."""
    choices = choices_of(thing) if isinstance(thing, type) and issubclass(thing, nn.Module) else None
    if choices is None:
        return [(name, thing)]
    option, words = choices
    try:
        own = construct(thing, SIZES[0], given={option: words[0]})
    except Exception:  # said where it is examined
        return [(name, thing)]
    has_weights = next(own.parameters(), None) is not None
    return [(name, thing)] if has_weights else [(f"{name}[{w}]", Chosen(thing, {option: w})) for w in words]


def torch_builder(thing: Any) -> Build:
    """How to make a subject of torch code; raises `CannotExamineError` for what is none."""
    if isinstance(thing, Chosen):
        return of_module_class(thing.kind, thing.given)
    if is_function(thing):
        return of_function(thing)
    if isinstance(thing, nn.Module):
        return of_module(thing)
    if isinstance(thing, type) and issubclass(thing, nn.Module):
        return of_module_class(thing)
    owner = getattr(thing, "__self__", None)
    if isinstance(owner, type) and is_function(owner) and getattr(thing, "__name__", "") == "apply":
        return of_function(owner)
    if callable(thing) and not isinstance(thing, type):
        return of_callable(thing)
    raise CannotExamineError("not-a-target", thing=type(thing).__name__)


def torch_as_used(thing: Any) -> Iterator[tuple[Any, list[Any], Call]]:
    """What the file's own run calls, for a class the object, with which inputs, and the call."""
    thing = thing.kind if isinstance(thing, Chosen) else thing
    is_class = isinstance(thing, type)
    forward = thing.forward if is_class or isinstance(thing, nn.Module) else thing
    for call in own_calls(forward) if callable(forward) else ():
        skipped = 1 if is_class or call.owner is not None else 0  # the object, or the context
        inputs = [asked_for(value) for value in list(call.arguments.values())[skipped:]]
        if is_function(thing) or not is_class:
            yield thing, inputs, call
        elif call.owner is not None:
            yield call.owner, inputs, call


def asked_for(value: Any) -> Any:
    """A tensor that does not say whether it wants a gradient: data want none only where they come first."""
    return value.detach() if isinstance(value, Tensor) else value


def of_function(function: FunctionClass) -> Build:
    for name in missing_halves(function):
        raise CannotExamineError("no-method", method=name)
    require_written(function, "forward", "backward")
    found = signature_of(function)
    names = (found.required or ()) + found.optional
    subject = TorchSubject(
        found.required,
        found.optional,
        defaults=found.defaults,
        is_raw=True,
        counts=True,
        constants=constants(function, names),
        arrays=tuple(
            name for name in saved(function) if name in names and (is_option(name) or BATCH.fullmatch(name))
        ),
        trained=trained(function, names),
        numbers=numbers(function, names),
        switches=switches(function, names),
        own_shapes=lambda: own_shapes(function),
        forward_source=source_of(function.forward),
        forward_code=(function.forward,),
        code=(function.backward,),
        call=lambda values: function.apply(*values),
        function=function,
    )
    return lambda sizes, dtype: subject


def own_shapes(function: FunctionClass) -> list[tuple[int, ...] | None]:
    """The shapes of what the file's own run gives its forward; none where it does not call it."""
    call = own_call(function.forward)
    given = [] if call is None else list(call.arguments.values())[1:]  # the first is the context
    return [
        tuple(value.shape) if isinstance(value, Tensor) and value.is_floating_point() else None
        for value in given
    ]


def require_written(owner: type, *methods: str) -> None:
    """Raises `NotWrittenError` where the body of one of the methods, or of both, is empty yet."""
    empty = [method for method in methods if is_unwritten(getattr(owner, method))]
    if len(empty) > 1:
        raise NotWrittenError("unwritten-both", first=empty[0], second=empty[1])
    if empty:
        raise NotWrittenError("unwritten", method=empty[0])


def of_callable(function: Callable[..., Any]) -> Build:
    found = signature(function, 0)
    options = {"dim": -1} if "dim" in found.optional else {}  # left out, torch's softmax warns
    subject = TorchSubject(
        found.required,
        found.optional,
        defaults=found.defaults,
        is_library=is_torchs(function),
        forward_code=(function,),
        call=lambda values: function(*values, **options),
    )
    return lambda sizes, dtype: subject


def is_torchs(thing: Any) -> bool:
    """Whether torch itself defines it; what is compiled into it has no module of its own."""
    return (getattr(thing, "__module__", None) or "torch").partition(".")[0] == "torch"


def of_module(module: nn.Module) -> Build:
    """An instance: its own parameters' shapes, whatever the sizes; the instance itself is not touched."""

    def build(sizes: Mapping[str, int], dtype: np.dtype) -> Subject:
        own = copy.deepcopy(module).to(getattr(torch, np.dtype(dtype).name))
        parameters = dict(own.named_parameters())
        names = tuple(parameters)
        found = signature(own.forward, 0)
        inputs = ("input",) if found.required is None else found.required
        n = len(inputs)

        def call(values: Sequence[Any]) -> Any:
            given = dict(zip(names, values[n:], strict=True))
            return torch.func.functional_call(own, given, tuple(values[:n]))

        by_position = {n + i: as_array(p) for i, p in enumerate(parameters.values())}
        optional = () if names else found.optional
        return TorchSubject(
            inputs + names,
            optional,
            by_position,
            found.defaults,
            unregistered=tuple(hidden_weights(own)),
            loss_softmaxes_again=takes_probabilities_for_logits(own) or is_softmaxed_again(type(own)),
            is_library=is_torchs(type(own)),
            settings={name: held for name, held in vars(own).items() if type(held) in (int, float)},
            forward_code=(type(own).forward,),
            call=call,
        )

    return build


def hidden_weights(module: nn.Module) -> Iterator[str]:
    """Attributes that hold layers in a plain list or dict, or weights that are no `nn.Parameter`.

    Neither `parameters()` nor `to(device)` knows of them.
    """
    for name, value in vars(module).items():
        held = list(value.values()) if isinstance(value, dict) else value
        if name.startswith("_") or not isinstance(held, list | tuple):
            continue
        if any(
            isinstance(one, nn.Module) and next(one.parameters(), None) is not None for one in held
        ) or any(isinstance(one, nn.Parameter) for one in held):
            yield name


def of_module_class(kind: type[nn.Module], given: Mapping[str, Any] | None = None) -> Build:
    """A class: an instance is made for each size, its arguments guessed from their names, if not `given`."""
    if kind.forward is not nn.Module.forward:
        require_written(kind, "forward")

    def build(sizes: Mapping[str, int], dtype: np.dtype) -> Subject:
        try:
            module = fitting(kind, sizes, construct(kind, sizes, given=given), given or {})
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise CannotExamineError("cannot-build", name=kind.__name__, reason=reason) from error
        return replace(of_module(module)(sizes, dtype), activation=activation_asked_of(kind))

    return build


SIZE = re.compile(r"(\w+_)?(dim|size|features|channels|width|d)|d_?(k|model|head)|dim_\w+", re.IGNORECASE)
OTHER_SIZE = re.compile(r"kernel|pool|window|patch|block|batch|vocab|chunk|group")


def fitting(
    kind: type[nn.Module], sizes: Mapping[str, int], module: nn.Module, given: Mapping[str, Any]
) -> nn.Module:
    """It made for inputs of these sizes: without weights, nothing but its constructor tells which it is for.

    It may divide by the root of `d_k=64`, whatever it is given.
    """
    if next(module.parameters(), None) is not None:
        return module
    told = [
        name
        for name, parameter in parameters_of(kind)
        if type(parameter.default) is int and parameter.default > 1 and SIZE.fullmatch(name)
    ]
    own = {name: sizes["D"] for name in told if not OTHER_SIZE.search(name) and name not in given}
    try:
        return construct(kind, sizes, given={**given, **own}) if own else module
    except Exception:  # it is made for some sizes only
        return module


def activation_asked_of(kind: type[nn.Module]) -> str:
    """What an MLP is built with here, if its constructor asks for layers and an activation."""
    names = list(inspect.signature(kind).parameters)
    layers = any(re.match(r".*layer", name.lower()) for name in names)
    asked = [name for name in names if re.match(r"act|nonlin", name.lower())]
    chosen = guess_argument(asked[0], {}) if layers and asked else ""
    return chosen if isinstance(chosen, str) else ""


def takes_probabilities_for_logits(module: nn.Module) -> bool:
    """Whether a module's own `loss(x, labels)` is the cross-entropy of logits, given a softmax already."""
    own = copy.deepcopy(module).double()
    names = ("loss", "compute_loss", "criterion")
    losses = [method for name in names if inspect.ismethod(method := getattr(own, name, None))]
    widths = [weight.shape[1] for weight in own.parameters() if weight.ndim == 2]
    if not widths or not losses:
        return False
    try:
        with torch.no_grad():
            x = torch.linspace(-1, 1, 5 * widths[0], dtype=torch.float64).reshape(5, -1)
            p = own(x)
            labels = torch.arange(5) % p.shape[1]
            twice = torch.nn.functional.cross_entropy(p, labels)
            is_softmax = torch.allclose(p.sum(1), torch.ones(5, dtype=torch.float64)) and bool((p >= 0).all())
            return is_softmax and torch.allclose(losses[0](x, labels), twice, rtol=1e-9)
    except Exception:  # another kind of module, or of loss
        return False
