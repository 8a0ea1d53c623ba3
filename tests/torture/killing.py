"""Kills a training at random moments, asks it to end, stops it: each time it goes on, to the same bits.

    python -m tests.torture.killing --kills 200
    python -m tests.torture.killing --room       # disks that are too small; must be allowed to mount

Trainings are children of this process, in which all is imported already: one begins within milliseconds.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from charmlp.cli import main as charmlp
from charmlp.errors import CharmlpError
from charmlp.training.runfiles import CHECKPOINT, LOG, MODEL
from tests.torture.job import check_end, check_whole, end, make_letters, work

epochs = 60
LONGEST = 0.25  # seconds until it is killed
HANGS = 300.0  # seconds, after which a process will not end any more


def start(run: Path, *, by_signals: bool = False) -> int:
    """Begin, or go on with, the training in a child in a group of its own; its number."""
    child = os.fork()
    if child:
        return child
    os.setsid()
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status = 1
    try:
        status = by_command(run) if by_signals else by_function(run)
    except KeyboardInterrupt:  # a second one, while the first is told of
        status = 130
    finally:
        os._exit(status)


def by_function(run: Path) -> int:
    work(
        run,
        letters=Path("letters.npz").absolute(),
        **({} if (run / CHECKPOINT).exists() else {"epochs": epochs}),
    )
    return 0


def by_command(run: Path) -> int:
    """The same by the command line, which hears signals; no checkpoint until it is asked to end."""
    if (run / CHECKPOINT).exists():
        return charmlp(["train", "--resume", str(run)])
    flags = "--recipe slides --norm_size 6,6 --hsize 7 --step analytic --optim_type adamw --lr 0.01"
    more = "--schedule cosine --ema_decay 0.9 --dropout 0.3 --keep late --valInterval 1 --pictures off"
    again = ["--overwrite"] if run.exists() else []
    return charmlp(
        [
            "train",
            "letters.npz",
            "--out",
            str(run),
            *flags.split(),
            *more.split(),
            "--epoch",
            str(epochs),
            *again,
        ]
    )


def wait(child: int) -> int:
    """The status of a child that ends, negative where a signal ended it; none of its group is left."""
    limit = time.monotonic() + HANGS
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            break
        assert time.monotonic() < limit, "it does not end"
        time.sleep(0.002)
    try:
        os.killpg(child, 0)
    except ProcessLookupError:
        return os.waitstatus_to_exitcode(status)
    raise AssertionError("it left a process")


def finish(run: Path, begin: Callable[[Path], int]) -> None:
    """Go on to the end."""
    for _ in range(5):
        if (run / MODEL).exists() and not (run / CHECKPOINT).exists():
            return
        status = wait(begin(run))
        assert status == 0, f"it ended with {status}"


def kill(place: Path, whole: dict[str, Any], kills: int, draw: random.Random) -> int:
    """Trainings that are killed at random moments again and again; how many there were."""
    done = trainings = 0
    while done < kills:
        run = place / f"killed{trainings}"
        trainings += 1
        while done < kills and not ((run / MODEL).exists() and not (run / CHECKPOINT).exists()):
            child = start(run)
            time.sleep(draw.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            done += wait(child) == -signal.SIGKILL
            check_whole(run, whole) if run.exists() else None
        finish(run, start)
        check_end(run, whole)
    return trainings


def ask_to_end(place: Path, whole: dict[str, Any], times: int, draw: random.Random) -> None:
    """SIGTERM, Ctrl-C, Ctrl-C twice: the training goes on from where it was, or from its beginning."""

    def begin(run: Path) -> int:
        return start(run, by_signals=True)

    for number in range(times):
        for name, signals in (("term", ["SIGTERM"]), ("int", ["SIGINT"]), ("twice", ["SIGINT", "SIGINT"])):
            run = place / f"{name}{number}"
            child = begin(run)
            time.sleep(draw.uniform(0.05, 2 * LONGEST))
            for each in signals:
                os.kill(child, getattr(signal, each))
                time.sleep(draw.uniform(0, 0.01))
            status = wait(child)
            assert status in (0, 143 if name == "term" else 130, -signal.SIGINT), f"{name}: status {status}"
            check_whole(run, whole) if run.exists() else None
            finish(run, begin)
            check_end(
                run, whole, LOG if name == "twice" else ""
            )  # a second one may cut off a line of the log


def stop_and_continue(place: Path, whole: dict[str, Any], times: int, draw: random.Random) -> None:
    for number in range(times):
        run = place / f"stopped{number}"
        child = start(run)
        for _ in range(3):
            time.sleep(draw.uniform(0, LONGEST))
            os.kill(child, signal.SIGSTOP)
            time.sleep(draw.uniform(0, LONGEST))
            os.kill(child, signal.SIGCONT)
        assert wait(child) == 0
        check_end(run, whole)


def too_small_a_disk(place: Path, whole: dict[str, Any]) -> int:
    """Disks of every size, from too small ones on; with room the training goes on. How many there were."""
    tried = 0
    for kilobytes in range(4, 120, 4):
        disk = place / f"disk{kilobytes}"
        disk.mkdir()
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(disk)]
        if subprocess.run(mounting, capture_output=True, check=False).returncode:
            print("skipped: this system does not let us mount a small disk", file=sys.stderr)
            return 0
        try:
            run = disk / "run"
            status = wait(start(run))
            tried += 1
            assert status in (0, 1), status
            check_whole(run, whole) if run.exists() else None
            subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
            finish(run, start)
            found = end(run)
            assert all(found.get(name) == whole[name] for name in (MODEL, "metrics.csv")), "not the same bits"
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)
    return tried


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--times", type=int, default=10, help="of each other kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--room", action="store_true", help="small disks as well")
    parser.add_argument("--epochs", type=int, default=60)
    args = parser.parse_args()
    global epochs
    epochs = args.epochs
    draw = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        place = Path(folder)
        make_letters(place)
        wait(start(place / "whole"))
        whole = end(place / "whole")
        trainings = kill(place, whole, args.kills, draw)
        print(f"kill -9: {args.kills} of {args.kills} survived, {trainings} trainings with the same bits")
        stop_and_continue(place, whole, args.times, draw)
        print(f"stopped and continued: {args.times} of {args.times}")
        wait(start(place / "whole2", by_signals=True))
        ask_to_end(place, end(place / "whole2"), args.times, draw)
        print(f"SIGTERM, SIGINT, SIGINT twice: {3 * args.times} of {3 * args.times}")
        if args.room:
            tried = too_small_a_disk(place, whole)
            print(f"too small a disk: {tried} of {tried}" if tried else "")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, CharmlpError) as error:
        sys.exit(f"failed: {error}")
