"""The course's program: `python recognition.py [--mode train|test|predict] …` runs charmlp's course form."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent / "src"))  # works where charmlp is not installed, too
    from charmlp.cli import main

    sys.exit(main(["--mode", "train", *sys.argv[1:]]))  # a --mode that is given comes later and wins
