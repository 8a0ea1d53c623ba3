"""A trained model that reads images, with NumPy alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.calculus.familiarity import strangeness
from charmlp.config import PROBABILITY
from charmlp.errors import CharmlpError, ImageError, UsageError
from charmlp.images import ImageSource, are_blank, read_grey, to_inputs
from charmlp.images.batches import is_path, read_batches
from charmlp.images.crop import letter_size
from charmlp.images.reading import ImageOrError, read_batch
from charmlp.images.variants import check_versions, variant
from charmlp.metrics.strangers import Strangers
from charmlp.modelfile import Model, model_in, read_model
from charmlp.text import short, shown_path

if TYPE_CHECKING:
    from charmlp.explanation import Explanation, TrainingLetters
    from charmlp.letters import LetterSet

Images: TypeAlias = "list[ImageSource] | tuple[ImageSource, ...]"

SMALL = 2 / 3  # of the usual size in training: smaller letters are misread
MOST_CHARACTERS = 120  # of the classes' names, where they are shown
MOST_LOOKED_AT = 500  # images among which one of a small letter is looked for


@dataclass(frozen=True)
class Prediction:
    """What an image shows.

    prediction   the most probable class; `None` where its probability is too small for an answer (`reject`)
    probability  of the most probable class, answered or not
    top          the most probable classes with their probabilities, best first
    unfamiliar   whether the image looks like nothing that the model was trained with; False where its file
                 does not say what that was
    """

    prediction: str | None
    probability: float
    top: tuple[tuple[str, float], ...]
    unfamiliar: bool = False

    def to_dict(self, topk: int | None = None) -> dict[str, Any]:
        """What JSON has of it, with at most `topk` classes: of `predict --format json`, of the server."""
        entry: dict[str, Any] = {
            "prediction": self.prediction,
            "probability": self.probability,
            "top": [{"class": name, "probability": share} for name, share in self.top[:topk]],
        }
        return entry | {"unfamiliar": True} if self.unfamiliar else entry

    def __repr__(self) -> str:
        if self.prediction is None:
            return f"Prediction(None, unsure: {self.top[0][0]!r}, {self.probability:.1%})"
        return f"Prediction({self.prediction!r}, {self.probability:.1%})"

    def _repr_html_(self) -> str:
        from charmlp import html

        rows = [(html.escape(name), html.bar(share), f"{100 * share:.1f} %") for name, share in self.top]
        unsure = "unsure: " if self.prediction is None else ""
        return html.card(f"{unsure}{self.top[0][0]}  {100 * self.probability:.1f} %", html.table(rows))


class Notes:
    """Says, once of each kind, what may make an image be misread."""

    def __init__(self, say: Callable[[str], None], model: Model) -> None:
        self.say = say
        self.of_depth = True
        self.of_size = MOST_LOOKED_AT if model.view.crop == "none" else 0
        usual = model.provenance.get("letter_size")
        self.usual_size = usual if isinstance(usual, float) else 1.0
        self.strangers = None if model.familiarity is None else Strangers(model.familiarity)

    def of(
        self, name: str, grey: NDArray[np.uint8], depth: str | None, strange: float | None = None
    ) -> ImageError | None:
        """Say it of one image, H×W; an error where it shows nothing."""
        if are_blank(grey[np.newaxis])[0]:
            return blank_error(name)
        if depth and self.of_depth:
            self.of_depth = False
            self.say(f"{name}: {depth}")
        if self.of_size:
            self.of_size -= 1
            size = letter_size(grey)
            if size < SMALL * self.usual_size:
                self.of_size = 0
                self.say(
                    f"{name}: the letter takes up {size:.0%} of its picture, in training"
                    f" {self.usual_size:.0%}, and may be misread: crop it, or train with --crop auto"
                )
        if self.strangers is not None and strange is not None:
            self.strangers.add(name, strange)
        return None

    def of_all(self) -> None:
        """Say what shows when all images are read: how many of them look like nothing the model knows."""
        if self.strangers is not None and (line := self.strangers.line()):
            self.say(line)


def blank_error(name: str) -> ImageError:
    return ImageError(f"{name}: blank: all its pixels are alike, so that there is no letter")


def name_of(image: ImageOrError) -> str:
    """An image's name for messages."""
    return shown_path(image) if is_path(image) else "image"


def check_reject(reject: float) -> None:
    """Raise `UsageError` for anything but a probability."""
    if not PROBABILITY.allows(reject):
        raise UsageError(f"--reject: {PROBABILITY.misfit(reject)}")


