"""The autograd step: the modules of `charmlp.nn`, `loss.backward()` and `torch.optim`. The one to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.random import Generator

from charmlp import nn
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.training.schedule import average_decay
from charmlp.training.state import StepState
from charmlp.training.steps.cuda import check_device
from charmlp.training.steps.dropout import Dropout
from charmlp.training.steps.parameters import Parameters


class AutogradStep:
    """A `charmlp.nn.MLP` trained as a PyTorch user would."""

    def __init__(
        self, config: TrainingConfig, parameters: Parameters, class_weights: Array | None = None
    ) -> None:
        check_device(config.device)
        self.config = config
        self.sizes = parameters.sizes
        self.dropout = Dropout(config, self.sizes)
        dtype = torch.from_numpy(parameters.flat).dtype
        self.model = nn.MLP(
            self.sizes[0], self.sizes[-1], self.sizes[1:-1], len(self.sizes) - 1, config.act_type
        ).to(config.device, dtype)
        self.load(self.model.parameters(), parameters.flat)
        weight = None if class_weights is None else torch.tensor(class_weights, dtype=dtype)
        self.loss = nn.CrossEntropyLoss(weight=weight, label_smoothing=config.label_smoothing).to(
            config.device
        )
        self.optimizer = make_torch_optimizer(config, self.model)
        self.average = [p.detach().clone() for p in self.model.parameters()] if config.ema_decay else None
        self.updates = 0

    def advance(self, inputs: Array, labels: Array, learning_rates: Array, masks: Generator) -> Array:
        config = self.config
        x_all = torch.from_numpy(inputs).to(config.device)
        labels_all = torch.from_numpy(labels).to(config.device)
        drawn = torch.from_numpy(self.dropout.draw(masks, len(inputs))).to(config.device)
        losses = []
        for i, lr in enumerate(learning_rates):
            batch = slice(i * config.batch_size, (i + 1) * config.batch_size)
            x, label = x_all[batch], labels_all[batch]
            loss = self.loss(self.forward(x, drawn[batch]), label)
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

    @property
    def parameters(self) -> Parameters:
        return Parameters.of(self.sizes, flat(self.model.parameters()))

    def averaged(self) -> Parameters:
        return self.parameters if self.average is None else Parameters.of(self.sizes, flat(self.average))

    def state(self) -> StepState:
        """A copy in the processor's memory; what torch's optimizers remember has our names there."""
        arrays = {"parameters": flat(self.model.parameters())}
        if self.average is not None:
            arrays["average"] = flat(self.average)
        for name, theirs in OPTIMIZERS[self.config.optimizer][1].items():
            memory = [self.optimizer.state[p].get(theirs) for p in self.model.parameters()]
            zeros = np.zeros_like(arrays["parameters"])  # before the first update; or there is no momentum
            arrays[f"optimizer.{name}"] = zeros if any(m is None for m in memory) else flat(memory)
        return StepState(arrays, self.updates)

    def restore(self, state: StepState) -> None:
        self.state().check_fits(state)
        parameters = list(self.model.parameters())
        self.load(parameters, state.arrays["parameters"])
        if self.average is not None:
            self.load(self.average, state.arrays["average"])
        for parameter in parameters:
            self.optimizer.state[parameter] = {"step": torch.tensor(float(state.updates))}
        for name, theirs in OPTIMIZERS[self.config.optimizer][1].items():
            memory = [torch.empty_like(parameter) for parameter in parameters]
            self.load(memory, state.arrays[f"optimizer.{name}"])
            for parameter, tensor in zip(parameters, memory, strict=True):
                self.optimizer.state[parameter][theirs] = tensor
        self.updates = state.updates

    def load(self, tensors: Iterable[torch.Tensor], values: Array) -> None:
        """Copy a flat buffer into weight, bias, weight, bias, …"""
        tensors = list(tensors)
        parts = torch.tensor(values).split([tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view_as(tensor))


def flat(tensors: Iterable[torch.Tensor]) -> Array:
    """weight, bias, weight, bias, … as a flat buffer, copied."""
    joined: Array = torch.cat([tensor.detach().reshape(-1) for tensor in tensors]).cpu().numpy()
    return joined


# torch's optimizers, and its names for what they remember beside those of `optimizers.py`.
OPTIMIZERS: dict[str, tuple[type[torch.optim.Optimizer], dict[str, str]]] = {
    "sgd": (torch.optim.SGD, {"velocity": "momentum_buffer"}),
    "adagrad": (torch.optim.Adagrad, {"sum_of_squares": "sum"}),
    "rmsprop": (torch.optim.RMSprop, {"mean_square": "square_avg"}),
    "adam": (torch.optim.Adam, {"mean": "exp_avg", "mean_square": "exp_avg_sq"}),
    "adamw": (torch.optim.AdamW, {"mean": "exp_avg", "mean_square": "exp_avg_sq"}),
    "adadelta": (torch.optim.Adadelta, {"mean_square": "square_avg", "mean_square_step": "acc_delta"}),
}


def make_torch_optimizer(config: TrainingConfig, model: torch.nn.Module) -> torch.optim.Optimizer:
    """torch's own optimizer of that name."""
    options: dict[str, Any] = {"lr": config.lr, "weight_decay": config.weight_decay}
    if config.optimizer == "sgd":
        options["momentum"] = config.momentum
    return OPTIMIZERS[config.optimizer][0](model.parameters(), **options)
