"""The MLP: how it is put together, for every depth, with right linear layers and activations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from charmlp.course.checking.modules import attribute, load
from charmlp.course.checking.reference import Activation
from charmlp.course.checking.results import Fault, Result, fault, fault_of, mistaken
from charmlp.course.tasks import NOT_BEGUN, RIGHT, Task
from charmlp.doctor.mistake import Mistake, Phrase, phrase
from charmlp.doctor.operation.torch_code import hidden_weights
from charmlp.doctor.operation.unwritten import is_unwritten
from charmlp.doctor.words import one_line
from charmlp.nn.linear import LinearFunction

INPUTS, OUTPUTS, EXAMPLES = 4, 3, 6
DEPTHS: tuple[list[int], ...] = ([5], [5, 7], [6, 5, 7], [])  # hidden sizes; the usual depth first
ACTIVATIONS = ("tanh", "relu", "sigmoid", "none")
TOLERANCE = 1e-5


def judge_mlp(task: Task, folder: Path) -> Result:
    module = load(folder, task.file)
    mlp = attribute(module, task.place)
    if is_unwritten(mlp.__init__) or is_unwritten(mlp.forward):
        return Result(task.name, NOT_BEGUN)
    vars(module)["LinearFunction"] = LinearFunction  # whatever the other tasks have made of it
    # The first mistake is the one to mend: what follows may come from it.
    found = (fault_in(mlp, hidden, act_type) for hidden in DEPTHS for act_type in ACTIVATIONS)
    wrong = next(filter(None, found), None)
    return Result(task.name, RIGHT) if wrong is None else mistaken(task.name, wrong)


@dataclass(frozen=True)
class Case:
    """A network that was asked for, and what came of it."""

    asked: str  # as one types it
    hidden: list[int]
    act_type: str
    model: nn.Module
    x: Tensor
    output: Any

    @property
    def weights(self) -> list[Tensor]:
        return [p for p in self.model.parameters() if p.dim() == 2]

    @property
    def biases(self) -> list[Tensor]:
        return [p for p in self.model.parameters() if p.dim() == 1]

    @property
    def usual(self) -> list[str]:
        """The activation behind each layer: behind none where it is the last of several."""
        return [self.act_type] * len(self.hidden) + ["none" if self.hidden else self.act_type]

    def through(self, acts: Sequence[str], x: Tensor | None = None) -> Tensor:
        """The output of the network's layers with these activations behind them."""
        h = self.x if x is None else x
        for weight, bias, act_type in zip(self.weights, self.biases, acts, strict=True):
            h = Activation(act_type)(nn.functional.linear(h, weight, bias))
        return h.detach()


def fault_in(mlp: Callable[..., Any], hidden: list[int], act_type: str) -> Fault | None:
    """What is wrong with a network of these sizes."""
    torch.manual_seed(7)
    layers, given = len(hidden) + 1, list(hidden)
    asked = f"MLP({INPUTS}, {OUTPUTS}, {hidden}, {layers}, {act_type!r})"
    x = torch.randn(EXAMPLES, INPUTS)
    try:
        model = mlp(INPUTS, OUTPUTS, given, layers, act_type)
        output = model(x)
    except Exception as error:
        name = "sizes-not-chained" if "shape" in str(error) or "size" in str(error) else "mlp-raises"
        return made(name, "error-of", asked=asked, error=one_line(error))
    if given != hidden:
        return made("argument-changed", "changed-to", asked=asked, found=given)
    case = Case(asked, hidden, act_type, model, x, output)
    return of_layers(case) or of_output(case)


def of_layers(case: Case) -> Fault | None:
    """Their number, their sizes, and whether an optimizer would find them."""
    hidden_in = list(hidden_weights(case.model))
    if hidden_in:
        return structure("unregistered", *(phrase("hidden-in", name=name) for name in hidden_in))
    sizes = [INPUTS, *case.hidden, OUTPUTS]
    found = [tuple(weight.shape) for weight in case.weights]
    expected = [(after, before) for before, after in pairwise(sizes)]
    if not len(found) == len(case.biases) == len(expected):
        return made("layer-count", "counted", asked=case.asked, found=len(found), expected=len(expected))
    if found != expected:
        return made("layer-sizes", "shapes", asked=case.asked, found=found, expected=expected)
    return None


def of_output(case: Case) -> Fault | None:
    """What forward does with the layers."""
    output, expected = case.output, case.through(case.usual)
    if not isinstance(output, Tensor) or output.shape != expected.shape:
        shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        return made("output-shape", "shape-of", asked=case.asked, found=shape, expected=tuple(expected.shape))
    if close(output, expected):
        return None
    unknown = made("mlp-differs", "other-output", asked=case.asked)
    return next((wrong for other, wrong in arrangements(case) if close(output, other)), unknown)


def arrangements(case: Case) -> Iterator[tuple[Tensor, Fault]]:
    """What the same layers would give if they were put together in other ways, and what that mistake is."""
    asked, act, usual = case.asked, case.act_type, case.usual
    none = ["none"] * len(usual)
    if not case.hidden:
        yield case.through(none), made("one-layer", "with-one-layer", asked=asked)
        return
    yield case.through(none), structure("no-activation", phrase("affine"))
    yield case.through([act] * len(usual)), structure("activation-last")
    for other in ACTIVATIONS:
        acts = [other] * len(case.hidden) + ["none"]
        yield case.through(acts), made("activation-ignored", "is-another", asked=asked, found=other)
    first = Activation(act)(case.x).detach()
    yield case.through(usual, first), made("activation-first", "", asked=asked)
    for softmax in (torch.softmax, torch.log_softmax):
        yield softmax(case.through(usual), dim=1), made("softmax-last", "rows-sum", asked=asked)
    for number in range(len(case.hidden)):
        without = [*usual[:number], "none", *usual[number + 1 :]]
        alone = [*none[:number], act, *none[number + 1 :]]
        for acts in (without, alone):
            behind = ", ".join(str(i) for i, each in enumerate(acts, 1) if each != "none")
            yield case.through(acts), made("activation-missing", "only-behind", asked=asked, layers=behind)


def close(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one.detach(), other, rtol=TOLERANCE, atol=TOLERANCE)


def made(name: str, evidence: str, **values: object) -> Fault:
    return fault(name, "chain", "structure", evidence, **values)


def structure(variant: str, *evidence: Phrase) -> Fault:
    """One of the doctor's own."""
    return fault_of(Mistake("structure", variant, evidence=evidence))
