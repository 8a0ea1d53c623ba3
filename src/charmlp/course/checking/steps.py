"""The training step: two of them, with a right network and loss, beside right ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from charmlp.course.checking.modules import attribute, load
from charmlp.course.checking.reference import MLP, CrossEntropyLoss
from charmlp.course.checking.results import Fault, Result, fault, mistaken
from charmlp.course.tasks import NOT_BEGUN, RIGHT, Task
from charmlp.doctor.operation.unwritten import is_unwritten
from charmlp.doctor.words import one_line

N, D, K = 5, 7, 3
LR, MOMENTUM = 0.5, 0.9
TOLERANCE = 1e-4
ZERO, BACKWARD, STEP = "zero_grad", "backward", "step"


@dataclass
class Run:
    """What two training steps did: losses, gradients and weights after each, and the order of calls."""

    losses: list[Any] = field(default_factory=list)
    gradients: list[Tensor] = field(default_factory=list)
    weights: list[Tensor] = field(default_factory=list)
    events: list[list[str]] = field(default_factory=list)
    error: Exception | None = None


class Watched(torch.optim.SGD):
    """Gradient descent that notes what it is asked for."""

    def __init__(self, model: torch.nn.Module, events: list[str]) -> None:
        super().__init__(model.parameters(), lr=LR, momentum=MOMENTUM)
        self.events = events

    def step(self, closure: Any = None) -> Any:
        self.events.append(STEP)
        return super().step(closure)

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.events.append(ZERO)
        super().zero_grad(set_to_none)


class Network(MLP):
    """A right network that notes when its gradients are cleared, by its own zero_grad, and computed."""

    def __init__(self, events: list[str]) -> None:
        torch.manual_seed(11)
        super().__init__(D, K, [4], 2, "tanh")
        self.events = events
        last = list(self.parameters())[-1]
        last.register_hook(lambda gradient: events.append(BACKWARD))

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.events.append(ZERO)
        super().zero_grad(set_to_none)


def judge_step(task: Task, folder: Path) -> Result:
    step = attribute(load(folder, task.file), task.place)
    if is_unwritten(step):
        return Result(task.name, NOT_BEGUN)
    found, right = run(step), run(right_step)
    wrong = difference(found, right)
    return Result(task.name, RIGHT) if wrong is None else mistaken(task.name, wrong)


def right_step(model: Any, optimizer: Any, images: Tensor, labels: Tensor) -> float:
    loss = CrossEntropyLoss.apply(model(images), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def run(step: Callable[..., Any]) -> Run:
    """Two steps on two batches."""
    found, events = Run(), list[str]()
    model = Network(events)
    optimizer = Watched(model, events)
    random = torch.Generator().manual_seed(5)
    for _ in range(2):
        images = torch.randn(N, D, generator=random)
        labels = torch.randint(0, K, (N,), generator=random)
        try:
            found.losses.append(step(model, optimizer, images, labels))
        except Exception as error:
            found.error = error
            return found
        found.gradients.append(flat([p.grad for p in model.parameters()], model))
        found.weights.append(flat([p.data for p in model.parameters()], model))
        found.events.append(list(events))
        events.clear()
    return found


def flat(tensors: list[Tensor | None], model: torch.nn.Module) -> Tensor:
    """All numbers in one row; 0 for a gradient that is not there."""
    pairs = zip(tensors, model.parameters(), strict=True)
    return torch.cat([(torch.zeros_like(p) if t is None else t).detach().flatten().clone() for t, p in pairs])


def difference(found: Run, right: Run) -> Fault | None:
    """The mistake, None where losses and weights are those of right steps."""
    if found.error is not None:
        return made("step-raises", "error", error=one_line(found.error))
    same = all(map(close, found.weights, right.weights))
    order = None if same else of_order(found)
    if order is not None:
        return order
    loss = found.losses[0]
    if not isinstance(loss, int | float):
        return made("loss-no-number", "returned", found=type(loss).__name__)
    wrong = not close(torch.tensor(float(loss)), torch.tensor(right.losses[0]))
    if wrong or not same:
        return of_numbers(found, right, wrong)
    return None


def of_order(found: Run) -> Fault | None:
    """What is left out, done twice or done in another order."""
    for events in reversed(found.events):  # the second step: what the first one left behind tells
        done = " → ".join(events) or "–"
        counts = {event: events.count(event) for event in (ZERO, BACKWARD, STEP)}
        if not counts[BACKWARD]:
            return made("no-backward", "order", done=done)
        if not counts[STEP]:
            return made("no-step", "order", done=done)
        if counts[STEP] > 1 or counts[BACKWARD] > 1:
            return made("done-twice", "order", done=done)
        backward, step = events.index(BACKWARD), events.index(STEP)
        if step < backward:
            return made("step-too-early", "order", done=done)
        if ZERO in events[backward:step]:
            return made("gradients-cleared", "order", done=done)
        if not counts[ZERO]:
            return made("gradients-kept", "order", done=done)
    return None


def of_numbers(found: Run, right: Run, wrong_loss: bool) -> Fault:
    """The order is right and the numbers are not."""
    loss, expected = float(found.losses[0]), right.losses[0]
    g, g_right = found.gradients[0], right.gradients[0]
    if not g.any():
        return made("no-backward", "all-zero")
    ratio = (g @ g_right / (g_right @ g_right)).item()
    if torch.allclose(g, ratio * g_right, rtol=1e-3, atol=1e-6) and not close(g, g_right):
        name = "loss-scaled" if ratio > 0 else "loss-negated"
        return made(name, "ratio", ratio=f"{ratio:.4g}", n=N)
    if close(g, g_right) and not wrong_loss:
        return made("weights-differ", "weights")
    if close(g, g_right):
        return made("loss-returned", "loss", found=f"{loss:.4f}", expected=f"{expected:.4f}")
    if close(g, softmax_twice()):
        return made("softmax-before-loss", "loss", found=f"{loss:.4f}", expected=f"{expected:.4f}")
    return made("step-differs", "loss", found=f"{loss:.4f}", expected=f"{expected:.4f}")


def softmax_twice() -> Tensor:
    """The gradients of the first step where the loss takes probabilities for logits."""

    def step(model: Any, optimizer: Any, images: Tensor, labels: Tensor) -> float:
        return right_step(lambda x: model(x).softmax(dim=1), optimizer, images, labels)

    return run(step).gradients[0]


def close(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one, other, rtol=TOLERANCE, atol=1e-6)


def made(name: str, evidence: str, **values: object) -> Fault:
    return fault(name, "chain", "structure", evidence, **values)
