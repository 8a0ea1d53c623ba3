"""The one training loop: chunks of updates, and after each epoch validation and what is kept."""

import dataclasses
import time
from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from threadpoolctl import threadpool_limits

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.metrics import Scores, score
from charmlp.system.interrupts import Interrupts, interrupts
from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.threads import blocks, each
from charmlp.training.callbacks import SILENT, Callback, StopTraining
from charmlp.training.feed import Chunks, Feed
from charmlp.training.order import Order
from charmlp.training.randomness import START, generator
from charmlp.training.schedule import learning_rates
from charmlp.training.state import Epoch, Figures, Kept, TrainingState
from charmlp.training.steps.choice import make_step
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.parameters import Parameters

READ_TOGETHER = 1024  # examples, of which a core takes so many:
ROWS = 128
STOP = 1000  # greater than the numbers of signals
QUIET = np.errstate(over="ignore", invalid="ignore", divide="ignore")  # told of by check_finite, in words


class Trainer:
    """Trains a network on a feed in an order, watched on another feed.

    It stands between two updates, and its `state` there is all that another trainer of the same settings and
    data needs to go on, by `take_up`, with the same bits.
    """

    def __init__(
        self,
        config: TrainingConfig,
        order: Order,
        feed: Feed,
        validation: Feed | None = None,
        *,
        step_name: str = "analytic",
        callbacks: Callback = SILENT,
        ranks: Ranks = ALONE,
    ) -> None:
        self.config = config
        self.ranks = ranks
        self.order = order
        self.chunks = Chunks(config, order, feed)
        self.validation = validation
        self.callbacks = callbacks
        self.sizes = (feed.width, *config.hidden_size, order.n_classes)
        self.dropout = Dropout(config, self.sizes)
        weights = order.class_weights() if config.class_weights == "balanced" else None
        start = Parameters.initial(self.sizes, generator(config.seed, START), feed.dtype)
        batches = dataclasses.replace(config, batch_size=order.batch_size)
        self.step_name = step_name
        self.step = make_step(step_name, batches, start, weights, ranks)
        self.updates = 0
        self.loss_sum = self.seconds = 0.0  # of the epoch under way
        self.history: list[Epoch] = []
        self.kept = Kept()
        self.stopped: KeyboardInterrupt | StopTraining | None = None
        self.masks: Generator | None = None  # for the rest of the epoch, once it is under way
        self.hurries = False  # to its end, without the other ranks
        self.is_whole = True  # but in an update, and while an epoch is noted, for whose end
        self.interrupts = Interrupts()  # waits, unless somebody presses Ctrl-C twice

    @property
    def total_updates(self) -> int:
        return self.config.epochs * self.order.updates

    @property
    def is_done(self) -> bool:
        """Whether all epochs are done, or patience is over."""
        impatient = 0 < self.config.patience <= self.kept.disappointed
        return impatient or len(self.history) >= self.config.epochs

    def run(self, until: int | None = None) -> None:
        """Train to the end, or until so many updates are done.

        An interrupt (Ctrl-C), or a callback that raises `StopTraining`, ends training after the update under
        way, with the last whole epoch, or, where there is none yet, goes on to the caller. Raises
        `CharmlpError` when the loss is no longer a finite number.
        """
        self.callbacks.training_begins(self)
        with interrupts() as self.interrupts:
            try:
                with threadpool_limits(1, user_api="blas"):  # cores have parts of the work (`system.threads`)
                    if self.ranks.count > 1:
                        self.run_together(until)
                    while not self.is_done and (until is None or self.updates < until):
                        self.go_on(until)
            except (KeyboardInterrupt, StopTraining) as stop:
                self.stopped = stop
                if self.kept.parameters is None or self.hurries:
                    raise
            finally:
                with self.interrupts.held():  # a second Ctrl-C does not keep the first one from being saved
                    self.callbacks.training_ends(self)

    def go_on(self, until: int | None) -> None:
        """A chunk of updates, or the end of an epoch."""
        start, done = time.perf_counter(), self.updates - len(self.history) * self.order.updates
        if done < self.order.updates:
            self.train_chunk(done, until)
            self.seconds += time.perf_counter() - start
            self.callbacks.updates_done(self)
        else:
            self.end_epoch(start)

    def run_together(self, until: int | None) -> None:
        """The same as one of several ranks: where one is to stop, all do, behind the same update."""
        with self.interrupts.held():
            while not self.is_done and (until is None or self.updates < until):
                stop = None
                try:
                    try:
                        self.go_on(until)
                    except StopTraining as asked:
                        stop = asked
                    reason = self.ranks.greatest(STOP if stop else self.interrupts.waiting or 0)
                except KeyboardInterrupt:  # a second one
                    self.hurries = True
                    raise
                if reason == STOP:
                    raise stop or StopTraining
                if reason:
                    self.interrupts.heed(reason)

    @QUIET
    def train_chunk(self, done: int, until: int | None) -> None:
        """From update `done` of the epoch to the end of its chunk, or as far as `until`."""
        config, epoch = self.config, len(self.history) + 1
        number, first = divmod(done, self.chunks.updates)
        count = min(self.chunks.updates, self.order.updates - (done - first))
        stop = count if until is None else min(count, first + until - self.updates)
        inputs, labels, weights = self.chunks.take(epoch, number, first, stop, self.ranks)
        rates = learning_rates(config, self.updates - first, count, self.total_updates)
        if done == 0 or self.masks is None:
            self.masks = self.dropout.masks(config.seed, epoch, done * self.order.batch_size)
        with self.interrupts.held():
            self.is_whole = False
            losses = self.step.advance(inputs, labels, rates[first:stop], self.masks, weights)
            sums = np.add.accumulate(np.append(self.loss_sum, losses))  # one by one, however chunks are cut
            self.updates += stop - first
            self.loss_sum = float(sums[-1])
            self.is_whole = True

    def end_epoch(self, start: float) -> None:
        """Validate where it is the epoch's turn, note how it went, and choose what is kept."""
        config, number, loss = self.config, len(self.history) + 1, self.loss_sum / self.order.updates
        self.check_finite("loss", loss)
        parameters, scores, figures = self.step.averaged(), None, None
        if self.validation is not None and (number % config.val_interval == 0 or number == config.epochs):
            scores = validate(config, parameters, self.validation, self.ranks)
            self.check_finite("validation loss", scores.loss)
            figures = Figures(scores.loss, scores.accuracy, scores.macro_f1)
        rate = float(learning_rates(config, self.updates - 1, 1, self.total_updates)[0])
        seconds = self.seconds + time.perf_counter() - start
        with self.interrupts.held():  # until all have noted it
            self.is_whole = False
            self.history.append(Epoch(number, loss, rate, seconds, figures))
            self.kept.consider(config, number, parameters.flat, scores, self.validation is not None)
            self.loss_sum = self.seconds = 0.0
            self.is_whole = True
            self.callbacks.epoch_ends(self, self.history[-1])

    def check_finite(self, what: str, loss: float) -> None:
        """Raise `CharmlpError` where training has run away."""
        config = self.config
        if not np.isfinite(loss):
            decay = f" and --weight_decay (now {config.weight_decay:g})" if config.weight_decay > 1 else ""
            clipping = "" if config.clip_norm else " or set --clip_norm 1"
            advice = f"lower --lr (now {config.lr:g}){decay}{clipping}"
            raise CharmlpError(
                f"the {what} became {loss} in epoch {len(self.history) + 1}: training diverges; {advice}"
            )

    def state(self) -> TrainingState:
        """All that is needed to go on from here; its arrays hold until the next update.

        There is none where a second Ctrl-C fell into an update: `RuntimeError`.
        """
        if not self.is_whole:
            raise RuntimeError("an update was interrupted; only the kept parameters are whole")
        step, kept, history = self.step.state(), dataclasses.replace(self.kept), tuple(self.history)
        return TrainingState(step, self.updates, self.loss_sum, self.seconds, kept, history)

    def take_up(self, state: TrainingState) -> None:
        """Go on from a state; raises `CharmlpError` where it is that of another training."""
        done = state.updates - len(state.history) * self.order.updates
        if not 0 <= done <= self.order.updates:
            raise CharmlpError(
                f"the state is another training's: {state.updates:,} updates are not "
                f"{len(state.history):,} epochs of {self.order.updates:,}"
            )
        self.step.restore(state.step)
        self.updates, self.loss_sum, self.seconds = state.updates, state.loss_sum, state.seconds
        self.kept, self.history = dataclasses.replace(state.kept), list(state.history)
        self.masks = None


def validate(config: TrainingConfig, parameters: Parameters, feed: Feed, ranks: Ranks = ALONE) -> Scores:
    """Score the parameters on a feed."""
    logits = read(config.act_type, parameters.weights, parameters.biases, feed, ranks)
    return score(logits, feed.labels, feed.weights)


@QUIET
def read(
    act_type: str, weights: Sequence[Array], biases: Sequence[Array], feed: Feed, ranks: Ranks = ALONE
) -> Array:
    """Logits N×K of all examples of a feed, to which each rank adds those of its rows."""
    all_logits = np.zeros((len(feed.labels), len(biases[-1])), feed.dtype)
    mine = ranks.rows(len(feed.labels))
    everything, logits = np.arange(mine.start, mine.stop), all_logits[mine]

    def read_rows(rows: slice) -> None:
        found[rows] = calculus.mlp(inputs[rows], weights, biases, act_type)

    for first in range(0, len(everything), READ_TOGETHER):
        inputs = feed.take(everything[first : first + READ_TOGETHER])
        found = logits[first : first + READ_TOGETHER]
        each(read_rows, blocks(len(inputs), ROWS))
    ranks.add(all_logits)
    return all_logits
