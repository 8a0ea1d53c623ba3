"""The autograd step: the modules of `charmlp.nn`, `loss.backward()` and `torch.optim`. The one to read."""

from typing import Any

import numpy as np
import torch
from numpy.random import Generator

from charmlp import nn
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.training.schedule import average_decay
from charmlp.training.state import StepState
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.torchstep import TorchStep


class AutogradStep(TorchStep):
    """A `charmlp.nn.MLP` trained as a PyTorch user would."""

    def __init__(self, config: TrainingConfig, start: Parameters, class_weights: Array | None = None) -> None:
        super().__init__(config, start, class_weights)
        dtype = torch.from_numpy(start.flat).dtype
        self.model = nn.MLP(
            self.sizes[0], self.sizes[-1], self.sizes[1:-1], len(self.sizes) - 1, config.act_type
        ).to(config.device, dtype)
        self.load(self.model.parameters(), start.flat)
        weight = None if class_weights is None else torch.tensor(class_weights, dtype=dtype)
        self.loss, self.losses = (
            nn.CrossEntropyLoss(
                weight=weight, label_smoothing=config.label_smoothing, reduction=reduction
            ).to(config.device)
            for reduction in ("mean", "none")
        )
        optimizer, self.names = OPTIMIZERS[config.optimizer]
        options = {"momentum": config.momentum} if config.optimizer == "sgd" else {}
        self.optimizer = optimizer(
            self.model.parameters(), lr=config.lr, weight_decay=config.weight_decay, **options
        )
        for p in self.model.parameters():  # what torch makes at the first update is there before, as a state
            self.optimizer.state[p] = {"step": torch.tensor(0.0)}
            self.optimizer.state[p] |= {theirs: torch.zeros_like(p) for theirs in self.names.values()}
        self.average = [p.detach().clone() for p in self.model.parameters()] if config.ema_decay else None

    def advance(
        self,
        inputs: Array,
        labels: Array,
        learning_rates: Array,
        masks: Generator,
        weights: Array | None = None,
    ) -> Array:
        config = self.config
        x_all = torch.from_numpy(inputs).to(config.device)
        labels_all = torch.from_numpy(labels).to(config.device)
        drawn = torch.from_numpy(self.dropout.draw(masks, len(inputs))).to(config.device)
        losses = []
        for i, lr in enumerate(learning_rates):
            batch = slice(i * config.batch_size, (i + 1) * config.batch_size)
            x, label = x_all[batch], labels_all[batch]
            logits = self.forward(x, drawn[batch])
            if weights is None and label.ndim == 1:
                loss = self.loss(logits, label)
            else:
                loss = self.weighted(logits, label, None if weights is None else weights[batch])
            self.optimizer.zero_grad()
            loss.backward()
            losses.append(loss.detach())
            self.update(float(lr))
        return torch.stack(losses).cpu().numpy().astype(float) if losses else np.empty(0)

    def forward(self, x: torch.Tensor, drawn: torch.Tensor) -> torch.Tensor:
        """The network's logits; the bytes `drawn` say which inputs of each layer are dropped."""
        layer = 0
        for module in self.model.net:
            if isinstance(module, nn.Linear):
                column, dropped = self.dropout.columns[layer], self.dropout.dropped[layer]
                if dropped:
                    kept = drawn[:, column : column + x.shape[1]] >= dropped
                    x = x * kept * (256 / (256 - dropped))
                layer += 1
            x = module(x)
        return x

    def weighted(self, logits: torch.Tensor, label: torch.Tensor, weights: Array | None) -> torch.Tensor:
        """The mean of the examples' losses by their weights, and by those of their classes.

        Labels each for itself are K choices between two, of which one has the logit 0.
        """
        weight = logits.new_ones(len(logits)) if weights is None else torch.from_numpy(weights).to(logits)
        if label.ndim == 2:
            pairs = torch.stack([torch.zeros_like(logits), logits], 1)
            return (weight * self.losses(pairs, label).sum(1)).sum() / weight.sum()
        of_class = self.losses.weight
        counted = weight if of_class is None else weight * of_class[label]
        return (weight * self.losses(logits, label)).sum() / counted.sum()

    def update(self, lr: float) -> None:
        """Clip, let the optimizer move the weights, and let the average follow."""
        if self.config.clip_norm:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config.clip_norm)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        self.updates += 1
        if self.average is not None:
            decay = average_decay(self.config, self.updates)
            for average, parameter in zip(self.average, self.model.parameters(), strict=True):
                average.lerp_(parameter.detach(), 1 - decay)

    def memory(self) -> dict[str, list[torch.Tensor]]:
        parameters: list[torch.Tensor] = list(self.model.parameters())
        found = {"parameters": parameters}
        if self.average is not None:
            found["average"] = self.average
        for name, theirs in self.names.items():
            found[f"optimizer.{name}"] = [self.optimizer.state[p][theirs] for p in parameters]
        return found

    def restore(self, state: StepState) -> None:
        super().restore(state)
        for remembered in self.optimizer.state.values():
            remembered["step"].fill_(state.updates)


# torch's optimizers, and its names for what they remember beside those of `optimizers.py`.
OPTIMIZERS: dict[str, tuple[Any, dict[str, str]]] = {
    "sgd": (torch.optim.SGD, {"velocity": "momentum_buffer"}),
    "adagrad": (torch.optim.Adagrad, {"sum_of_squares": "sum"}),
    "rmsprop": (torch.optim.RMSprop, {"mean_square": "square_avg"}),
    "adam": (torch.optim.Adam, {"mean": "exp_avg", "mean_square": "exp_avg_sq"}),
    "adamw": (torch.optim.AdamW, {"mean": "exp_avg", "mean_square": "exp_avg_sq"}),
    "adadelta": (torch.optim.Adadelta, {"mean_square": "square_avg", "mean_square_step": "acc_delta"}),
}
