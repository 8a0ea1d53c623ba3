"""Training on a GPU: what an update costs, and how much of it is matrix products.

    python benchmarks/gpu.py                  needs a CUDA GPU, and says so where there is none
    python benchmarks/gpu.py --tf32           the same with products in TF32
    python benchmarks/gpu.py --device cpu     tries the program out; its figures are not the GPU's

Wall clock, medians of nine chunks, the steps taking turns; float32 products as torch has them by default (no
TF32). "whole" is `step.run`: a chunk of letters brought to the GPU, all updates, losses fetched. "update" is
the updates alone, the letters on the GPU already: the difference is the way there.
"""

import argparse
import dataclasses
import itertools
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import torch

from charmlp.config import SLIDES, TrainingConfig
from charmlp.training.steps import cuda
from charmlp.training.steps.analytic_torch import AnalyticTorchStep
from charmlp.training.steps.autograd import AutogradStep
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.step import Step

ROUNDS = 9
REPEATS = 20  # of a part of an update
LARGE = (1024, 2048, 2048, 26)


class Timer:
    """Seconds of a call, the GPU waited for before and after."""

    def __init__(self, device: str) -> None:
        self.device = device

    def wait(self) -> None:
        if self.device != "cpu":
            torch.cuda.synchronize(self.device)

    def __call__(self, function: Callable[[], object]) -> float:
        self.wait()
        start = time.perf_counter()
        function()
        self.wait()
        return time.perf_counter() - start

    def medians(self, functions: dict[str, Callable[[], object]]) -> dict[str, float]:
        """The calls take turns; the first of each warms up."""
        for function in functions.values():
            function()
        rounds = [{name: self(function) for name, function in functions.items()} for _ in range(ROUNDS)]
        return {name: statistics.median(each[name] for each in rounds) for name in functions}


class Chunk:
    """Random letters for so many updates, and steps that run on them."""

    def __init__(self, config: TrainingConfig, sizes: tuple[int, ...], updates: int) -> None:
        self.config, self.sizes = config, sizes
        self.rng = np.random.default_rng(0)
        n = updates * config.batch_size
        self.inputs = self.rng.normal(size=(n, sizes[0])).astype(np.float32)
        self.labels = self.rng.integers(0, sizes[-1], n)
        self.rates = np.full(updates, config.lr)

    def start(self) -> Parameters:
        return Parameters.initial(self.sizes, np.random.default_rng(0))

    def whole(self, step: Step) -> Callable[[], object]:
        return lambda: step.advance(self.inputs, self.labels, self.rates, self.rng)

    def updates_alone(self, step: AnalyticTorchStep) -> Callable[[], object]:
        self.whole(step)()

        def run() -> None:
            step.turn.zero_()
            for _ in self.rates:
                step.launch()

        return run


def slides(device: str, timer: Timer) -> None:
    """1024-32-26, batch 8, SGD with momentum: an epoch of 150 updates."""
    chunk = Chunk(dataclasses.replace(SLIDES, device=device), (1024, 32, 26), 150)
    captured = AnalyticTorchStep(chunk.config, chunk.start())
    calls = AnalyticTorchStep(chunk.config, chunk.start(), record=lambda update, restore: update)
    print("slides recipe, µs an update")
    for words, seconds in timer.medians(
        {
            "autograd, whole": chunk.whole(AutogradStep(chunk.config, chunk.start())),
            "analytic, call by call, whole": chunk.whole(calls),
            "analytic, captured graph, whole": chunk.whole(captured),
            "analytic, captured graph, update": chunk.updates_alone(captured),
        }
    ).items():
        print(f"    {words:36}{seconds / len(chunk.rates) * 1e6:10.1f}")


def large(device: str, timer: Timer, batch: int, updates: int) -> None:
    """1024-2048-2048-26, batch 512, AdamW, as a share of the speed of matrix products in the same run."""
    config = dataclasses.replace(SLIDES, batch_size=batch, optimizer="adamw", lr=1e-3, device=device)
    chunk = Chunk(config, LARGE, updates)
    step = AnalyticTorchStep(config, chunk.start())
    n = 4096 if device != "cpu" else 1024
    a, b, product = (torch.randn(n, n, device=device) for _ in range(3))
    found = timer.medians(
        {
            "product": lambda: torch.mm(a, b, out=product),
            "whole": chunk.whole(step),
            "update": chunk.updates_alone(step),
        }
    )
    rate = 2 * n**3 / found["product"]
    pairs = list(itertools.pairwise(LARGE))
    operations = 2 * batch * sum(into * out * (2 if i == 0 else 3) for i, (into, out) in enumerate(pairs))
    print(f"1024-2048-2048-26, batch {batch}, AdamW; matrix products {n}×{n}: {rate / 1e12:.2f} TFLOP/s")
    for words in ("whole", "update"):
        each = found[words] / updates
        print(f"    {words:10}{each * 1e6:10.0f} µs an update, share {operations / each / rate:.2f}")
    for words, seconds in timer.medians(parts(step, chunk)).items():
        print(f"    {words:32}{seconds / REPEATS * 1e6:10.0f} µs")


def parts(step: AnalyticTorchStep, chunk: Chunk) -> dict[str, Callable[[], object]]:
    """What an update consists of, each repeated, recorded as a graph of its own on a GPU."""
    buffers = step.buffers
    assert buffers is not None
    n, sizes = chunk.config.batch_size, chunk.sizes
    x = [torch.randn(n, size, device=step.device) for size in sizes]
    weights = [torch.randn(out, into, device=step.device) for into, out in itertools.pairwise(sizes)]

    def products() -> None:
        for layer, weight in enumerate(weights):
            torch.mm(x[layer], weight.T)  # forward
            torch.mm(x[layer + 1].T, x[layer])  # to the weights
            if layer:
                torch.mm(x[layer + 1], weight)  # to the inputs

    rates = tuple(buffers.rates.now[0])
    one = {
        "forward": lambda: step.forward(buffers),
        "backward": lambda: step.backward(buffers),
        "clip, AdamW, average": lambda: step.move(*rates),
        "the matrix products alone": products,
    }
    return {words: repeated(step, part) for words, part in one.items()}


def repeated(step: AnalyticTorchStep, part: Callable[[], None]) -> Callable[[], object]:
    if step.device.type == "cuda":
        part = cuda.record(part, lambda: None, step.device)

    def run() -> None:
        for _ in range(REPEATS):
            part()

    return run


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cuda", help="cuda (default), cuda:N, or cpu to try this out")
    parser.add_argument("--tf32", action="store_true", help="matrix products in TF32, not float32")
    args = parser.parse_args()
    device = args.device
    torch.backends.cuda.matmul.allow_tf32 = args.tf32
    if device == "cpu":
        print("the processor, not a GPU: these figures say only that the program runs")
    elif not torch.cuda.is_available():
        sys.exit(f"no GPU is measured: torch {torch.__version__} finds no CUDA GPU")
    else:
        print(f"{torch.cuda.get_device_name(device)}, torch {torch.__version__}, CUDA {torch.version.cuda}")
    timer = Timer(device)
    slides(device, timer)
    large(device, timer, *((512, 16) if device != "cpu" else (64, 2)))


if __name__ == "__main__":
    main()
