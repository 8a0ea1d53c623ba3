"""How a class of two hundred is graded: rows, wrong verdicts, minutes.

    python benchmarks/grading.py                    200 submissions, 20 of them hostile
    python benchmarks/grading.py --count 20 --hostile 4 --seed 3
    python benchmarks/grading.py --keep DIR         what was handed in, and what came of it, stays there

The class is tests/course/grading/classroom.py's. A verdict is wrong where a task's status is another than was
planted, or its mistake is called by none of the names that fit; of a hostile submission, where a task that it
does not spoil comes out otherwise, or one that nobody did is right.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.course.grading.classroom import faults_of, make_class

from charmlp.course.grading import Order, grade_class
from charmlp.course.grading.results import Record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--hostile", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=20.0)
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        measure(args, args.keep or Path(temporary))


def measure(args: argparse.Namespace, place: Path) -> None:
    made = make_class(place / "handed-in", args.count, args.hostile, args.seed)
    order = Order(place / "handed-in", place / "out", jobs=args.jobs, timeout=args.timeout)
    begun = time.monotonic()
    records: dict[str, Record] = {}

    def done(record: Record, count: int, of: int) -> None:
        records[record.student] = record
        if count % 20 == 0:
            print(f"{count}/{of}  {time.monotonic() - begun:.0f} s", file=sys.stderr)

    group = grade_class(order, lambda line: print(line, file=sys.stderr), done)
    minutes = (time.monotonic() - begun) / 60
    rows = len((order.out / "grades.csv").read_text("utf-8").splitlines()) - 1
    wrong = {}
    for student in made:
        results = records[student.name].results
        found = faults_of(student, {r.task: r.status for r in results}, {r.task: r.causes for r in results})
        if found:
            wrong[student.name] = found
    verdicts = sum(len(each.record.results) for each in group.graded)
    print(f"{args.count} submissions, {args.hostile} of them hostile, {args.jobs} at a time")
    print(f"rows in grades.csv               {rows}")
    print(f"submissions with a wrong verdict {len(wrong)}   (of {verdicts} verdicts on tasks)")
    print(f"minutes                          {minutes:.1f}   (load of the machine {os.getloadavg()[2]:.1f})")
    for lines in wrong.values():
        print(*lines, sep="\n")


if __name__ == "__main__":
    main()
