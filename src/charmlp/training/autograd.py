"""The autograd step: the modules of `charmlp.nn`, `loss.backward()` and `torch.optim`. The one to read."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from charmlp import nn
from charmlp.config import TrainingConfig
from charmlp.training.cuda import check_device
from charmlp.training.dropout import Dropout
from charmlp.training.parameters import Parameters
from charmlp.training.schedule import average_decay

Array = NDArray[Any]


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
        self.linears = [module for module in self.model.modules() if isinstance(module, nn.Linear)]
        self.load(parameters)
        weight = None if class_weights is None else torch.tensor(class_weights, dtype=dtype)
        self.loss = nn.CrossEntropyLoss(weight=weight, label_smoothing=config.label_smoothing).to(
            config.device
        )
        self.optimizer = make_torch_optimizer(config, self.model)
        self.average = [p.detach().clone() for p in self.model.parameters()] if config.ema_decay else None
        self.updates = 0

    def run(self, inputs: Array, labels: Array, learning_rates: Array, masks: np.random.Generator) -> Array:
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
        if self.average is not None:
            self.updates += 1
            decay = average_decay(self.config, self.updates)
            for average, parameter in zip(self.average, self.model.parameters(), strict=True):
                average.lerp_(parameter.detach(), 1 - decay)

    def load(self, parameters: Parameters) -> None:
        """Copy weights and biases into the modules."""
        with torch.no_grad():
            for module, weight, bias in zip(self.linears, parameters.weights, parameters.biases, strict=True):
                module.weight.copy_(torch.from_numpy(weight))
                module.bias.copy_(torch.from_numpy(bias))

    @property
    def parameters(self) -> Parameters:
        return self.export(list(self.model.parameters()))

    def averaged(self) -> Parameters:
        return self.parameters if self.average is None else self.export(self.average)

    def export(self, tensors: list[torch.Tensor]) -> Parameters:
        """weight, bias, weight, bias, … as a flat buffer."""
        flat = torch.cat([tensor.detach().reshape(-1) for tensor in tensors]).cpu().numpy()
        parameters = Parameters(self.sizes, flat.dtype)
        parameters.flat[...] = flat
        return parameters


def make_torch_optimizer(config: TrainingConfig, model: torch.nn.Module) -> torch.optim.Optimizer:
    """torch's own optimizer of that name."""
    kinds = {
        "sgd": torch.optim.SGD,
        "adagrad": torch.optim.Adagrad,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "adadelta": torch.optim.Adadelta,
    }
    options: dict[str, Any] = {"lr": config.lr, "weight_decay": config.weight_decay}
    if config.optimizer == "sgd":
        options["momentum"] = config.momentum
    return kinds[config.optimizer](model.parameters(), **options)
