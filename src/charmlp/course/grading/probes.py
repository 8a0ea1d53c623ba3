"""A second look, from outside: what a process calls right is believed when its numbers are right here.

The student's code runs in the same process as what judges it, and could change what is said. Hence inputs are
drawn in another process, after the judgement, and handed over without what should come out of them; what
comes back is compared here, with PyTorch's own gradients. Who answers them right has done the task.

This is the outer half; the inner one, in the student's process, is answers.py.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charmlp.text import printable

Numbers = Mapping[str, Any]  # names and nested lists, as JSON has them

N, D, K = 5, 4, 3  # batch, inputs, outputs
EXTREME = 800.0  # what overflows or underflows where it is not heeded
FAR = 8.0  # from the numbers of all classes
HIDDEN = [6, 5]
RATE = 0.1
STEPS = 2  # the second one shows whether gradients were cleared
TOLERANCE = 1e-4  # of float32, relative; a mistake is larger
DIGITS = 12  # by which wrong numbers are the same
LONGEST = 200  # characters of an error
DIRECTIONS, STEP, FITS = 3, 1e-4, 1e-3  # of numeric slopes, and how near they are to be


@dataclass(frozen=True)
class Probe:
    """Inputs for a task, and what comes out of them."""

    inputs: Numbers
    expected: Numbers

    def fault_of(self, found: Numbers) -> str | None:
        """In what the answer differs, None if in nothing; it may be anything at all."""
        import torch

        if "error" in found:
            return printable(str(found["error"])[:LONGEST])
        for name, right in self.expected.items():
            try:
                given = torch.tensor(found[name], dtype=torch.float64)
            except (KeyError, TypeError, ValueError, RuntimeError, OverflowError):
                return name
            right = torch.tensor(right, dtype=torch.float64)
            if given.shape != right.shape or not torch.allclose(
                given, right, rtol=TOLERANCE, atol=TOLERANCE * float(right.abs().max())
            ):
                return name
        return None


def drawn(task: str, forward_is_right: bool = True, seed: int | None = None) -> Probe:
    """A probe for a task, other numbers each time; with a `seed`, the same for all.

    forward_is_right  whether a backward pass may be given what the student's own forward keeps
    """
    return MAKERS[task](Dice(seed), task, forward_is_right)


class Dice:
    def __init__(self, seed: int | None) -> None:
        self.random = random.SystemRandom() if seed is None else random.Random(seed)

    def numbers(self, *shape: int) -> Any:
        """Nested lists of numbers of either sign, none of them near 0."""
        if not shape:
            return self.random.choice((-1, 1)) * self.random.uniform(0.1, 1.5)
        return [self.numbers(*shape[1:]) for _ in range(shape[0])]

    def labels(self, count: int, classes: int) -> list[int]:
        return [self.random.randrange(classes) for _ in range(count)]


def linear(dice: Dice, task: str, forward_is_right: bool) -> Probe:
    import torch

    inputs = {"x": dice.numbers(N, D), "W": dice.numbers(K, D), "b": dice.numbers(K), "g": dice.numbers(N, K)}
    x, W, b = (torch.tensor(inputs[name], dtype=torch.float64, requires_grad=True) for name in "xWb")
    z = torch.nn.functional.linear(x, W, b)
    if task == "linear-forward":
        return Probe(inputs, {"output": z.tolist()})
    gradients = torch.autograd.grad(z, (x, W, b), torch.tensor(inputs["g"], dtype=torch.float64))
    expected = {f"gradient {name}": each.tolist() for name, each in zip("xWb", gradients, strict=True)}
    return Probe(inputs | {"own": forward_is_right}, expected)


def activation(dice: Dice, task: str, forward_is_right: bool) -> Probe:
    import torch

    inputs = {"z": dice.numbers(N, K), "g": dice.numbers(N, K)}
    inputs["z"][0][:2] = [EXTREME, -EXTREME]
    z = torch.tensor(inputs["z"], dtype=torch.float64, requires_grad=True)
    h = getattr(torch, task)(z)
    (gradient,) = torch.autograd.grad(h, z, torch.tensor(inputs["g"], dtype=torch.float64))
    return Probe(inputs, {"output": h.tolist(), "gradient z": gradient.tolist()})


def cross_entropy(dice: Dice, task: str, forward_is_right: bool) -> Probe:
    import torch

    inputs: dict[str, Any] = {"logits": dice.numbers(N, K), "labels": dice.labels(N, K), "g": dice.numbers()}
    if task == "cross-entropy-forward":
        inputs["logits"][0], inputs["labels"][0] = [EXTREME, -EXTREME, 0.0], 1  # sure, and wrong
    logits = torch.tensor(inputs["logits"], dtype=torch.float64, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(inputs["labels"]))
    if task == "cross-entropy-forward":
        return Probe(inputs, {"output": loss.item()})
    (gradient,) = torch.autograd.grad(loss, logits, torch.tensor(inputs["g"], dtype=torch.float64))
    return Probe(
        inputs | {"own": forward_is_right}, {"gradient logits": gradient.tolist(), "count": len(inputs) - 1}
    )


def network(dice: Dice, task: str, forward_is_right: bool) -> Probe:
    """The MLP's logits, and what some steps make of its weights."""
    import torch

    sizes = [D, *HIDDEN, K]
    shapes = [shape for d, k in itertools.pairwise(sizes) for shape in ((k, d), (k,))]
    inputs = {
        "images": dice.numbers(N, D),
        "labels": dice.labels(N, K),
        "parameters": [dice.numbers(*shape) for shape in shapes],
    }
    parameters = [torch.tensor(each, requires_grad=True) for each in inputs["parameters"]]
    model = torch_model(parameters)
    images, labels = torch.tensor(inputs["images"]), torch.tensor(inputs["labels"])
    if task == "mlp":
        return Probe(inputs, {"logits": model(images).tolist()})
    losses = []
    for _ in range(STEPS):
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        losses.append(loss.item())
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter.data -= RATE * gradient
    expected = {f"parameter {at}": each.tolist() for at, each in enumerate(parameters)}
    return Probe(inputs, {"losses": losses, **expected})