class Recognizer:
    """Reads images with a trained model.

    >>> recognizer = Recognizer.load("runs/2026-01-01_12-00-00")  # doctest: +SKIP
    >>> recognizer.predict("letter.png")  # doctest: +SKIP
    Prediction('A', 98.1%)

    With `tta` (test-time augmentation) above 1, so many versions of each image are read, the image itself and
    slightly changed ones, and their probabilities averaged; always the same ones (`charmlp.images.variants`).
    """

    def __init__(self, model: Model, tta: int = 1, path: Path | None = None) -> None:
        """`path` is the model's file, where it has one: who explains or shows what was read says it."""
        check_versions(tta)
        self.model = model
        self.tta = tta
        self.path = path

    @classmethod
    def load(cls, path: str | PathLike[str], tta: int = 1) -> Recognizer:
        """Read a run folder's model, or a `.safetensors` or `.pth` file; raises `ModelFileError`."""
        check_versions(tta)
        file = model_in(Path(path))
        return cls(read_model(file), tta, file)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of the logits."""
        return self.model.classes

    def grey(self, image: ImageSource) -> NDArray[np.uint8]:
        """The image as the model sees it, H×W grey; raises `ImageError`."""
        return read_grey(image, self.model.norm_size, self.model.view)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Logits N×K of grey images N×H×W, of which `probabilities` are made.

        Of several versions, those whose probabilities are the mean of the versions'.
        """
        if self.tta == 1:
            return self._logits(images)
        total = np.zeros((len(images), len(self.classes)))
        for number in range(self.tta):
            total += self.probabilities(self._logits(variant(images, number)))
        return self.model.temperature * np.log(np.maximum(total / self.tta, np.finfo(np.float64).tiny))

    def probabilities(self, logits: NDArray[Any]) -> NDArray[np.float64]:
        """softmax(z/T) of logits z, N×K, with the model's temperature T."""
        return calculus.softmax(logits.astype(np.float64) / self.model.temperature)

    def _logits(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        inputs = to_inputs(images, self.model.preprocessing)
        return calculus.mlp(inputs, self.model.weights, self.model.biases, self.model.act_type)

    @overload
    def predict(self, image: ImageSource, topk: int = 1, *, reject: float = 0.0) -> Prediction: ...

    @overload
    def predict(self, image: Images, topk: int = 1, *, reject: float = 0.0) -> list[Prediction]: ...

    def predict(
        self, image: ImageSource | Images, topk: int = 1, *, reject: float = 0.0
    ) -> Prediction | list[Prediction]:
        """Read one image, or a list of them.

        Where the probability of the most probable class is below `reject` (0 to 1), the answer is unsure: its
        `prediction` is `None`, the classes stay in `top`. `charmlp test` shows what a `reject` is worth.

        An image is a path, the bytes of a file or an open one (`BytesIO`), a Pillow image, or an array: H×W,
        or H×W×3 or 4 for colours, uint8 or floats from 0 to 1. Raises `ImageError` where it cannot be read or
        is blank, `TypeError` where it is no image at all.
        """
        if isinstance(image, list | tuple):
            return list(self.predict_many(image, topk, reject=reject))
        (prediction,) = self.predict_many([image], topk, reject=reject)
        return prediction

    @overload
    def predict_many(
        self,
        images: Iterable[ImageOrError],
        topk: int = 1,
        *,
        reject: float = 0.0,
        note: Callable[[str], None] = warnings.warn,
    ) -> Generator[Prediction, None, None]: ...

    @overload
    def predict_many(
        self,
        images: Iterable[ImageOrError],
        topk: int = 1,
        *,
        reject: float = 0.0,
        return_errors: bool,
        note: Callable[[str], None] = warnings.warn,
    ) -> Generator[Prediction | CharmlpError, None, None]: ...

    def predict_many(
        self,
        images: Iterable[ImageOrError],
        topk: int = 1,
        *,
        reject: float = 0.0,
        return_errors: bool = False,
        note: Callable[[str], None] = warnings.warn,
    ) -> Generator[Prediction | CharmlpError, None, None]:
        """Read any number of images in their order, on all cores, only some of them in memory at a time.

        Each is what `predict` takes. Where one cannot be read or is blank, its `ImageError` is raised, or,
        with `return_errors`, stands in the place of its prediction. (So does a `CharmlpError` among the
        images, such as a pattern of names that fits none.) Where it is not read to its end, close it
        (`contextlib.closing`): then neither thread nor process stays.

        `note` is told, once of each kind, what may make an image be misread: that its values have fewer bits
        than its file, that its letter is much smaller than those of the training images, and at the end how
        many look like nothing that the model was trained with.

        >>> dict(zip(paths, recognizer.predict_many(paths)))  # doctest: +SKIP
        {'1.png': Prediction('A', 98.1%), '2.png': Prediction('F', 71.5%)}
        """
        check_reject(reject)
        notes = Notes(note, self.model)
        with closing(read_batches(images, self.model.norm_size, view=self.model.view)) as batches:
            for asked, batch in batches:
                predictions = zip(batch.images, *self._read(batch.images, topk, reject), strict=True)
                for place, image in enumerate(asked):
                    if (fault := batch.faults.get(place)) is None:
                        grey, answer, strange = next(predictions)
                        fault = notes.of(name_of(image), grey, batch.notes.get(place), strange)
                    if fault is not None and not return_errors:
                        raise fault
                    yield answer if fault is None else fault
        notes.of_all()

    def predict_grey(
        self, images: NDArray[np.uint8], topk: int = 1, *, reject: float = 0.0
    ) -> list[Prediction]:
        """Read grey images N×H×W of the model's size."""
        check_reject(reject)
        return self._read(images, topk, reject)[0]

    def _read(
        self, images: NDArray[np.uint8], topk: int, reject: float
    ) -> tuple[list[Prediction], list[float | None]]:
        """Predictions and strangeness of grey images."""
        logits = self.logits(images)
        strange = self.strangeness(images, logits)
        values = [None] * len(images) if strange is None else strange.tolist()
        limit = np.inf if self.model.familiarity is None else self.model.familiarity.limit
        probabilities = self.probabilities(logits)
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, : max(topk, 1)]
        rows = zip(order.tolist(), probabilities.tolist(), strict=True)
        tops = (tuple((self.classes[number], row[number]) for number in numbers) for numbers, row in rows)
        predictions = [
            Prediction(
                top[0][0] if top[0][1] >= reject else None,
                top[0][1],
                top,
                value is not None and value > limit,
            )
            for top, value in zip(tops, values, strict=True)
        ]
        return predictions, values

    def strangeness(
        self, images: NDArray[np.uint8], logits: NDArray[Any] | None = None
    ) -> NDArray[np.float64] | None:
        """How unlike training letters grey images N×H×W are, N (`charmlp.calculus.familiarity`).

        None where the model's file does not say what those were like. `logits` are what `logits` gave for
        these images, where that is known already; with several versions of an image they are not its own.
        """
        if self.model.familiarity is None:
            return None
        inputs = to_inputs(images, self.model.preprocessing)
        logits = self._logits(images) if logits is None or self.tta > 1 else logits
        return strangeness(self.model.familiarity, inputs, logits, self.model.norm_size)

    def predict_proba(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The probability of each class, N×K, for grey images N×H×W of the model's size."""
        return self.probabilities(self.logits(images))

    def explain(
        self,
        image: ImageSource,
        *,
        against: str | None = None,
        training: TrainingLetters | LetterSet | None = None,
        note: Callable[[str], None] = warnings.warn,
    ) -> Explanation:
        """Why an image is read as it is, and not as another class: docs/explain.md.

        image     what `predict` takes
        against   the class that the guess is compared with, instead of the runner-up; where it is the guess
                  itself, the runner-up
        training  letters among which those most like the image are looked for, of the model's size and view:
                  `charmlp.data.open_source("photos").load("train", model.norm_size, view=model.view)`
        note      see `predict_many`

        Raises `ImageError` as `predict` does, and `UsageError` where no class is called so.

        >>> recognizer.explain("letter.png").save("why.png")  # doctest: +SKIP
        """
        from charmlp.explanation import GUESSES, TrainingLetters, explain

        if training is not None and not isinstance(training, TrainingLetters):
            training = TrainingLetters(self.model, training)
        batch, name = read_batch([image], self.model.norm_size, self.model.view), name_of(image)
        fault = batch.faults.get(0) or Notes(note, self.model).of(name, batch.images[0], batch.notes.get(0))
        if fault is not None:
            raise fault
        return explain(
            self.model,
            batch.images[0],
            self.predict_grey(batch.images, GUESSES)[0].top,
            name=name,
            against=against,
            training=training,
            origin="" if self.path is None else str(self.path),
            versions=self.tta,
        )

    def __repr__(self) -> str:
        return f"Recognizer({self.model!r})"

    def _repr_html_(self) -> str:
        from charmlp import html

        model = self.model
        (height, width), sizes = model.norm_size, "-".join(map(str, model.sizes))
        recipe, accuracy = (model.provenance.get(name) for name in ("recipe", "validation_accuracy"))
        rows = {
            "model": "" if self.path is None else shown_path(self.path),
            "network": f"{sizes}, {model.act_type}, {model.n_parameters:,} parameters",
            "images": f"{height}×{width} grey, {model.preprocessing}, crop {model.view.crop}",
            "classes": f"{len(model.classes):,}: {short(' '.join(model.classes), MOST_CHARACTERS)}",
            "recipe": recipe if isinstance(recipe, str) else "",
            "validation accuracy": f"{100 * accuracy:.1f} %" if isinstance(accuracy, float) else "",
            "temperature": f"{model.temperature:g}" if model.temperature != 1 else "",
            "read": f"{self.tta} versions of each image" if self.tta > 1 else "",
        }
        return html.card("Recognizer", html.facts((name, words) for name, words in rows.items() if words))
