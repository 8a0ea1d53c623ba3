"""The second of a run's three stages: a network is fitted to prepared letters."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.calculus.familiarity import Familiarity
from charmlp.config import TrainingConfig, changes
from charmlp.errors import UsageError
from charmlp.images import to_inputs
from charmlp.images.variants import variant
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import Scores, fit_temperature
from charmlp.system.ranks import ALONE, Ranks
from charmlp.training.callbacks import SILENT, Callback, timed
from charmlp.training.familiarity import learn_familiarity
from charmlp.training.feed import Pictures
from charmlp.training.order import Order
from charmlp.training.prepare import Prepared
from charmlp.training.state import Epoch, TrainingState
from charmlp.training.steps.choice import choose_step
from charmlp.training.steps.parameters import Parameters
from charmlp.training.trainer import Trainer

LEARNED = 0.8  # of the training letters: whoever reads fewer has not learned them; both recipes pass 0.9
LEARNED_OF_RENDERED = 0.6  # where all of them are rendered, some beyond anybody's reading
MOST_READ = 2000  # of a set, to see that, and to fit the temperature
VERSIONS = 8  # of a validation letter, for the temperature


@dataclass(frozen=True)
class Fit:
    """What training returns: the kept parameters, the epoch they come from, and how it went.

    config       the settings, with the number of epochs settled
    scores       of the kept epoch on the validation set; `None` without one
    temperature  for which its probabilities suit the validation set best; 1 without one
    interrupted  whether Ctrl-C ended it
    familiarity  what it has seen, by which pictures unlike it are known; `None` without enough letters
    """

    config: TrainingConfig
    parameters: Parameters
    kept_epoch: int
    scores: Scores | None
    temperature: float
    history: tuple[Epoch, ...]
    interrupted: bool
    familiarity: Familiarity | None = None

    @property
    def kept(self) -> Epoch:
        """The epoch whose weights were kept."""
        return self.history[self.kept_epoch - 1]

    def __repr__(self) -> str:
        return f"Fit({len(self.history)} epochs, kept {self.kept_epoch}, {self.parameters!r})"


def fit(
    config: TrainingConfig,
    prepared: Prepared,
    *,
    callbacks: Callback = SILENT,
    state: TrainingState | None = None,
    ranks: Ranks = ALONE,
) -> Fit:
    """Train a network on prepared letters, from its start or from a state; see `Trainer.run`."""
    trainer = make_trainer(config, prepared, callbacks, ranks=ranks)
    if state is not None:
        trainer.take_up(state)
    with timed(callbacks, "training"):
        trainer.run()
    return ranks.of_first(lambda: summed_up(trainer, prepared, callbacks))


def summed_up(trainer: Trainer, prepared: Prepared, callbacks: Callback) -> Fit:
    """What is kept of a training, and what it is worth."""
    config, kept = trainer.config, trainer.kept
    assert kept.parameters is not None
    parameters = Parameters.of(trainer.sizes, kept.parameters)
    interrupted = isinstance(trainer.stopped, KeyboardInterrupt)
    if not interrupted:
        accuracy = training_accuracy(config, parameters, prepared.training)
        if accuracy < (LEARNED_OF_RENDERED if prepared.style else LEARNED):
            tell_underfitting(config, accuracy, callbacks)
    with timed(callbacks, "fitting the temperature"):
        temperature = validation_temperature(config, parameters, prepared.validation)
    callbacks.detail(f"temperature {temperature:.3g}")
    with timed(callbacks, "learning what is usual"):
        known = learn_familiarity(config, parameters, trainer.chunks, prepared.validation)
    history = tuple(trainer.history)
    return Fit(config, parameters, kept.epoch, kept.scores, temperature, history, interrupted, known)


def tell_underfitting(config: TrainingConfig, accuracy: float, callbacks: Callback) -> None:
    """A line where the net has not even learned its training letters, with what differs from the recipe."""
    changed = ", ".join(changes(config))
    advice = f"take back what was changed: {changed}" if changed else "look at the labels"
    callbacks.message(
        f"underfitted: only {100 * accuracy:.0f} % of the training images are read right (recipe "
        f"{config.recipe} as it is: over 90 % of photographs of letters); train longer, or {advice}"
    )


def training_accuracy(config: TrainingConfig, parameters: Parameters, letters: LetterSet) -> float:
    """The share of some training letters, spread evenly, that is read right, as they are: not augmented."""
    some = letters.take(letters.spread(MOST_READ))
    return float((read(config, parameters, some).argmax(1) == some.labels).mean())


def validation_temperature(
    config: TrainingConfig, parameters: Parameters, letters: LetterSet | None
) -> float:
    """What the logits are divided by for probabilities that suit the validation letters; 1 without any.

    Where training changes its letters, each of few validation letters is read in several versions, slightly
    changed as well: 400 letters alone leave too much to chance (docs/evaluation.md).
    """
    if letters is None or not len(letters):
        return 1.0
    some = letters.take(letters.spread(MOST_READ))
    count = min(VERSIONS, 2 * MOST_READ // len(some)) if config.augment else 1
    versions = (dataclasses.replace(some, images=variant(some.images, number)) for number in range(count))
    logits = [read(config, parameters, version) for version in versions]
    return fit_temperature(np.concatenate(logits), np.tile(some.labels, count))


def read(config: TrainingConfig, parameters: Parameters, letters: LetterSet) -> Array:
    """Logits N×K of letters as they are: not augmented."""
    inputs = to_inputs(letters.images, config.preprocessing)
    return calculus.mlp(inputs, parameters.weights, parameters.biases, config.act_type)


def make_trainer(
    config: TrainingConfig,
    prepared: Prepared,
    callbacks: Callback = SILENT,
    *,
    trainings: int = 1,
    ranks: Ranks = ALONE,
) -> Trainer:
    """The trainer of prepared letters: their order, what feeds them, how long, and by which step.

    It is one of so many `trainings`: what is compiled for one serves the others as well.
    """
    training, validation, rendered = prepared.training, prepared.validation, prepared.rendered
    if training.images.shape[1:] != config.norm_size:
        raise UsageError(f"--norm_size: the letters were prepared with {training.images.shape[1:]}")
    beside = None if rendered is None else rendered.labels
    order = Order(config, len(training.classes), training.labels, beside)
    if config.updates:
        config = dataclasses.replace(config, epochs=max(1, round(config.updates / order.updates)))
    callbacks.message(
        f"{config.epochs:,} epochs of {order.updates:,} updates, {order.batch_size:,} images each"
    )
    feed = Pictures(config.preprocessing, training, rendered)
    sizes = (feed.width, *config.hidden_size, order.n_classes)
    step_name, why = choose_step(config, sizes, trainings * config.epochs * order.updates, ranks)
    callbacks.detail(f"step: {step_name} ({why})")
    watched = None if validation is None else Pictures(config.preprocessing, validation)
    return Trainer(config, order, feed, watched, step_name=step_name, callbacks=callbacks, ranks=ranks)
