"""The compiled step: a whole chunk of updates in one compiled function, for small nets."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from charmlp.calculus import ACTIVATIONS
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.memory import aligned_empty
from charmlp.training.schedule import average_decay
from charmlp.training.steps import loops
from charmlp.training.steps.arraystep import ArrayStep
from charmlp.training.steps.optimizers import rates
from charmlp.training.steps.parameters import Parameters


class CompiledStep(ArrayStep):
    """Prepares what `charmlp.training.steps.loops` works on, and calls it."""

    def __init__(
        self, config: TrainingConfig, parameters: Parameters, class_weights: Array | None = None
    ) -> None:
        super().__init__(config, parameters)
        self.activation = ACTIVATIONS[config.act_type]
        self.layers, size = loops.table_of_layers(
            parameters.sizes,
            self.activation,
            self.dropout.dropped,
            self.dropout.columns,
            config.batch_size,
        )
        self.memory = aligned_empty(size, parameters.flat.dtype)
        self.class_weights = np.ones(parameters.sizes[-1]) if class_weights is None else class_weights

    def advance(self, inputs: Array, labels: Array, learning_rates: Array, masks: Generator) -> Array:
        config, count = self.config, len(learning_rates)
        decays = [average_decay(config, self.updates + i + 1) for i in range(count)] if self.average else []
        losses: Array = loops.train_batches(
            self.layers,
            self.activation,
            self.class_weights,
            config.label_smoothing,
            config.clip_norm,
            self.parameters.flat,
            self.parameters.flat[:0] if self.average is None else self.average.flat,
            self.memory,
            self.optimizer,
            inputs,
            labels,
            config.batch_size,
            rates(config, learning_rates, self.updates),
            np.array(decays, float),
            self.dropout.draw(masks, len(inputs)),
        )
        self.updates += count
        return losses
