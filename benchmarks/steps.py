"""What an update costs with each step, by layer sizes, batch and optimizer; and the parts of a compiled one.

    python benchmarks/steps.py            the grid that `charmlp.training.steps.choice.seconds` is fitted to
    python benchmarks/steps.py --parts    operation by operation, slides recipe

Processor time in microseconds, the quickest of five; set OMP_NUM_THREADS=1 for one core.
"""

import dataclasses
import sys
import time
from collections.abc import Callable

import numpy as np

from charmlp.calculus import ACTIVATIONS
from charmlp.config import SLIDES, TrainingConfig
from charmlp.system.memory import aligned_empty
from charmlp.training.steps.choice import make_step, seconds
from charmlp.training.steps.parameters import Parameters

HIDDEN = ((), (16,), (32,), (64,), (128,), (512,), (64, 64))


def quickest(function: Callable[[], object], times: int) -> float:
    """Microseconds of one call."""
    function()
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(times):
            function()
        best = min(best, (time.process_time() - start) / times)
    return best * 1e6


def update(name: str, config: TrainingConfig, count: int) -> float:
    """Microseconds of an update in a run of `count`."""
    rng, sizes = np.random.default_rng(0), (1024, *config.hidden_size, 26)
    x = aligned_empty((count * config.batch_size, 1024))
    x[...] = rng.normal(size=x.shape)
    labels = rng.integers(0, 26, len(x))
    step = make_step(name, config, Parameters.initial(sizes, rng), None)
    return quickest(lambda: step.advance(x, labels, np.full(count, 1e-3), rng), 1) / count


def grid() -> None:
    print("optimizer batch hidden       analytic compiled  times   (fitted: analytic compiled)")
    for optimizer in ("sgd", "adam"):
        for batch in (8, 32, 128):
            for hidden in HIDDEN:
                config = dataclasses.replace(
                    SLIDES, optimizer=optimizer, batch_size=batch, hidden_size=hidden
                )
                measured = [
                    update(name, config, 10 if 512 in hidden else 40) for name in ("analytic", "compiled")
                ]
                fitted = [1e6 * value for value in seconds(config, (1024, *hidden, 26), 1)]
                words = ",".join(map(str, hidden)) or "none"
                print(
                    f"{optimizer:9} {batch:5} {words:10} {measured[0]:10.0f} {measured[1]:8.0f} "
                    f"{measured[0] / measured[1]:6.2f}   ({fitted[0]:.0f} {fitted[1]:.0f})"
                )


def parts() -> None:
    """The loops one by one, called from Python, which adds up to 0.5 µs."""
    from charmlp.training.steps import loops, passes, products
    from charmlp.training.steps.dropout import Dropout
    from charmlp.training.steps.optimizers import SGD

    rng = np.random.default_rng(0)

    def numbers(*shape: int) -> np.ndarray:
        array = aligned_empty(shape)
        array[...] = rng.normal(size=shape)
        return array

    x, weight, bias, hidden = numbers(8, 1024), numbers(32, 1024), numbers(32), numbers(8, 32)
    upper, upper_bias, logits = numbers(26, 32), numbers(26), numbers(8, 26)
    theta, velocity, gradients = numbers(33_690), numbers(33_690), numbers(33_690)
    small = np.full_like(theta, 1e-39)
    optimizer = SGD(0.0, 1.0, velocity)
    sizes = (1024, 32, 26)
    layers, size = loops.table_of_layers(sizes, ACTIVATIONS["relu"], Dropout(SLIDES, sizes), 8)
    memory, labels = np.zeros(size, np.float32), rng.integers(0, 26, 8)
    upper_start = 32 * 1025
    rows: list[tuple[str, Callable[[], object]]] = [
        ("first layer forward", lambda: products.dots(x, weight, bias, hidden)),
        ("second layer forward", lambda: products.dots(hidden, upper, upper_bias, logits)),
        ("softmax, loss, gradient", lambda: loops.cross_entropy(layers, np.ones(26), 0.0, memory, labels)),
        ("gradient of the hidden units", lambda: products.sums(logits, upper, hidden)),
        (
            "second layer's rows move",
            lambda: products.move_few(optimizer, theta, upper_start, logits, hidden, 1e-9, 1, 1),
        ),
        ("first layer's rows move", lambda: products.move_few(optimizer, theta, 0, hidden, x, 1e-9, 1, 1)),
        (
            "all parameters, gradients at hand",
            lambda: passes.move(optimizer, theta, gradients, theta[:0], 0, len(theta), 1e-9, 1, 1, 1),
        ),
    ]

    def halved_and_flushed() -> None:
        with passes.subnormals_flushed():
            np.multiply(small, 0.5, out=gradients)

    rows += [
        ("as many numbers halved by NumPy", lambda: np.multiply(theta, 0.5, out=gradients)),
        ("the same below 1e-38", lambda: np.multiply(small, 0.5, out=gradients)),
        ("the same below 1e-38, flushed", halved_and_flushed),
    ]
    for words, function in rows:
        print(f"{words:36}{quickest(function, 1000):6.1f}")


if __name__ == "__main__":
    parts() if "--parts" in sys.argv else grid()
