"""The one training loop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import Scores, score
from charmlp.training.epochs import Epochs
from charmlp.training.parameters import Parameters
from charmlp.training.schedule import learning_rates
from charmlp.training.steps import Step, make_step

CHUNK = 1024  # images that are validated at one time


@dataclass(frozen=True)
class Epoch:
    """One line of `metrics.csv`: what an epoch did. The validation scores are `None` where there was none."""

    epoch: int
    loss: float
    lr: float
    seconds: float
    validation: Scores | None


@dataclass(frozen=True)
class Fit:
    """What training returns: the kept parameters, the epoch they come from, and how it went."""

    parameters: Parameters
    kept_epoch: int
    history: tuple[Epoch, ...]
    interrupted: bool

    @property
    def kept(self) -> Epoch:
        """The epoch whose weights were kept."""
        return self.history[self.kept_epoch - 1]

    def __repr__(self) -> str:
        return f"Fit({len(self.history)} epochs, kept {self.kept_epoch}, {self.parameters!r})"


def fit(
    config: TrainingConfig,
    training: LetterSet,
    validation: LetterSet | None,
    *,
    rendered: LetterSet | None = None,
    step_name: str = "analytic",
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Fit:
    """Train a network on `training`, watched on `validation`.

    An interrupt (Ctrl-C) ends training with the last whole epoch, or, where there is none yet, goes on to the
    caller. Raises `CharmlpError` when the loss is no longer a finite number.
    """
    initial, order, changes, masks = (np.random.default_rng([config.seed, stream]) for stream in range(4))
    epochs = Epochs(config, training, rendered)
    weights = epochs.class_weights() if config.class_weights == "balanced" else None
    step = make_step(step_name, config, Parameters.initial(layer_sizes(config, training), initial), weights)
    keeper = Keeper(config, validation is not None)
    history: list[Epoch] = []
    interrupted = False
    try:
        for number in range(1, config.epochs + 1):
            start = time.perf_counter()
            loss, lr = run_epoch(config, step, epochs, number, order, changes, masks)
            scores = None
            if validation is not None and (number % config.val_interval == 0 or number == config.epochs):
                scores = validate(config, step.averaged(), validation)
            history.append(Epoch(number, loss, lr, time.perf_counter() - start, scores))
            keeper.see(history[-1], step)
            on_epoch(history[-1])
            if keeper.patience_is_over:
                break
    except KeyboardInterrupt:
        if keeper.parameters is None:
            raise
        interrupted = True
    assert keeper.parameters is not None
    return Fit(keeper.parameters, keeper.epoch, tuple(history), interrupted)


def layer_sizes(config: TrainingConfig, letters: LetterSet) -> tuple[int, ...]:
    """Pixels, hidden units of each layer, classes."""
    return (math.prod(config.norm_size), *config.hidden_size, len(letters.classes))


def run_epoch(
    config: TrainingConfig,
    step: Step,
    epochs: Epochs,
    number: int,
    order: np.random.Generator,
    changes: np.random.Generator,
    masks: np.random.Generator,
) -> tuple[float, float]:
    """Mean loss of the epoch's images and the last learning rate."""
    done = (number - 1) * epochs.updates
    losses: list[NDArray[Any]] = []
    rates = np.empty(0)
    for inputs, labels in epochs.chunks(order, changes):
        updates = -(-len(inputs) // config.batch_size)
        rates = learning_rates(config, done, updates, config.epochs * epochs.updates)
        with np.errstate(over="ignore", invalid="ignore"):  # told of below, in words
            losses.append(step.run(inputs, labels, rates, masks))
        done += updates
    loss = float(np.concatenate(losses).mean())
    if not np.isfinite(loss):
        raise CharmlpError(
            f"the loss became {loss} in epoch {number}: lower --lr (now {config.lr:g})"
            f"{' or set --clip_norm 1' if not config.clip_norm else ''}"
        )
    return loss, float(rates[-1])


def validate(config: TrainingConfig, parameters: Parameters, letters: LetterSet) -> Scores:
    """Score the parameters on a set of letters."""
    logits = [
        calculus.mlp(
            to_inputs(letters.images[start : start + CHUNK], config.preprocessing),
            parameters.weights,
            parameters.biases,
            config.act_type,
        )
        for start in range(0, len(letters), CHUNK)
    ]
    return score(np.concatenate(logits), letters.labels)


class Keeper:
    """Remembers the parameters that will be kept: the last epoch's, or the best one's by the monitor."""

    def __init__(self, config: TrainingConfig, validated: bool) -> None:
        self.config = config
        self.keeps_best = config.keep == "best" and validated
        self.best = -math.inf
        self.worse = 0
        self.epoch = 0
        self.parameters: Parameters | None = None

    def see(self, epoch: Epoch, step: Step) -> None:
        better = False
        if epoch.validation is not None:
            figure = getattr(epoch.validation, self.config.monitor)
            value = -figure if self.config.monitor == "loss" else figure
            better = value > self.best
            self.best = max(self.best, value)
            self.worse = 0 if better else self.worse + 1
        if better or not self.keeps_best or self.parameters is None:
            self.epoch, self.parameters = epoch.epoch, step.averaged().copy()

    @property
    def patience_is_over(self) -> bool:
        return bool(self.config.patience) and self.worse >= self.config.patience
