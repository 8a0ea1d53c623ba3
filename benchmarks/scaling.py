"""What a second rank brings, and what a model expects of 2 to 256 hosts; the tables of docs/scaling.md.

    python benchmarks/scaling.py                                                        some minutes
    python benchmarks/scaling.py --write docs/scaling.md docs/scaling.zh-CN.md

Two ranks of `torchrun`, each on a core of its own with one thread. First what they cannot beat: matrix
products of these very shapes, the optimizer's bytes at the speed of memory, the gradients' bytes through an
all-reduce on the loopback, each measured alone. Then trainings as `charmlp train` does them, on letters of
noise: stretches of one rank, while the other sleeps, and of both take turns; the ratio is a median of pairs.

The model, of n hosts: t = products(B/n) + rest/n + optimizer + 2 (n-1)/n bytes/bandwidth + 2 (n-1) latency;
the rest is what else is done to rows, measured at one rank. At two ranks model and measurement are compared.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from charmlp.config import RECIPES, SLIDES

if TYPE_CHECKING:
    from charmlp.system.ranks import Ranks
    from charmlp.training.trainer import Trainer

RANKS = 2
HOSTS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
GIGABITS = (1, 10, 25, 100)
LATENCY = 50e-6  # seconds of a message between two hosts, assumed: TCP in one rack, threads woken
TENSORS, AVERAGED = 7, 2  # numbers that AdamW reads and writes for a parameter, and the moving average
LARGE, BEST = "1024-2048-2048-26", "best"
CONFIGS = {
    LARGE: dataclasses.replace(
        SLIDES,
        hidden_size=(2048, 2048),
        batch_size=1024,
        optimizer="adamw",
        lr=1e-3,
        epochs=10_000,
    ),
    BEST: dataclasses.replace(RECIPES["best"], updates=100_000),
}
UPDATES = {LARGE: 4, BEST: 60}  # of one stretch
LETTERS = 20_000  # of noise
REPEATS = 15


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median of a few, after one to warm up."""
    work()
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def products(sizes: tuple[int, ...], rows: int) -> Callable[[], None]:
    """The matrix products of an update: forward, to the weights, and but for one layer to the inputs."""
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(rows, size)).astype(np.float32) for size in sizes]
    weights = [rng.normal(size=(out, into)).astype(np.float32) for into, out in itertools.pairwise(sizes)]
    outs = [np.empty_like(each) for each in x]
    gradients = [np.empty_like(weight) for weight in weights]

    def work() -> None:
        for layer, weight in enumerate(weights):
            np.matmul(x[layer], weight.T, out=outs[layer + 1])
            np.matmul(x[layer + 1].T, x[layer], out=gradients[layer])
            if layer:
                np.matmul(x[layer + 1], weight, out=outs[layer])

    return work


def operations(sizes: tuple[int, ...], rows: int) -> int:
    pairs = list(itertools.pairwise(sizes))
    return 2 * rows * sum(into * out * (3 if layer else 2) for layer, (into, out) in enumerate(pairs))


def memory_rate(numbers: int) -> float:
    """Bytes a second that a core reads and writes, of arrays as long as the parameters."""
    a, b, c = (np.zeros(numbers, np.float32) for _ in range(3))
    return 3 * a.nbytes / seconds(lambda: np.add(a, b, out=c))


