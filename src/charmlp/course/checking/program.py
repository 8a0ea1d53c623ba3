"""All files together: one step beside a right one, and how many letters a short training learns to read."""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from charmlp.course.checking.modules import attribute, load
from charmlp.course.checking.reference import MLP
from charmlp.course.checking.results import Fault, Result, fault, mistaken
from charmlp.course.checking.steps import right_step
from charmlp.course.checking.words import in_both
from charmlp.course.tasks import RIGHT, Task
from charmlp.doctor.words import one_line
from charmlp.images import to_inputs
from charmlp.rendering import open_rendered

LETTERS, VALIDATION = 1040, 260
SIZE = (20, 20)
HIDDEN, CLASSES = [64], 26
BATCH, EPOCHS, LR, MOMENTUM = 16, 8, 0.02, 0.9
TOLERANCE = 1e-3  # of float32
LEAST = 1e-6  # norm by which an error is divided: where all weights are 0, gradients are, too
BEHIND = 0.1  # that the accuracy may lie below the right program's


def judge_program(task: Task, folder: Path) -> Result:
    main = load(folder, task.file, alone=False)
    mlp, step, predict = (attribute(main, name) for name in ("MLP", "training_step", "predict"))
    images, labels = letters("train")
    try:
        wrong = one_step(mlp, step, images[:BATCH], labels[:BATCH])
        if wrong is not None:
            return mistaken(task.name, wrong)
        accuracy = short_training(mlp, step, predict)
    except Exception as error:
        return mistaken(task.name, made("program-raises", "error", error=one_line(error)))
    expected = short_training(MLP, right_step, lambda model, x: model(x).argmax(dim=1))
    shares = {"found": f"{100 * accuracy:.1f}", "expected": f"{100 * expected:.1f}"}
    if accuracy < expected - BEHIND:
        return mistaken(task.name, made("does-not-learn", "learnt", **shares))
    return Result(task.name, RIGHT, (), in_both("learnt", **shares))


@functools.cache
def letters(split: str) -> tuple[Tensor, Tensor]:
    """Rendered letters as rows of pixels, and their classes."""
    found = open_rendered(LETTERS, seed=1, held_out=VALIDATION).load(split, SIZE)
    return torch.from_numpy(to_inputs(found.images, "scale")), torch.from_numpy(found.labels)


def network(mlp: Any, seed: int = 1) -> Any:
    torch.manual_seed(seed)
    return mlp(SIZE[0] * SIZE[1], CLASSES, list(HIDDEN), len(HIDDEN) + 1, "relu")


def one_step(mlp: Any, step: Any, images: Tensor, labels: Tensor) -> Fault | None:
    """Loss, every parameter's gradient and new value after one step, beside those of the right program."""
    own, right = network(mlp), network(MLP)
    with torch.no_grad():
        for theirs, ours in zip(own.parameters(), right.parameters(), strict=True):
            ours.copy_(theirs)
    losses = [
        do(model, torch.optim.SGD(model.parameters(), lr=LR), images, labels)
        for model, do in ((own, step), (right, right_step))
    ]
    if abs(losses[0] - losses[1]) > TOLERANCE * abs(losses[1]):
        return made("loss-differs", "loss", found=f"{losses[0]:.4f}", expected=f"{losses[1]:.4f}")
    for (name, theirs), ours in zip(own.named_parameters(), right.parameters(), strict=True):
        for what, one, other in (("gradient", theirs.grad, ours.grad), ("value", theirs.data, ours.data)):
            error = relative_error(one, other)
            if not error <= TOLERANCE:
                return made("gradient-differs", f"{what}-of", parameter=name, error=f"{error:.2g}")
    return None


def relative_error(found: Tensor | None, right: Tensor | None) -> float:
    if found is None or right is None:
        return math.inf
    return float((found - right).norm() / right.norm().clamp(min=LEAST))


def short_training(mlp: Any, step: Any, predict: Any) -> float:
    """The share of new letters that are read rightly after a few epochs."""
    images, labels = letters("train")
    model = network(mlp)
    optimizer = torch.optim.SGD(model.parameters(), lr=LR, momentum=MOMENTUM)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(images)).split(BATCH):
            step(model, optimizer, images[batch], labels[batch])
    images, labels = letters("val")
    return (predict(model, images) == labels).double().mean().item()


def made(name: str, evidence: str, **values: object) -> Fault:
    return fault(name, "chain", "structure", evidence, **values)
