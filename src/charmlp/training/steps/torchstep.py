"""What the steps on torch do alike: their memory is tensors, weight, bias, weight, bias, …, or one of all."""

from collections.abc import Iterable

import torch
from torch import Tensor

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.system.ranks import ALONE, Ranks
from charmlp.training.steps import cuda
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import Step


class TorchStep(Step):
    """On tensors; what it hands out is a copy in the processor's memory."""

    def __init__(
        self,
        config: TrainingConfig,
        start: Parameters,
        class_weights: Array | None = None,
        ranks: Ranks = ALONE,
    ) -> None:
        cuda.check_device(config.device)
        super().__init__(config, start, class_weights, ranks)

    @property
    def parameters(self) -> Parameters:  # type: ignore[override]  # here it is made when it is asked for
        return Parameters.of(self.sizes, self.export(self.memory()["parameters"]))

    def averaged(self) -> Parameters:
        memory = self.memory()
        return Parameters.of(self.sizes, self.export(memory.get("average", memory["parameters"])))

    def export(self, part: Iterable[Tensor]) -> Array:
        joined: Array = torch.cat([tensor.detach().reshape(-1) for tensor in part]).cpu().numpy()
        return joined

    def load(self, part: Iterable[Tensor], values: Array) -> None:
        tensors = list(part)
        parts = torch.tensor(values).split([tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, own in zip(tensors, parts, strict=True):
                tensor.copy_(own.view_as(tensor))
