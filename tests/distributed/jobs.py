"""A small training under PyTorch's launcher: on one machine or on two hosts, watched, killed, compared."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np

from charmlp.modelfile import read_model
from charmlp.training.runfiles import FIGURES, MODEL

ROOT = Path(__file__).resolve().parents[2]
FLAGS = {
    "recipe": "slides", "norm_size": "12,12", "hsize": 64, "optim_type": "adamw", "lr": 1e-3,
    "ema_decay": 0.9, "dropout": 0.2, "batchsize": 30, "valInterval": 1, "pictures": "off",
}  # fmt: skip
HANGS = 120.0  # seconds, after which something will not happen any more


def make_letters(folder: Path) -> None:
    """Noise of three classes, 400 images: 12 updates an epoch, the last one of 30 smaller than the others."""
    noise = np.random.default_rng(0).integers(0, 255, (400, 12, 12), np.uint8)
    np.savez(folder / "letters.npz", images=noise, labels=np.arange(400) % 3)


def training(epochs: int, *more: str, run: str = "run") -> list[str]:
    flags = [word for name, value in FLAGS.items() for word in (f"--{name}", str(value))]
    return ["train", "letters.npz", "--out", run, "--epoch", str(epochs), "--quiet", *flags, *more]


def launcher(*flags: str) -> list[str]:
    """PyTorch's launcher of two ranks on this machine."""
    return [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", *flags]


class Job:
    """A command in a process group of its own; what it says goes to a file."""

    started: ClassVar[list[Job]] = []

    def __init__(self, command: list[str], folder: Path, output: str = "output", **own: object) -> None:
        """`own`: variables of its environment."""
        self.output = folder / output
        environment = {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **own}
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env=os.environ | {name: str(value) for name, value in environment.items()},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        Job.started.append(self)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")

    def errors(self) -> list[str]:
        """What charmlp itself says to be wrong."""
        return [line for line in self.said().splitlines() if line.startswith("charmlp: error")]

    def rank(self, number: int) -> int:
        """The process that is that rank."""
        (found,) = (each for each in descendants(self.process.pid) if rank_of(each) == number)
        return found

    def is_over(self) -> bool:
        return self.process.poll() is not None

    def end(self, seconds: float = HANGS) -> int:
        """Its exit status, once it has ended within so many seconds and left no process."""
        before = descendants(self.process.pid)
        status = self.process.wait(seconds)
        wait_until(lambda: not any(map(is_alive, before)), 5)
        return status


def descendants(process: int) -> list[int]:
    """All processes that it started, and that these started."""
    found: list[int] = []
    try:
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                found += [child, *descendants(child)]
    except (FileNotFoundError, ProcessLookupError):
        pass
    return found


def rank_of(process: int) -> int | None:
    """Which rank a process is, by its environment; None for others."""
    try:
        entries = Path(f"/proc/{process}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    ranks = [int(entry.partition(b"=")[2]) for entry in entries if entry.startswith(b"RANK=")]
    return ranks[0] if ranks else None


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition: Callable[[], bool], seconds: float = HANGS) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"not within {seconds:g} s"
        time.sleep(0.02)


def epochs_done(run: Path) -> int:
    """How many epochs a run's figures hold."""
    try:
        return (run / FIGURES).read_text("utf-8").count("\n") - 1
    except FileNotFoundError:
        return 0


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def weights(run: Path) -> list[np.ndarray]:  # type: ignore[type-arg]
    model = read_model(run / MODEL)
    return [*model.weights, *model.biases]


def farthest(run: Path, other: Path) -> float:
    """The greatest difference of two runs' weights."""
    pairs = zip(weights(run), weights(other), strict=True)
    return float(max(np.abs(a - b).max() for a, b in pairs))
