"""Which step trains what, and making it."""

from collections.abc import Sequence

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.errors import UsageError
from charmlp.system.extras import require_extra
from charmlp.system.ranks import ALONE, Ranks
from charmlp.training.steps.elementwise import MANY_PRODUCTS, pays_in_loops
from charmlp.training.steps.parameters import Parameters, layer_starts
from charmlp.training.steps.step import Step


def choose_step(
    config: TrainingConfig, sizes: Sequence[int], updates: int, ranks: Ranks = ALONE
) -> tuple[str, str]:
    """Which step trains a net of those sizes for so many updates, and why, in words.

    It depends on nothing else, above all not on what is compiled already: the same seed gives the same bits.
    """
    if config.step != "auto":
        return config.step, f"--step {config.step}"
    if ranks.count > 1:
        return "analytic", f"{ranks.count} processes add their gradients up"
    if config.device != "cpu":
        return "analytic", f"on {config.device} each update is one captured graph"
    if config.batch_size * layer_starts(sizes)[-1] >= MANY_PRODUCTS:
        return "analytic", "large matrix products, on all cores"
    analytic, compiled = seconds(config, sizes, updates)
    if analytic - compiled > COMPILING:
        faster = f"{analytic / compiled:.1f} times as fast"
        return "compiled", f"about {compiled:.0f} s for {updates:,} updates, {faster}"
    return "analytic", f"{updates:,} updates are done before others are compiled"


COMPILING = 5.0  # seconds that the compiled step takes to be compiled, once on a machine


def seconds(config: TrainingConfig, sizes: Sequence[int], updates: int) -> tuple[float, float]:
    """What so many updates cost with the analytic and with the compiled step, on one ordinary core.

    Fitted to what `benchmarks/steps.py` measures (docs/performance.md): so much an update, a parameter, a
    unit and image, and a parameter and image. Where the analytic step goes in loops, they move parameters;
    elsewhere NumPy does.
    """
    parameters, units, images = layer_starts(sizes)[-1], sum(sizes[1:]), config.batch_size
    moved_fast = pays_in_loops(config, parameters) or config.optimizer == "sgd"
    moving = (0.8e-9 if moved_fast else 2.9e-9) * parameters
    analytic = 33e-6 + moving + 4.3e-9 * units * images + 50e-12 * parameters * images
    compiled = 1e-6 + 0.11e-9 * parameters + 4.7e-9 * units * images + 49e-12 * parameters * images
    return updates * analytic, updates * compiled


def check_step(config: TrainingConfig, ranks: Ranks = ALONE) -> None:
    """Raise before long work starts where the step cannot run: no PyTorch, no such GPU, several processes."""
    if ranks.count > 1 and config.step not in ("auto", "analytic"):
        raise UsageError(f"--step {config.step} runs in one process; under torchrun --step is analytic")
    if config.device != "cpu" and config.step == "compiled":
        raise UsageError(
            f"--step compiled runs on the processor; with --device {config.device} "
            "--step is analytic or autograd"
        )
    if config.device != "cpu" or config.step == "autograd":
        asked_by = f"--device {config.device}" if config.device != "cpu" else "--step autograd"
        require_extra("torch", "torch", asked_by, gpu=config.device != "cpu")
        from charmlp.training.steps.cuda import check_device

        check_device(config.device)


def make_step(
    name: str,
    config: TrainingConfig,
    start: Parameters,
    class_weights: Array | None,
    ranks: Ranks = ALONE,
) -> Step:
    """The step of that name, starting from (and owning) `start`."""
    if name == "compiled":
        from charmlp.training.steps.compiled import CompiledStep

        return CompiledStep(config, start, class_weights)
    if name == "autograd":
        from charmlp.training.steps.autograd import AutogradStep

        return AutogradStep(config, start, class_weights)
    if config.device == "cpu":
        from charmlp.training.steps.analytic import AnalyticStep

        return AnalyticStep(config, start, class_weights, ranks)
    from charmlp.training.steps.analytic_torch import AnalyticTorchStep

    return AnalyticTorchStep(config, start, class_weights, ranks)
