"""Finished measurements are kept in a file, so that an interrupted benchmark goes on where it was."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Kept:
    """Measures what has not been measured, and remembers it; with `finished`, measures nothing.

    Several processes may keep into one file: it is read again before it is written.
    """

    def __init__(self, path: Path, finished: bool = False) -> None:
        self.path, self.finished = path, finished
        self.results = self.read()

    def read(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = (
            json.loads(self.path.read_text("utf-8")) if self.path.is_file() else {}
        )
        return found

    def once(self, name: str, seed: int, facts: object, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """The result that is kept under name, seed and facts, or what `work` gives now."""
        key = f"{name} {seed} {facts}"
        if key not in self.results:
            self.results = self.read()
        if self.finished and key not in self.results:
            return {}
        if key not in self.results:
            wall, cpu = time.perf_counter(), processor_time()
            try:
                found = work()
            except (LookupError, ImportError) as error:
                found = {"reason": str(error)}
            found = {"wall": time.perf_counter() - wall, "cpu": processor_time() - cpu} | found
            self.results = self.read() | {key: found}
            self.path.parent.mkdir(parents=True, exist_ok=True)
            growing = self.path.with_suffix(f".{os.getpid()}.part")
            growing.write_text(json.dumps(self.results, indent=1), "utf-8")
            growing.replace(self.path)
        shown = {k: round(v, 2) if isinstance(v, float) else v for k, v in self.results[key].items()}
        print(f"{name:<12} seed {seed}  {shown}", flush=True)
        return self.results[key]


def processor_time() -> float:
    """Seconds of processor time of this process and of those that it started."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def figure(results: list[dict[str, Any]], key: str) -> str:
    """`93.4 ± 0.6`, or one number where there is one run, or nothing."""
    values = [result[key] for result in results if key in result]
    if not values:
        return ""
    if len(values) == 1:
        return f"{values[0]:.1f}"
    return f"{statistics.mean(values):.1f} ± {statistics.stdev(values):.1f}"
