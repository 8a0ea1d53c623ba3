"""What a student's code makes of a probe's numbers: the half of `probes` that is in the student's process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import torch

from charmlp.course.checking.modules import load
from charmlp.course.grading.probes import HIDDEN, RATE, STEPS, D, K, Numbers
from charmlp.course.tasks import TASKS
from charmlp.doctor.words import one_line

TASK = {task.name: task for task in TASKS}
LINEAR = SimpleNamespace(apply=torch.nn.functional.linear)


def answer(task: str, inputs: Numbers) -> dict[str, Any]:
    """The outputs by name, or the error that came instead."""
    try:
        return ANSWERS[task](task, inputs)
    except BaseException as error:  # a student's code may raise SystemExit
        return {"error": one_line(error)}


class Context:
    """Stands in for ctx, so that a half can be called alone, and nothing repairs what it returns."""

    needs_input_grad = (True, True, True)
    saved_tensors: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        """As PyTorch's: nothing to be done here."""


def double(value: Any) -> torch.Tensor:
    return torch.tensor(value, dtype=torch.float64)


def halves(task: str, inputs: Sequence[Any], g: Any, kept: Sequence[Any] | None = None) -> tuple[Any, Any]:
    """What forward returns, and backward where there is a `g`; `kept`: in place of what its forward keeps."""
    function = getattr(load(Path.cwd(), TASK[task].file), TASK[task].place.partition(".")[0])
    ctx = Context()
    output = None if kept is not None else function.forward(ctx, *inputs)
    if kept is not None:
        ctx.saved_tensors = tuple(kept)
    gradients = None if g is None else function.backward(ctx, double(g))
    return output, gradients if isinstance(gradients, tuple) else (gradients,)


def linear(task: str, inputs: Numbers) -> dict[str, Any]:
    given = [double(inputs[name]) for name in "xWb"]
    if task == "linear-forward":
        return {"output": halves(task, given, None)[0].tolist()}
    _, gradients = halves(task, given, inputs["g"], None if inputs["own"] else given[:2])
    return {f"gradient {name}": each.tolist() for name, each in zip("xWb", gradients, strict=True)}


def activation(task: str, inputs: Numbers) -> dict[str, Any]:
    output, gradients = halves(task, [double(inputs["z"])], inputs["g"])
    return {"output": output.tolist(), "gradient z": gradients[0].tolist()}


def cross_entropy(task: str, inputs: Numbers) -> dict[str, Any]:
    logits, labels = double(inputs["logits"]), torch.tensor(inputs["labels"])
    if task == "cross-entropy-forward":
        return {"output": halves(task, [logits, labels], None)[0].item()}
    kept = None if inputs["own"] else (torch.softmax(logits, 1), labels)
    _, gradients = halves(task, [logits, labels], inputs["g"], kept)
    return {"gradient logits": gradients[0].tolist(), "count": len(gradients)}


def mlp(task: str, inputs: Numbers) -> dict[str, Any]:
    network = load(Path.cwd(), TASK[task].file)
    vars(network)["LinearFunction"] = LINEAR  # the student's own is another task
    model = with_parameters(network.MLP(D, K, list(HIDDEN), len(HIDDEN) + 1, "tanh"), inputs["parameters"])
    return {"logits": model(torch.tensor(inputs["images"])).tolist()}


def training_step(task: str, inputs: Numbers) -> dict[str, Any]:
    recognition = load(Path.cwd(), TASK[task].file)
    layers: list[torch.nn.Module] = []
    for d, k in zip([D, *HIDDEN], [*HIDDEN, K], strict=True):
        layers += [torch.nn.Linear(d, k), torch.nn.Tanh()]
    return steps(recognition, torch.nn.Sequential(*layers[:-1]), inputs)


def program(task: str, inputs: Numbers) -> dict[str, Any]:
    recognition = load(Path.cwd(), TASK[task].file, alone=False)
    return steps(recognition, recognition.MLP(D, K, list(HIDDEN), len(HIDDEN) + 1, "tanh"), inputs)


def steps(recognition: ModuleType, model: torch.nn.Module, inputs: Numbers) -> dict[str, Any]:
    with_parameters(model, inputs["parameters"])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    images, labels = torch.tensor(inputs["images"]), torch.tensor(inputs["labels"])
    losses = [float(recognition.training_step(model, optimizer, images, labels)) for _ in range(STEPS)]
    return {"losses": losses} | {f"parameter {n}": each.tolist() for n, each in enumerate(model.parameters())}


def with_parameters(model: torch.nn.Module, values: Sequence[Any]) -> torch.nn.Module:
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), values, strict=True):
            parameter.copy_(torch.tensor(value))
    return model


def prediction(task: str, inputs: Numbers) -> dict[str, Any]:
    recognition = load(Path.cwd(), TASK[task].file)
    found = recognition.predict(torch.nn.Identity(), torch.tensor(inputs["logits"]))
    return {"classes": [int(each) for each in found]}


ANSWERS: dict[str, Callable[[str, Numbers], dict[str, Any]]] = {
    "linear-forward": linear,
    "linear-backward": linear,
    "relu": activation,
    "sigmoid": activation,
    "tanh": activation,
    "cross-entropy-forward": cross_entropy,
    "cross-entropy-backward": cross_entropy,
    "mlp": mlp,
    "training-step": training_step,
    "prediction": prediction,
    "program": program,
}
