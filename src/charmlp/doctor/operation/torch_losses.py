"""Which modules' probabilities a file's own run gives to a loss that takes logits.

`cross_entropy` applies log-softmax itself (docs.pytorch.org, torch.nn.CrossEntropyLoss). Of probabilities it
cannot fall below log(1 + (K − 1)/e): training goes on, slowly, and looks as if it had converged.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.nn import functional as F
from torch.nn.modules.module import register_module_forward_hook
from torch.overrides import TorchFunctionMode

SOFTMAX = "SoftmaxBackward0"  # the node of torch's graph
MOST_OUTPUTS = 1000  # that are kept, until it is known whether a loss takes them


class Losses(TorchFunctionMode):
    """Looks at what cross-entropies are called with while it lasts."""

    def __init__(self) -> None:
        super().__init__()
        self.makers: dict[int, tuple[Any, type]] = {}  # output and its module, by the output's id
        self.softmaxed_again: set[type] = set()

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        options = kwargs or {}
        if function is F.cross_entropy:
            given = args[0] if args else options.get("input")
            node = getattr(given, "grad_fn", None)
            if node is not None and node.name() == SOFTMAX and id(given) in self.makers:
                self.softmaxed_again.add(self.makers[id(given)][1])
        return function(*args, **options)

    def keep(self, module: torch.nn.Module, inputs: Any, output: Any) -> None:
        if len(self.makers) < MOST_OUTPUTS and isinstance(output, torch.Tensor):
            self.makers[id(output)] = output, type(module)


@contextlib.contextmanager
def watched_losses() -> Iterator[Losses]:
    """While this lasts, modules' outputs are followed to the losses that take them."""
    losses = Losses()
    hook = register_module_forward_hook(losses.keep)
    try:
        with losses:
            yield losses
    finally:
        hook.remove()
        losses.makers.clear()
