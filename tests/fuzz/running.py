"""How the fuzz targets run under atheris, from small sound inputs that they are given to start with."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path


def run(target: Callable[[bytes], object], seeds: Iterable[bytes]) -> None:
    """Hand `target` ever new bytes until the time of the command line is over, or it raises."""
    import atheris

    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        arguments = [*sys.argv, "-max_len=65536", "-timeout=20", "-rss_limit_mb=3000", folder]
        atheris.Setup(arguments, target)
        atheris.Fuzz()
