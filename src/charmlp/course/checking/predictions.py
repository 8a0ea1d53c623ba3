"""The prediction, with logits that are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from charmlp.course.checking.modules import attribute, load
from charmlp.course.checking.results import Fault, Result, fault, mistaken
from charmlp.course.tasks import NOT_BEGUN, RIGHT, Task
from charmlp.doctor.operation.unwritten import is_unwritten
from charmlp.doctor.words import one_line

N, D, K = 8, 6, 5


def judge_prediction(task: Task, folder: Path) -> Result:
    predict = attribute(load(folder, task.file), task.place)
    if is_unwritten(predict):
        return Result(task.name, NOT_BEGUN)
    torch.manual_seed(3)
    model, images = nn.Linear(D, K), torch.randn(N, D)
    try:
        found = predict(model, images)
        of_one = predict(model, images[:1])
    except Exception as error:
        return mistaken(task.name, made("predict-raises", "error", error=one_line(error)))
    logits = model(images).detach()
    wrong = wrong_prediction(found, logits) or wrong_prediction(of_one, logits[:1])
    return Result(task.name, RIGHT) if wrong is None else mistaken(task.name, wrong)


OTHERS: dict[str, Callable[[Tensor], Tensor]] = {
    "smallest-logit": lambda z: z.argmin(dim=1),
    "over-the-batch": lambda z: z.argmax(dim=0),
    "over-everything": lambda z: z.argmax(),
    "value-not-class": lambda z: z.max(dim=1).values,
    "value-not-class ": lambda z: z.softmax(dim=1).max(dim=1).values,
    "all-scores": lambda z: z,
    "all-scores ": lambda z: z.softmax(dim=1),
    "kept-dimension": lambda z: z.argmax(dim=1, keepdim=True),
    "off-by-one": lambda z: z.argmax(dim=1) + 1,
    "softmax-over-batch": lambda z: z.softmax(dim=0).argmax(dim=1),
    "largest-in-size": lambda z: z.abs().argmax(dim=1),
}


def wrong_prediction(found: Any, logits: Tensor) -> Fault | None:
    """The mistake, None where each row's largest logit was found."""
    expected = logits.argmax(dim=1)
    if not isinstance(found, Tensor):
        return made("no-tensor", "returned", found=type(found).__name__)
    if found.shape == expected.shape and torch.equal(found.double(), expected.double()):
        return made("no-class-number", "dtype", found=found.dtype) if found.is_floating_point() else None
    for name, other in OTHERS.items():
        guess = other(logits)
        if found.shape == guess.shape and torch.allclose(found.double(), guess.double()):
            return made(name.strip(), "shown", found=shown(found), expected=shown(expected))
    return made("prediction-differs", "shown", found=shown(found), expected=shown(expected))


def shown(tensor: Tensor) -> str:
    """A tensor's shape and first numbers."""
    numbers = ", ".join(f"{number:.4g}" for number in tensor.detach().flatten()[:5].tolist())
    return f"{tuple(tensor.shape)}: {numbers}{', …' if tensor.numel() > 5 else ''}"


def made(name: str, evidence: str, **values: object) -> Fault:
    return fault(name, "softmax-cross-entropy", "cross_entropy", evidence, **values)
