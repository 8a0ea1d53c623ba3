"""What a training needs, compared with what there is, before any work."""

import math
from collections.abc import Mapping

from charmlp.config import TrainingConfig
from charmlp.errors import UsageError
from charmlp.system.memory import machine_memory
from charmlp.training.steps.parameters import layer_starts

BYTES_OF_PARAMETER = 16  # at least: itself, its gradient, what the optimizer remembers, the copy that is kept


def check_memory(
    config: TrainingConfig,
    n_classes: int = 1,
    images: Mapping[str, int] | None = None,
    *,
    mapped: bool = False,
) -> None:
    """Raise `UsageError`, which names the flags, where the machine has less memory than training needs.

    images  how many there are of each split, where that is known already
    mapped  they are in a file that is mapped into memory, which takes none
    """
    sizes = (math.prod(config.norm_size), *config.hidden_size, n_classes)
    parameters = layer_starts(sizes)[-1]
    count = sum((images or {}).values())
    batch = min(config.batch_size, count or 1)
    height, width = config.norm_size
    in_memory = 0 if mapped else count * sizes[0]
    flags, size, what = max(
        ("--hsize, --norm_size", BYTES_OF_PARAMETER * parameters, f"a network of {parameters:,} parameters"),
        ("--batchsize", 4 * batch * sum(sizes), f"a batch of {batch:,} images"),
        ("--norm_size", in_memory, f"{count:,} images of {height}×{width}, if not with --pack FILE,"),
        key=lambda need: need[1],
    )
    there = machine_memory()
    if there is not None and size > there:
        raise UsageError(
            f"{flags}: {what} would take at least {size / 2**30:,.0f} GB of memory; "
            f"this machine has {there / 2**30:,.0f} GB"
        )
