"""The compiled step: a whole chunk of updates in one compiled function, for small nets."""

import numpy as np
from numpy.random import Generator

from charmlp.calculus import ACTIVATIONS
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.memory import aligned_empty
from charmlp.training.steps.loops import table_of_layers, train_batches
from charmlp.training.steps.optimizers import rates
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import ArrayStep


class CompiledStep(ArrayStep):
    """Prepares what `charmlp.training.steps.loops` works on, and calls it."""

    def __init__(self, config: TrainingConfig, start: Parameters, class_weights: Array | None = None) -> None:
        super().__init__(config, start, np.ones(start.sizes[-1]) if class_weights is None else class_weights)
        self.activation = ACTIVATIONS[config.act_type]
        self.layers, size = table_of_layers(start.sizes, self.activation, self.dropout, config.batch_size)
        self.buffer = aligned_empty(size, start.flat.dtype)

    def advance(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None = None,
    ) -> Array:
        config = self.config
        settings = self.class_weights, config.label_smoothing, config.clip_norm
        theta, drawn = self.parameters.flat, self.dropout.draw(masks, len(inputs))
        moved = theta, theta[:0] if self.average is None else self.average.flat
        weights = np.ones(len(labels)) if weights is None else weights
        examples = inputs, labels, weights, config.batch_size
        batches = *examples, rates(config, learning_rates, self.updates), drawn
        losses: Array = train_batches(
            self.layers, self.activation, *settings, *moved, self.buffer, self.optimizer, *batches
        )
        self.updates += len(learning_rates)
        return losses