def worker(name: str, pairs: int) -> None:
    """One of the ranks; rank 0 prints what was measured."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[int(os.environ["LOCAL_RANK"])]})
    from charmlp.system.torchrun import joined

    def work(ranks: Ranks) -> int:
        found = measure(ranks, name, pairs)
        if ranks.is_first:
            print(json.dumps(found))
        return 0

    joined(work)


def measure(ranks: Ranks, name: str, pairs: int) -> dict[str, Any]:
    from resume import prepared

    from charmlp.training.fit import make_trainer

    config, batch = CONFIGS[name], CONFIGS[name].batch_size
    letters = prepared(config, LETTERS)
    both = make_trainer(config, letters, ranks=ranks)
    sizes, count = both.sizes, both.step.parameters.flat.size
    tensors = TENSORS + (AVERAGED if config.ema_decay else 0)
    gradients = np.zeros(count, np.float32)

    def parts(rows: int) -> dict[str, float]:
        optimizer = 4 * tensors * count / memory_rate(count)
        return {"products": seconds(products(sizes, rows)), "optimizer": optimizer}

    found: dict[str, Any] = {"sizes": sizes, "batch": batch, "parameters": count, "updates": []}
    if ranks.is_first:  # while the other sleeps
        found["one"] = parts(batch)
        fewer = [seconds(products(sizes, max(1, batch // hosts))) for hosts in HOSTS[1:]]
        found["by hosts"] = [found["one"]["products"], *fewer]
    ranks.greatest(0)
    found["two"] = parts(batch // RANKS)
    found["two"]["all-reduce"] = seconds(lambda: ranks.add(gradients))
    alone = make_trainer(config, letters) if ranks.is_first else None
    for pair in range(pairs + 1):
        one = stretch(alone, UPDATES[name])
        ranks.greatest(0)
        two = stretch(both, UPDATES[name])
        ranks.greatest(0)
        if pair:  # the first ones warm up
            found["updates"].append((one, two))
    return found


def stretch(trainer: Trainer | None, updates: int) -> float:
    """Seconds of an update."""
    start = time.perf_counter()
    if trainer is not None:
        trainer.run(until=trainer.updates + updates)
    return (time.perf_counter() - start) / updates


def measured(name: str, pairs: int) -> dict[str, Any]:
    """What two ranks have measured."""
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={RANKS}", __file__]
    answer = subprocess.run(
        [*command, "--worker", name, "--pairs", str(pairs)],
        env=os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SystemExit(answer.stderr)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


class Model:
    """The seconds of an update, of what was measured."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found, self.bytes = found, 4 * found["parameters"]
        self.one = statistics.median(one for one, _ in found["updates"])
        self.two = statistics.median(two for _, two in found["updates"])
        self.ratio = statistics.median(one / two for one, two in found["updates"])
        self.rest = max(0.0, self.one - found["one"]["products"] - found["one"]["optimizer"])

    @property
    def bound(self) -> float:
        """What the ratio of two ranks cannot exceed: products, optimizer and bytes alone."""
        one, two = self.found["one"], self.found["two"]
        return float(sum(one.values()) / sum(two.values()))

    def expected(self) -> float:
        """Seconds of an update of two ranks."""
        return float(self.rest / RANKS + sum(self.found["two"].values()))

    def of_hosts(self, hosts: int, gigabits: float, *, grows: bool) -> float:
        """How many times the images a second of one host; `grows`: each host has a batch of B of its own."""
        rows = self.found["one"]["products"] + self.rest
        if not grows:
            rows = self.found["by hosts"][HOSTS.index(hosts)] + self.rest / hosts
        sent = 2 * (hosts - 1) * (self.bytes / hosts / (gigabits * 1e9 / 8) + LATENCY)
        ratio = self.one / (rows + self.found["one"]["optimizer"] + sent)
        return float(ratio * hosts if grows else ratio)


def report(name: str, model: Model) -> str:
    """The lines about one network."""
    found, one, two = model.found, model.found["one"], model.found["two"]
    rate = operations(found["sizes"], found["batch"]) / one["products"] / 1e9
    lines = [
        f"{name}, {found['parameters']:,} parameters, batch {found['batch']:,}; ms an update, one and two:",
        f"  products          {1e3 * one['products']:8.2f} {1e3 * two['products']:8.2f}   {rate:.0f} GFLOP/s",
        f"  optimizer         {1e3 * one['optimizer']:8.2f} {1e3 * two['optimizer']:8.2f}",
        f"  all-reduce        {0:8.2f} {1e3 * two['all-reduce']:8.2f}   {model.bytes / 1e6:.1f} MB "
        f"each way, {model.bytes / two['all-reduce'] / 1e9:.1f} GB/s",
        f"  bound of the ratio from these: {model.bound:.2f}",
        f"  measured          {1e3 * model.one:8.2f} {1e3 * model.two:8.2f}   ratio {model.ratio:.2f}",
        f"  model             {1e3 * model.one:8.2f} {1e3 * model.expected():8.2f}   "
        f"{100 * (model.expected() / model.two - 1):+.0f} %",
    ]
    for grows, words in ((False, "batch stays"), (True, "batch grows with the hosts")):
        lines.append(
            f"  {words}: times the images a second of one host\n  Gb/s   " + "".join(f"{n:7}" for n in HOSTS)
        )
        for gigabits in GIGABITS:
            cells = "".join(f"{model.of_hosts(n, gigabits, grows=grows):7.1f}" for n in HOSTS)
            lines.append(f"  {gigabits:4}   {cells}")
    return "\n".join(lines)


def write(document: Path, text: str) -> None:
    """Between the marks in the document."""
    begin, end = "<!-- scaling: begin -->\n", "<!-- scaling: end -->"
    before, _, rest = document.read_text(encoding="utf-8").partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise SystemExit(f"{document}: no place for the tables: {begin.strip()} … {end}")
    document.write_text(f"{before}{begin}```\n{text}\n```\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=9, help="stretches of one and of two ranks (default 9)")
    parser.add_argument(
        "--write", nargs="+", type=Path, metavar="DOCUMENT", help="documents that get the tables"
    )
    parser.add_argument("--worker", choices=tuple(CONFIGS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        worker(arguments.worker, arguments.pairs)
        return
    texts = []
    for name in CONFIGS:
        texts.append(report(name, Model(measured(name, arguments.pairs))))
        print(texts[-1], flush=True)
    for document in arguments.write or []:
        write(document, "\n\n".join(texts))


if __name__ == "__main__":
    main()
