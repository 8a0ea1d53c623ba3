"""Runs and letters that are made up, so that a test knows what is read as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from charmlp.config import SLIDES, TrainingConfig
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.modelfile import Model
from charmlp.report import Contents, gather
from charmlp.training.pastrun import PastRun
from charmlp.training.state import Epoch, Figures

EVIL = (
    "</script><img src=x onerror=alert(1)>", "a&b\"c'd", "\u202eright to left\u202c", "汉字", "{{ 7*7 }}",
    "\\input{x}$&#",
)  # fmt: skip


def letters_read_as(
    labels: Sequence[int], guesses: Sequence[int], classes: Sequence[str], **given: Any
) -> LetterSet:
    """Images of which `model_of` reads the i-th as `guesses[i]`: one pixel for each class."""
    side = side_for(classes)
    images = np.random.default_rng(0).integers(0, 80, (len(labels), side, side)).astype(np.uint8)
    images.reshape(len(labels), -1)[np.arange(len(labels)), guesses] = 255
    names = given.pop("names", [f"images/{number:04d}.png" for number in range(len(labels))])
    return LetterSet(images, np.array(labels, np.int64), tuple(classes), tuple(names), **given)


def side_for(classes: Sequence[str]) -> int:
    return max(8, int(np.ceil(np.sqrt(len(classes)))))


def model_of(classes: Sequence[str], layers: int, **provenance: Any) -> Model:
    """Reads the class whose pixel is the brightest."""
    side, n = side_for(classes), len(classes)
    weights = (4 * np.eye(n, side * side, dtype=np.float32), *[np.eye(n, dtype=np.float32)] * (layers - 1))
    biases = tuple(np.zeros(n, np.float32) for _ in weights)
    return Model(tuple(classes), (side, side), "scale", "relu", weights, biases, provenance)


@dataclass(frozen=True)
class InMemory(Source):
    """Letters that lie nowhere."""

    sets: Mapping[str, LetterSet]
    classes: tuple[str, ...] = ()
    layout: str = "in memory"
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def splits(self) -> dict[str, int]:
        return {split: len(letters) for split, letters in self.sets.items()}

    def _load(self, split: str, *_: Any) -> LetterSet:
        return self.sets[split]

    def identity(self) -> str:
        return "0123456789abcdef"


def history(epochs: int = 3, every: int = 1) -> tuple[Epoch, ...]:
    return tuple(
        Epoch(n, 3 / n, 0.1, 0.5, Figures(3.5 / n, 1 - 1 / (n + 1), 0.5) if n % every == 0 else None)
        for n in range(1, epochs + 1)
    )


@dataclass(frozen=True)
class Made:
    """What a report is made of; each part can be another one."""

    classes: tuple[str, ...] = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    count: int = 130
    misread: float = 0.2
    names: Sequence[str] | None = None
    config: TrainingConfig | None = SLIDES
    given: Mapping[str, Any] | None = field(
        default_factory=lambda: {
            "folder": "/", "data": "photos", "im_dir": None, "lists": None, "classes": None,
            "n_classes": None, "skip_bad": False,
        }
    )  # fmt: skip
    epochs: int = 3
    layers: int = 2
    folder: Path = Path("runs/first")
    training: LetterSet | None = None

    @property
    def run(self) -> PastRun:
        model = model_of(
            self.classes, self.layers, epoch=self.epochs, data="0123456789abcdef", rendered_letters=0
        )
        given = None if self.given is None else dict(self.given)
        return PastRun(
            self.folder, self.folder / "model.safetensors", model, self.config, history(self.epochs), given
        )

    @property
    def letters(self) -> LetterSet:
        random = np.random.default_rng(1)
        labels = np.arange(self.count) % len(self.classes)
        wrong = random.random(self.count) < self.misread
        guesses = np.where(wrong, (labels + random.integers(1, 3, self.count)) % len(self.classes), labels)
        names = {} if self.names is None else {"names": self.names}
        return letters_read_as(labels.tolist(), guesses.tolist(), self.classes, **names)

    @property
    def contents(self) -> Contents:
        sets = {} if self.training is None else {"train": self.training}
        return gather(self.run, InMemory(sets | {"test": self.letters}, self.classes), "photos")