def torch_model(parameters: Sequence[Any]) -> Callable[[Any], Any]:
    import torch

    def model(x: Any) -> Any:
        for at in range(0, len(parameters), 2):
            x = torch.nn.functional.linear(x, parameters[at], parameters[at + 1])
            x = torch.tanh(x) if at + 2 < len(parameters) else x
        return x

    return model


def classes(dice: Dice, task: str, forward_is_right: bool) -> Probe:
    """The largest logit's number: no logit itself, even without its decimals, is the number of a class."""
    logits = [[z + (FAR if n % 2 else -FAR) for z in row] for n, row in enumerate(dice.numbers(N, K))]
    return Probe({"logits": logits}, {"classes": [row.index(max(row)) for row in logits]})


MAKERS: dict[str, Callable[[Dice, str, bool], Probe]] = {
    "linear-forward": linear,
    "linear-backward": linear,
    "relu": activation,
    "sigmoid": activation,
    "tanh": activation,
    "cross-entropy-forward": cross_entropy,
    "cross-entropy-backward": cross_entropy,
    "mlp": network,
    "training-step": network,
    "prediction": classes,
    "program": network,
}


Ask = Callable[[str, Numbers], Numbers]  # a task and its inputs → what the student's code makes of them


def fits(forward: str, backward: str, ask: Ask) -> bool:
    """Whether a backward pass is the derivative of a forward that is wrong: then there is one cause, not two.

    Along some directions, what forward does is compared with what backward says; none of it may be 0.
    """
    inputs = dict(drawn(backward).inputs)
    gradients = ask(backward, inputs)
    names = [name for name in inputs if f"gradient {name}" in gradients]
    try:
        for name in names * DIRECTIONS:
            direction = like(Dice(None), inputs[name])
            said = inner(gradients[f"gradient {name}"], direction)
            ends = [ask(forward, inputs | {name: moved(inputs[name], direction, h)}) for h in (STEP, -STEP)]
            done = sum(
                sign * inner(end["output"], inputs["g"]) for sign, end in zip((1, -1), ends, strict=True)
            )
            if not abs(said) > 0 or not abs(done / (2 * STEP) - said) < FITS * abs(said):
                return False
    except (LookupError, TypeError, ValueError, OverflowError):  # no numbers
        return False
    return bool(names)


def like(dice: Dice, value: Any) -> Any:
    return [like(dice, each) for each in value] if isinstance(value, list) else dice.numbers()


def inner(one: Any, other: Any) -> float:
    """The sum of the products; both have the same shape."""
    if isinstance(one, list) or isinstance(other, list):
        return sum(inner(a, b) for a, b in zip(one, other, strict=True))
    return float(one) * float(other)


def moved(value: Any, direction: Any, step: float) -> Any:
    if isinstance(value, list):
        return [moved(a, b, step) for a, b in zip(value, direction, strict=True)]
    return value + step * direction


def digest(found: Numbers) -> str | None:
    """What tells wrong numbers apart, to 12 digits; None where there are none."""
    if "error" in found:
        return None
    return hashlib.sha256(repr(rounded(found)).encode()).hexdigest()


def rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return sorted((str(name), rounded(each)) for name, each in value.items())
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return f"{value:.{DIGITS - 1}e}" if isinstance(value, float) else repr(value)
