"""Why a model reads a picture as it does."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.calculus import Attribution
from charmlp.errors import UsageError
from charmlp.explanation import words
from charmlp.explanation.nearest import Neighbour, TrainingLetters
from charmlp.images import to_inputs
from charmlp.modelfile import Model
from charmlp.system.files import write_whole
from charmlp.text import did_you_mean, quote

if TYPE_CHECKING:
    from PIL import Image

Array = NDArray[Any]

GUESSES = 5
MOST_UNITS = 6
MOST_NEIGHBOURS = 8
DIGITS = 7  # of a number in `to_dict`


@dataclass(frozen=True)
class Unit:
    """A unit of the first hidden layer.

    number        its place in the layer, from 1, as in the picture of the weights
    activity      y = f(W x + b)
    contribution  what of the pixels' contributions goes through it
    weights       W, from each pixel, H×W
    """

    number: int
    activity: float
    contribution: float
    weights: Array


@dataclass(frozen=True)
class Explanation:
    """What speaks for the guess and against another class: why A, and not R?

    A logit by itself says little: softmax compares logits, and ln(p_A / p_R) = z_A − z_R. That difference is
    what is explained, pixel by pixel: `pixels` H×W, above 0 for A and below 0 for R, which with `bias` and
    `remainder` add up to it. `of_guess` and `of_other` are the same for each of the two logits.

    A pixel is measured from the picture's own mean, a flat grey picture: lighter or darker than that is what
    ink and ground have in common, and a stroke that is not there counts as much as one that is there.

    name        of the image
    grey        the picture as the model sees it, uint8 H×W
    inputs      what the model is given of it, H×W
    top         classes and probabilities, best first
    guess       the first of them, A
    other       the class that it is compared with, R
    flat        the input of every pixel of the flat picture
    units       of the first hidden layer, those that contribute most; none where there is no hidden layer
    neighbours  the nearest training letters; `None` where they are not at hand
    versions    of the image, of which `top` is the mean
    alone       what the image as it is would be read as
    origin      of the model, such as its file
    """

    name: str
    model: Model
    grey: NDArray[np.uint8]
    inputs: Array
    top: tuple[tuple[str, float], ...]
    guess: str
    other: str
    flat: float
    of_guess: Attribution
    of_other: Attribution
    units: tuple[Unit, ...]
    neighbours: tuple[Neighbour, ...] | None
    versions: int = 1
    alone: str = ""
    origin: str = ""

    @property
    def exact(self) -> bool:
        """Whether the sum is exact; else the pixels are integrated gradients, an approximation."""
        return self.model.act_type in calculus.PIECEWISE_LINEAR

    @property
    def pixels(self) -> Array:
        """What each pixel contributes to z_A − z_R, H×W."""
        difference: Array = self.of_guess.inputs - self.of_other.inputs
        return difference.reshape(self.grey.shape)

    @property
    def difference(self) -> float:
        """z_A − z_R."""
        return self.of_guess.answer - self.of_other.answer

    @property
    def bias(self) -> float:
        """What is left of z_A − z_R in a flat picture, where no pixel says anything."""
        return self.of_guess.bias - self.of_other.bias

    @property
    def remainder(self) -> float:
        """What pixels and bias lack of z_A − z_R: rounding, or the error of the integral."""
        return self.of_guess.remainder - self.of_other.remainder

    def sentences(self, language: str = "en") -> list[str]:
        """The same in two or three plain sentences, in English or Chinese (`zh`)."""
        return words.sentences(self, language)

    def notes(self, language: str = "en") -> list[str]:
        """What is to be known beside them, where there is something."""
        return words.notes(self, language)

    def to_dict(self) -> dict[str, Any]:
        """The facts, as `charmlp predict --explain DIR --format json` prints them."""

        def logit(of: Attribution) -> dict[str, float]:
            sums = {"logit": of.answer, "pixels": float(of.inputs.sum())}
            return sums | {"bias": of.bias, "remainder": of.remainder}

        return {
            "guess": self.guess,
            "other": self.other,
            "method": "exact" if self.exact else "integrated gradients",
            "difference": self.difference,
            "pixels": [[rounded(value) for value in row] for row in self.pixels.tolist()],
            "bias": self.bias,
            "remainder": self.remainder,
            "logits": {self.guess: logit(self.of_guess), self.other: logit(self.of_other)},
            "flat": self.flat,
            "temperature": self.model.temperature,
            "units": [
                {"unit": unit.number, "activity": unit.activity, "contribution": unit.contribution}
                for unit in self.units
            ],
            "neighbours": None
            if self.neighbours is None
            else [
                {"file": each.name, "class": each.label, "distance": each.distance}
                for each in self.neighbours
            ],
            "sentences": self.sentences(),
            "notes": self.notes(),
        }

    def picture(self, language: str = "en") -> Image.Image:
        """All of it as a picture (docs/explain.md says how to read it), in English or Chinese (`zh`)."""
        from charmlp.explanation.picture import draw

        return draw(self, language).picture

    def save(self, path: str | PathLike[str], language: str = "en") -> Path:
        """Write the picture, whole or not at all: as SVG where the name ends so, else as PNG."""
        from charmlp.explanation.picture import as_png, draw

        path = Path(path)
        if path.suffix == ".svg":
            return draw(self, language).save(path)
        write_whole(path, as_png(self, language))
        return path

    def _repr_html_(self) -> str:
        from charmlp import html
        from charmlp.explanation.picture import as_png

        lines = [html.line(each) for each in (*self.sentences(), *self.notes())]
        title = f"{self.name}: read as {self.guess}"
        return html.card(title, *lines, html.image(as_png(self), f"Why {self.guess} and not {self.other}"))

    def __repr__(self) -> str:
        return f"Explanation({self.guess!r} and not {self.other!r}, logits differ by {self.difference:.2f})"


def explain(
    model: Model,
    grey: NDArray[np.uint8],
    top: tuple[tuple[str, float], ...],
    *,
    name: str = "image",
    against: str | None = None,
    training: TrainingLetters | None = None,
    origin: str = "",
    versions: int = 1,
) -> Explanation:
    """Explain how a model reads a grey image H×W of its size.

    top       at least two classes with their probabilities, best first: the guess and its runner-up
    against   instead of the runner-up; where it is the guess itself, the runner-up
    training  letters among which neighbours are looked for
    origin    of the model, such as its file
    versions  of the image, of which `top` is the mean (`Recognizer`'s `tta`)

    Raises `UsageError` where no class is called so.
    """
    guess, other = top[0][0], top[1][0]
    if against is not None and check_class(against, model.classes) != guess:
        other = against
    weights, biases = ([array.astype(np.float64) for array in some] for some in (model.weights, model.biases))
    x = to_inputs(grey[np.newaxis], model.preprocessing)[0].astype(np.float64)
    flat = float(x.mean())

    def of(name: str) -> Attribution:
        c = (np.asarray(model.classes) == name).astype(np.float64)
        return calculus.attribute(x, np.full_like(x, flat), c, weights, biases, model.act_type)

    of_guess, of_other = of(guess), of(other)
    layers = calculus.mlp_layers(x[np.newaxis], weights, biases, model.act_type)
    return Explanation(
        name=name,
        model=model,
        grey=grey,
        inputs=x.reshape(grey.shape),
        top=top,
        guess=guess,
        other=other,
        flat=flat,
        of_guess=of_guess,
        of_other=of_other,
        units=first_units(model, layers[0].y[0], of_guess.units - of_other.units),
        neighbours=None if training is None else training.nearest(grey, MOST_NEIGHBOURS),
        versions=versions,
        alone=model.classes[int(layers[-1].y[0].argmax())],
        origin=origin,
    )


def first_units(model: Model, activity: Array, through: Array) -> tuple[Unit, ...]:
    """The units of the first hidden layer through which most goes, one way or the other."""
    if not model.hidden_size:
        return ()
    chosen = np.argsort(-np.abs(through), kind="stable")[:MOST_UNITS].tolist()
    return tuple(
        Unit(at + 1, float(activity[at]), float(through[at]), model.weights[0][at].reshape(model.norm_size))
        for at in chosen
        if through[at]
    )


def check_class(name: str, classes: tuple[str, ...]) -> str:
    """The name of a class; raises `UsageError` where there is none."""
    if name not in classes:
        raise UsageError(f"--against: the model has no class {quote(name)}{did_you_mean(name, classes)}")
    return name


def rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
