"""A million letters: packed, trained from the map, listed; the tables of docs/large.md.

    python benchmarks/large.py FOLDER --count 1000000    # filled if it is not there: large_letters.py
    python benchmarks/large.py FOLDER --only epoch
    python benchmarks/large.py FOLDER --only ten            # ten million, drawn without files: 10 GB of disk

Every row is a process of its own. Seconds are by the clock, and of processor time, of its own and of the
processes that it starts. Memory is the peak of RssAnon (Linux), looked at a hundred times a second: what the
process itself holds, without the file that is mapped, whose pages the system keeps or drops as it likes.

Epoch: recipe best's net and settings, without rendered letters, so that every image comes from the map. Two
trainings, from the map and from the same images in memory, take turns of 100 updates through one epoch.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from large_letters import letter, make, rendered

from charmlp.config import BEST, DEFAULT_VIEW, override
from charmlp.data import open_source, packing
from charmlp.data.decoding import Readable
from charmlp.data.pack import open_pack
from charmlp.data.source import Part, PictureSource
from charmlp.letters.letterset import LetterSet
from charmlp.letters.names import Names
from charmlp.training.fit import make_trainer
from charmlp.training.prepare import Prepared
from charmlp.training.trainer import Trainer

TURN = 100  # updates
IN_ONE_FOLDER = 300_000
TEN = 10_000_000


def held() -> float:
    """MB that this process holds now, mapped files apart."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) / 1024


def measured(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `work` finds, with its seconds, processor seconds and peak of memory."""
    peak, done = [held()], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            peak[0] = max(peak[0], held())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start, before = time.perf_counter(), sum(os.times()[:4])
    found = work()
    found = {"seconds": time.perf_counter() - start, "processor": sum(os.times()[:4]) - before, **found}
    done.set()
    watcher.join()
    return {**found, "MB": peak[0]}


def pack(folder: Path, size: int) -> dict[str, Any]:
    """The images of a folder into `FOLDER.SIZE.pack`, from opening the folder on."""
    path = folder.with_suffix(f".{size}.pack")
    path.unlink(missing_ok=True)
    start = time.perf_counter()
    found = packing.packed(open_source(folder), path, (size, size), DEFAULT_VIEW)
    count = sum(found.splits.values())
    return {"images": count, "a second": count / (time.perf_counter() - start)}


def opened(path: Path, folder: Path) -> dict[str, Any]:
    """A list or folder, its names and labels read and every file found."""
    source = open_source(path) if path == folder else open_source(path, im_dir=folder)
    return {"images": sum(source.splits.values())}


def in_one_folder(folder: Path) -> dict[str, Any]:
    """300,000 files, links to a few, in the folder of one class, with another class beside it."""
    place = folder.with_name(f"{folder.name}.one")
    few = sorted(next(folder.glob("A/*")).iterdir())[:20]  # a file may have 65,000 names
    for name, count in (("A", IN_ONE_FOLDER), ("B", 2)):
        if not (place / name).is_dir():
            (place / name).mkdir(parents=True)
            for number in range(count):
                os.link(few[number % len(few)], place / name / f"{number:06}.png")
    start = time.perf_counter()
    count = sum(open_source(place).splits.values())
    return {"images": count, "opening": time.perf_counter() - start}


def trainers(folder: Path) -> tuple[Trainer, Trainer]:
    """From the map, and from the same images in memory."""
    config = override(BEST, {"synth_ratio": 0.0, "updates": 10**6})
    mapped = open_pack(folder.with_suffix(f".{config.norm_size[0]}.pack"))

    def made(letters: LetterSet) -> Trainer:
        return make_trainer(config, Prepared(letters, None, None, ""))

    own = mapped.load("train", config.norm_size)
    return made(own), made(dataclasses.replace(own, images=own.images.copy()))


def epoch(folder: Path) -> dict[str, Any]:
    two = trainers(folder)
    updates = two[0].chunks.order.updates
    for trainer in two:
        trainer.run(until=20)  # compiles
    wall, processor = [0.0, 0.0], [0.0, 0.0]
    for number, until in enumerate([*range(20 + TURN, updates, TURN), updates]):
        for which in (0, 1) if number % 2 else (1, 0):
            start, before = time.perf_counter(), time.process_time()
            two[which].run(until=until)
            wall[which] += time.perf_counter() - start
            processor[which] += time.process_time() - before
    return {
        "updates": updates,
        "mapped": wall[0],
        "in memory": wall[1],
        "ratio": wall[0] / wall[1],
        "ratio of processor time": processor[0] / processor[1],
    }


def ten_million(folder: Path) -> dict[str, Any]:
    """As many letters drawn, packed as files would be, without any; then 200 updates from the map."""
    path, size = folder.with_suffix(".ten.pack"), (32, 32)
    base = rendered()
    images = np.pad(base.images, ((0, 0), (2, 2), (2, 2)), mode="edge")
    by_class = [images[base.labels == place] for place in range(26)]
    counts = {"train": TEN - TEN // 20, "val": TEN // 20}

    def drawn(pictures: object, names: Sequence[str], norm_size: object, keep: Any, **_: object) -> Readable:
        for start in range(0, len(names), 1024):
            batch = [letter(by_class[at % 26], at // 26 % 20_000) for at in range(start, start + 1024)]
            keep(np.stack(batch[: len(names) - start]))
        return Readable(np.arange(len(names)))

    def part(count: int) -> Part:
        names = Names(f"A/{number // 1000:05}/{number:08}.png" for number in range(count))
        return Part(names, np.arange(count) % 26, lambda names: (), lambda names: ())

    source = PictureSource(base.classes, "drawn", {split: part(n) for split, n in counts.items()}, str(path))
    packing.decode_each = drawn  # type: ignore[assignment]
    start = time.perf_counter()
    found = packing.packed(source, path, size, DEFAULT_VIEW)
    packed_in, while_packing = time.perf_counter() - start, held()
    config = override(BEST, {"norm_size": size, "synth_ratio": 0.0, "updates": 10**6})
    trainer = make_trainer(config, Prepared(found.load("train", size), None, None, ""))
    start = time.perf_counter()
    trainer.run(until=1)
    first = time.perf_counter() - start
    trainer.run(until=201)
    facts = {"GB": path.stat().st_size / 1e9, "packed in": packed_in, "MB when packed": while_packing}
    return {**facts, "first update after": first, "200 updates in": time.perf_counter() - start - first}


ROWS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "pack": lambda folder: pack(folder, 32),
    "pack_best": lambda folder: pack(folder, BEST.norm_size[0]),
    "epoch": epoch,
    "folders": lambda folder: opened(folder, folder),
    "csv": lambda folder: opened(folder.with_suffix(".csv"), folder),
    "txt": lambda folder: opened(folder.with_suffix(".txt"), folder),
    "json": lambda folder: opened(folder.with_suffix(".json"), folder),
    "one_folder": in_one_folder,
    "ten": ten_million,  # only where it is asked for
}


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--only", choices=ROWS)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # in this process
    args = parser.parse_args()
    if args.here:
        print(json.dumps(measured(partial(ROWS[args.only], args.folder))))
        return
    if not args.folder.is_dir():
        make(args.folder, args.count)
    for name in [args.only] if args.only else [*ROWS][:-1]:
        command = [sys.executable, __file__, str(args.folder), "--only", name, "--here"]
        found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        told = ", ".join(f"{key} {value:,.2f}" for key, value in found.items())
        print(f"{name:<11} {told}", flush=True)


if __name__ == "__main__":
    main()
