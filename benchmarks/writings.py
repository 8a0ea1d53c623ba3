"""The doctor on gradient code in the many ways that people write it (tests/writings), file by file.

    python benchmarks/writings.py                   prints the figures, and the unexpected files
    python benchmarks/writings.py --only tape       of specimens whose name begins so
    python benchmarks/writings.py --family engines  of one family

Each file is examined as a whole. A wrong one is `named` where a row expected is among those found,
`otherwise` where others are, `unknown` where something could not be examined, else `healthy`. A right one is
`flagged` where a mistake is found, `unknown`, or `healthy`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.writings import Writing, writings  # noqa: E402

from charmlp.doctor.diagnosis import Diagnosis  # noqa: E402
from charmlp.doctor.isolation.supervisor import examine_targets  # noqa: E402

TIMEOUT = 60.0
EXPECTED = {"right": "healthy", "wrong": "named"}


def examined(files: Sequence[Writing]) -> Iterator[tuple[Writing, Sequence[Diagnosis]]]:
    """Each file with its diagnoses."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for file in files:
            path = Path(folder) / file.name / "code.py"
            path.parent.mkdir()
            path.write_text(file.source, encoding="utf-8")
            paths.append(str(path))
        for file, conversation in zip(files, examine_targets(paths, None, TIMEOUT), strict=True):
            yield file, conversation.diagnoses


def outcome(file: Writing, diagnoses: Sequence[Diagnosis]) -> str:
    """How the diagnoses of a file are to be taken."""
    rows = {m.row or 0 for d in diagnoses for one in d.mistakes for m in (one, *one.alternatives)}
    if not rows:
        return "unknown" if any(d.reason is not None for d in diagnoses) else "healthy"
    if not file.rows:
        return "flagged"
    return "named" if 0 in file.rows or rows & file.rows else "otherwise"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--family", default="*")
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true", help="prints the report of each unexpected file")
    arguments = parser.parse_args()
    files = [file for file in writings(arguments.family) if file.name.startswith(arguments.only)]
    counts = {verdict: Counter[str]() for verdict in EXPECTED}
    for file, diagnoses in examined(files):
        verdict = "wrong" if file.rows else "right"
        said = outcome(file, diagnoses)
        counts[verdict][said] += 1
        if said != EXPECTED[verdict]:
            rows = "/".join(map(str, sorted(file.rows)))
            print(f"{said:10} {file.name:32} {rows}")
            if arguments.verbose:
                print(*(d.text("en", hint=2) for d in diagnoses), sep="\n")
    for verdict, count in counts.items():
        print(f"{verdict} {count.total()}:", *(f"{said} {n}" for said, n in count.most_common()))


if __name__ == "__main__":
    main()
