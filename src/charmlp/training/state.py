"""The whole state of a training: what must be written down to go on later with the same bits.

Random numbers need no state: each is drawn by its position (`randomness.py`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.metrics import Scores


@dataclass(frozen=True)
class Figures:
    """The figures of a validation, as in `metrics.Scores`, without what has a number for each class."""

    loss: float
    accuracy: float
    macro_f1: float


@dataclass(frozen=True)
class Epoch:
    """One line of `metrics.csv`: what an epoch did; without validation, those figures are `None`."""

    epoch: int
    loss: float
    lr: float
    seconds: float
    validation: Figures | None


def table_of(history: Sequence[Epoch]) -> Array:
    """Epochs as numbers, a row each; without validation, figures are no numbers, which losses never are."""
    none = Figures(np.nan, np.nan, np.nan)
    rows = [
        (epoch.loss, epoch.lr, epoch.seconds, *dataclasses.astuple(epoch.validation or none))
        for epoch in history
    ]
    return np.array(rows, np.float64).reshape(-1, 6)


def epochs_in(table: Array) -> tuple[Epoch, ...]:
    """The epochs that `table_of` was given: the first one, the second one, …"""
    return tuple(
        Epoch(number, loss, lr, seconds, None if figures[0] != figures[0] else Figures(*figures))
        for number, (loss, lr, seconds, *figures) in enumerate(table.tolist(), 1)
    )


LATE = 2 / 3  # of the epochs come before the late ones


@dataclass
class Kept:
    """The parameters that training will hand out, and what they were chosen by.

    epoch         the one they come from; 0 before there are any
    parameters    flat
    scores        of that epoch, where it was validated
    best          the monitor's best figure so far; more is better
    disappointed  validations since then, all without improvement
    """

    epoch: int = 0
    parameters: Array | None = None
    scores: Scores | None = None
    best: float | None = None
    disappointed: int = 0

    def consider(
        self, config: TrainingConfig, epoch: int, parameters: Array, scores: Scores | None, validated: bool
    ) -> None:
        """Keep a copy of an epoch's parameters: of the last one, or of the best, or the best late one.

        Best by the monitor. Before the late epochs none is compared with another: few validation letters
        would choose a net that reads them by chance, and has learned less of all others. With patience,
        which may end at any epoch, all are compared.
        `validated` says whether there is a validation set at all; without one, the last epoch is kept.
        """
        counts = config.keep != "late" or config.patience > 0 or epoch > LATE * config.epochs
        better = not counts
        if scores is not None and counts:
            figure = getattr(scores, config.monitor) * (-1 if config.monitor == "loss" else 1)
            better = self.best is None or figure > self.best
            self.best = figure if better else self.best
            self.disappointed = 0 if better else self.disappointed + 1
        if better or config.keep == "last" or not validated or self.parameters is None:
            self.epoch, self.parameters, self.scores = epoch, parameters.copy(), scores


@dataclass(frozen=True)
class StepState:
    """What a step changes, by name: `parameters`, their moving `average`, and what the optimizer remembers.

    All arrays are flat and have the layout of `Parameters`; they may be those that the step works on: who
    wants them to last copies them. `updates` counts what the optimizer has done, as Adam needs it.
    """

    arrays: dict[str, Array]
    updates: int

    def check_fits(self, state: StepState) -> None:
        """Raise `CharmlpError` where `state` belongs to a step of another kind or size than this one."""
        for name in (*self.arrays, *state.arrays):
            here, there = (
                f"{each.arrays[name].dtype} {each.arrays[name].shape}" if name in each.arrays else "nothing"
                for each in (self, state)
            )
            if here != there:
                raise CharmlpError(f"the state is another training's: {name} is {there}, not {here}")


@dataclass(frozen=True)
class TrainingState:
    """All that a training needs to go on as if it had never stopped, at any update.

    updates   done since the training began; the epoch, and the place in it, follow from that
    loss_sum  of the losses of the updates of the epoch under way
    seconds   spent on the epoch under way
    history   of the epochs that are done
    """

    step: StepState
    updates: int
    loss_sum: float
    seconds: float
    kept: Kept
    history: tuple[Epoch, ...]

    def pack(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Arrays by name, and the rest as what JSON can hold; no bit is lost in either."""
        step, kept = self.step, {field.name: getattr(self.kept, field.name) for field in fields(Kept)}
        scores = kept.pop("scores")
        found = {"step": step.arrays, "kept": kept, "scores": {} if scores is None else packed(scores)}
        arrays = {
            f"{whose}.{name}": value
            for whose, those in found.items()
            for name, value in those.items()
            if isinstance(value, np.ndarray)
        }
        facts = {
            whose: {name: value for name, value in those.items() if not isinstance(value, np.ndarray)}
            for whose, those in found.items()
        }
        own = {name: getattr(self, name) for name in OWN}
        return arrays | {"history": table_of(self.history)}, own | facts | {"step_updates": step.updates}

    @classmethod
    def unpack(cls, arrays: Mapping[str, Array], facts: Mapping[str, Any]) -> TrainingState:
        """The state that `pack` was asked for."""
        of: dict[str, dict[str, Any]] = {whose: dict(facts[whose]) for whose in ("step", "kept", "scores")}
        for place, array in arrays.items():
            whose, _, name = place.partition(".")
            if name:
                of[whose][name] = array
        kept = Kept(**of["kept"], scores=unpacked(of["scores"]) if of["scores"] else None)
        step, history = StepState(of["step"], facts["step_updates"]), epochs_in(arrays["history"])
        return cls(step, kept=kept, history=history, **{name: facts[name] for name in OWN})


OWN = ("updates", "loss_sum", "seconds")  # of a state's own: numbers


def packed(scores: Scores) -> dict[str, Any]:
    """Scores by name; of the confusion, mostly zeros, `counts` and their `places`: K×K may be 200 MB."""
    found = dict(vars(scores))
    confusion = found.pop("confusion").ravel()
    places = np.flatnonzero(confusion)
    return found | {"places": places, "counts": confusion[places]}


def unpacked(found: dict[str, Any]) -> Scores:
    """The scores of `packed`."""
    places, counts, classes = found.pop("places"), found.pop("counts"), len(found["support"])
    confusion = np.zeros(classes**2, counts.dtype)
    confusion[places] = counts
    return Scores(**found, confusion=confusion.reshape(classes, classes))
