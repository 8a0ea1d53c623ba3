"""`charmlp course grade`: what a class has handed in, each in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser
from charmlp.cli.progress import LineReporter, make_reporter
from charmlp.config import Rule
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.course.grading.results import Record

TIME_LIMIT = Rule("seconds, more than 0 and at most 3600", float, lambda s: 0 < s <= 3600)
JOBS = Rule("a whole number from 1 to 256", int, lambda jobs: 1 <= jobs <= 256)


def make_parser() -> Parser:
    parser = Parser(
        "course grade",
        "Grade what a class has handed in: FOLDER holds one folder or zip archive for each student. Each "
        "runs in a process of its own, with limits on time, memory, disk and processes, and where the system "
        "allows it without network, other processes and other files. Interrupted, the same command goes on.",
        "charmlp course grade handed-in --out graded\n"
        "charmlp course grade handed-in --out graded --rubric rubric.toml --lang zh",
        takes="FOLDER",
    )
    parser.add_argument("folder", metavar="FOLDER", help="one folder or zip archive for each student")
    parser.add_argument("--out", required=True, metavar="DIR", help="where everything is written")
    parser.add_argument(
        "--rubric", metavar="FILE", help="points for tasks, costs of mistakes (TOML; default: 100 points)"
    )
    parser.add_argument(
        "--jobs",
        type=partial(JOBS.read, "--jobs"),
        default=min(16, os.cpu_count() or 1),
        metavar="N",
        help="submissions at a time (default: one for each core)",
    )
    parser.add_argument(
        "--timeout",
        type=partial(TIME_LIMIT.read, "--timeout"),
        default=20.0,
        metavar="S",
        help="seconds for each task of a submission (default 20)",
    )
    parser.add_argument(
        "--lang",
        choices=("en", "zh"),
        help="language of all pages (default: that of each student's homework; for the class the locale's)",
    )
    return parser


def command(arguments: Sequence[str]) -> int:
    """Exit status 0: every submission has its row."""
    args = make_parser().parse_args(arguments)
    from charmlp.course.grading import Order, grade_class
    from charmlp.course.grading.writing import CLASS_PAGE, RUBRIC, STUDENTS, TABLE

    order = Order(
        Path(args.folder), Path(args.out), args.rubric and Path(args.rubric), args.jobs, args.timeout,
        args.lang,
    )  # fmt: skip
    with make_reporter() as reporter:
        group = grade_class(order, reporter.message, Teller(reporter))
    print(
        f"graded    {len(group.graded)} submissions, mean {group.mean:.1f} of {group.rubric.total:g} points"
    )
    for what, name in (("table", TABLE), ("class", CLASS_PAGE), ("students", STUDENTS), ("rubric", RUBRIC)):
        print(f"{what:<10}{printable(order.out / name)}")
    return 0


class Teller:
    """Says how far it is: a bar on a terminal, a line for each submission elsewhere."""

    def __init__(self, reporter: LineReporter) -> None:
        self.reporter = reporter

    def __call__(self, record: Record, count: int, of: int) -> None:
        self.reporter.progress("grading", count, of)
        if not sys.stderr.isatty():
            self.reporter.message(f"{count}/{of}  {record.student}")
