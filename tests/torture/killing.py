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
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from charmlp.cli import main as charmlp
from charmlp.errors import CharmlpError
from charmlp.training.runfiles import CHECKPOINT, LOG, MODEL
from tests.torture.job import check_end, check_whole, end, make_letters, work

LONGEST = 0.25  # seconds until it is killed
HANGS = 300.0  # seconds, after which a process will not end any more
ASKED = {"term": signal.SIGTERM, "int": signal.SIGINT, "again": signal.SIGINT}
MOST_PRESSES = 5  # of Ctrl-C

Begin = Callable[[Path], int]  # or go on with, the training in a folder; the number of a child


def start(train: Callable[[Path], int], run: Path) -> int:
    """The number of a child, in a group of its own, that ends with the status of the training.

    What it says is beside the run's folder. As Python itself, it hears no signal before it can.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, ASKED.values())
    child = os.fork()
    if not child:
        status = 1
        try:
            os.setsid()
            words = os.open(words_of(run), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(words, 1)
            os.dup2(words, 2)
            for number in ASKED.values():
                signal.signal(number, lambda number, frame: os._exit(128 + number))
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED.values())
            status = train(run)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED.values())
    return child


def words_of(run: Path) -> Path:
    return run.with_suffix(".said")


def by_function(epochs: int, run: Path) -> int:
    letters = Path("letters.npz").absolute()
    work(run, letters=letters, **({} if (run / CHECKPOINT).exists() else {"epochs": epochs}))
    return 0


def by_command(epochs: int, run: Path) -> int:
    """The same by the command line, which hears signals; no checkpoint until it is asked to end."""
    flags = (
        f"letters.npz --out {run} --epoch {epochs} --recipe slides --norm_size 6,6 --hsize 7 --step analytic "
        "--optim_type adamw --lr 0.01 --schedule cosine --ema_decay 0.9 --dropout 0.3 --keep late "
        f"--valInterval 1 --pictures off{' --overwrite' if run.exists() else ''}"
    )
    sys.argv[1:] = ["train", *(["--resume", str(run)] if (run / CHECKPOINT).exists() else flags.split())]
    return charmlp()  # as a program does


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


def finish(run: Path, begin: Begin) -> None:
    """Go on to the end."""
    for _ in range(5):
        if (run / MODEL).exists() and not (run / CHECKPOINT).exists():
            return
        status = wait(begin(run))
        assert status == 0, f"it ended with {status}: {words_of(run).read_text('utf-8')}"


def kill(begin: Begin, place: Path, whole: dict[str, Any], kills: int, draw: random.Random) -> int:
    """Trainings that are killed at random moments again and again; how many there were."""
    done = trainings = 0
    while done < kills:
        run = place / f"killed{trainings}"
        trainings += 1
        while done < kills and not ((run / MODEL).exists() and not (run / CHECKPOINT).exists()):
            child = begin(run)
            time.sleep(draw.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            done += wait(child) == -signal.SIGKILL
            check_whole(run, whole) if run.exists() else None
        finish(run, begin)
        check_end(run, whole)
    return trainings


def ask_to_end(begin: Begin, place: Path, whole: dict[str, Any], times: int, draw: random.Random) -> None:
    """SIGTERM, Ctrl-C once and several times: the training goes on from where it was, or its beginning."""
    for number in range(times):
        for name, asked in ASKED.items():
            run = place / f"{name}{number}"
            child = begin(run)
            time.sleep(draw.uniform(0, 2 * LONGEST))
            for _ in range(draw.randint(2, MOST_PRESSES) if name == "again" else 1):
                os.kill(child, asked)
                time.sleep(draw.uniform(0, 0.01))
            check_told(run, wait(child), 128 + asked)
            check_whole(run, whole) if run.exists() else None
            finish(run, begin)
            check_end(run, whole, LOG if name == "again" else "")  # a line of the log may be cut off


def check_told(run: Path, status: int, expected: int) -> None:
    """It had ended, or was told to, with one line; before it was Python's turn, with none."""
    words = words_of(run).read_text("utf-8")
    assert status in (0, expected), f"status {status}: {words}"
    assert "Traceback" not in words and words.count("charmlp:") <= (status != 0), words


def stop_and_continue(
    begin: Begin, place: Path, whole: dict[str, Any], times: int, draw: random.Random
) -> None:
    for number in range(times):
        run = place / f"stopped{number}"
        child = begin(run)
        for _ in range(3):
            time.sleep(draw.uniform(0, LONGEST))
            os.kill(child, signal.SIGSTOP)
            time.sleep(draw.uniform(0, LONGEST))
            os.kill(child, signal.SIGCONT)
        assert wait(child) == 0
        check_end(run, whole)


def too_small_a_disk(begin: Begin, place: Path, whole: dict[str, Any]) -> int:
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
            words_of(run).symlink_to(place / "said")  # has room
            status = wait(begin(run))
            tried += 1
            assert status in (0, 1), status
            check_whole(run, whole) if run.exists() else None
            subprocess.run(["mount", "-o", "remount,size=4m", str(disk)], check=True)
            finish(run, begin)
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
    draw = random.Random(args.seed)
    begin = partial(start, partial(by_function, args.epochs))
    command = partial(start, partial(by_command, args.epochs))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        place = Path(folder)
        make_letters(place)
        wait(begin(place / "whole"))
        whole = end(place / "whole")
        trainings = kill(begin, place, whole, args.kills, draw)
        print(f"kill -9: {args.kills} of {args.kills} survived, {trainings} trainings with the same bits")
        stop_and_continue(begin, place, whole, args.times, draw)
        print(f"stopped and continued: {args.times} of {args.times}")
        wait(command(place / "whole2"))
        ask_to_end(command, place, end(place / "whole2"), args.times, draw)
        print(f"SIGTERM, Ctrl-C, Ctrl-C several times: {3 * args.times} of {3 * args.times}")
        if args.room:
            tried = too_small_a_disk(begin, place, whole)
            print(f"too small a disk: {tried} of {tried}" if tried else "")


if __name__ == "__main__":
    try:
        main()
    except (AssertionError, CharmlpError) as error:
        sys.exit(f"failed: {error}")
