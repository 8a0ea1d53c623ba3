"""Processes of our own: another Python that finds this very charmlp, whatever the current folder.

Whoever uses them needs no `if __name__ == "__main__"`: nothing of the caller's is imported.
"""

import os
import sys
from pathlib import Path

# Not `-m`: that would put the current folder first on the path, and a random.py there before the library's.
START = "import sys; sys.path[:] = [p for p in sys.path if p]; from {module} import main; main()"


def can_start() -> bool:
    """Whether there is a Python to start: a program that was frozen into one file would start itself."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `main` of one of our modules; the arguments are in `sys.argv[1:]`."""
    return [sys.executable, "-c", START.format(module=module), *arguments]


def environment(**changes: str) -> dict[str, str]:
    """The environment for such a process: this one's with `changes`, and the place of charmlp on the path."""
    place = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, (place, os.environ.get("PYTHONPATH"))))
    return os.environ | {"PYTHONPATH": path} | changes
