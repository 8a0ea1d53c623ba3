"""How the fuzz targets run under atheris, from small sound inputs that they are given to start with."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FunctionType

WATCHED = ("charmlp", "PIL", "json", "csv", "zipfile", "pickletools", "pickle")


def run(target: Callable[[bytes], object], seeds: Iterable[bytes]) -> None:
    """Hand `target` ever new bytes until the time of the command line is over, or it raises."""
    import atheris

    for function in [thing for thing in gc.get_objects() if isinstance(thing, FunctionType)]:
        if str(function.__module__).split(".")[0] in WATCHED:  # not NumPy's and SciPy's thousands
            atheris.instrument_func(function)
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        arguments = [*sys.argv, "-max_len=65536", "-timeout=20", "-rss_limit_mb=3000", folder]
        atheris.Setup(arguments, target)
        atheris.Fuzz()
