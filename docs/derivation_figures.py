"""Draws docs/derivations/figures/, in both languages, from the numbers that the code computes (docs/drawn/).

python docs/derivation_figures.py            writes every figure
python docs/derivation_figures.py --check    status 1 where one is not what the code draws, or nobody draws it
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from drawn import texts

from charmlp.system.files import write_whole

FOLDER = Path(__file__).with_name("derivations") / "figures"
WRITTEN = re.compile(r">([^<\n]+)<")
NUMBER = re.compile(r"(?<![#\w.])-?\d+(?:\.\d+)?")


def is_current(text: str, drawn: str) -> bool:
    """Equal, but for the last digits of places, which machines round differently."""
    if WRITTEN.findall(text) != WRITTEN.findall(drawn):
        return False
    pairs = zip(NUMBER.findall(text), NUMBER.findall(drawn), strict=False)
    return NUMBER.sub("?", text) == NUMBER.sub("?", drawn) and all(
        abs(float(a) - float(b)) < 0.11 for a, b in pairs
    )


def outdated() -> list[str]:
    """The names of figures that are missing, that differ, or that nobody draws any more."""
    drawn = texts()
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.svg")}
    wrong = [name for name, text in drawn.items() if name not in there or not is_current(there[name], text)]
    return sorted([*wrong, *(there.keys() - drawn.keys())])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; status 1 where a figure is old")
    if parser.parse_args().check:
        if names := outdated():
            sys.exit(f"not what the code draws, run make docs: {', '.join(names)}")
        return
    FOLDER.mkdir(exist_ok=True)
    drawn = texts()
    for name, text in drawn.items():
        write_whole(FOLDER / name, text.encode())
    for path in FOLDER.glob("*.svg"):
        if path.name not in drawn:
            path.unlink()


if __name__ == "__main__":
    main()
