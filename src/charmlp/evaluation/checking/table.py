"""What was found as a table: one row for each file of each finding."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from charmlp.evaluation.checking.findings import Check, Letter

COLUMNS = ("finding", "number", "split", "file", "label", "detail")


def findings_csv(check: Check) -> str:
    """Rows `finding,number,split,file,label,detail`; what belongs together has one number."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(check))
    return text.getvalue()


def rows(check: Check) -> Iterator[tuple[object, ...]]:
    """The rows, finding by finding."""
    for number, bad in enumerate(check.unreadable, 1):
        yield "unreadable", number, bad.split, bad.file, "", bad.reason
    for number, blank in enumerate(check.blank, 1):
        yield row("blank", number, blank)
    for number, suspect in enumerate(check.suspects, 1):
        detail = f"read as {suspect.guess} ({suspect.probability:.0%}, label {suspect.confidence:.0%})"
        yield row("suspect", number, suspect.letter, detail)
    for number, leak in enumerate(check.leaks, 1):
        for letter in (leak.earlier, leak.later):
            yield row("leak", number, letter, f"likeness {leak.likeness:.3f}")
    for number, group in enumerate(check.duplicates, 1):
        for letter in group.letters:
            yield row("copy" if group.same else "near-twin", number, letter)
    for number, small in enumerate(check.small, 1):
        yield row("small", number, small)


def row(finding: str, number: int, letter: Letter, detail: str = "") -> tuple[object, ...]:
    return finding, number, letter.split, letter.file, letter.label, detail
