"""`charmlp doctor`: names the mistake in a hand-written backward pass."""

from __future__ import annotations

import json
import re
import shutil
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser
from charmlp.cli.notes import say
from charmlp.config import Rule
from charmlp.doctor.kinds import names
from charmlp.doctor.mistake import LEVELS
from charmlp.language import spoken
from charmlp.language.layout import WIDTH
from charmlp.text import printable, shown_value

if TYPE_CHECKING:
    from charmlp.doctor.diagnosis import Diagnosis

TIME_LIMIT = Rule("seconds, more than 0 and at most 86400", float, lambda s: 0 < s <= 86400)
TRAILING = re.compile(r" +$", re.MULTILINE)  # what rich fills a line with
BLANK_LINES = re.compile(r"\n{3,}")
COLOURS = {"healthy": "32", "mistaken": "31", "unwritten": "34", "unknown": "33"}  # of the terminal


def make_parser() -> Parser:
    parser = Parser(
        "doctor",
        "Name the mistake in a hand-written backward pass, in NumPy or PyTorch: functions, classes, modules. "
        "TARGET is file.py or notebook.ipynb (everything defined in it), file.py:Name or module:Name.\n\n"
        "The target is imported, hence executed, in a process of its own: do not point this at code that "
        "you would not run. Exit status: 0 healthy, 1 a mistake was found or backward is not written yet, "
        "2 something could not be examined, or was not.",
        "charmlp doctor losses.py\ncharmlp doctor network.py:MyReLU --as relu --hint 5\n"
        "charmlp doctor losses.py activations.py --format json\n"
        "charmlp doctor linear.py --figure gradients.png\ncharmlp doctor --explain softmax",
        takes="TARGET…",
    )
    add_flags(parser)
    return parser


def command(arguments: Sequence[str]) -> int:
    """Exit status 0: all healthy; 1: something is wrong or missing; 2: something was not examined."""
    parser = make_parser()
    args = parser.parse_args(arguments)
    if args.explain is not None:
        if args.targets:
            parser.error(f"--explain takes no TARGET, and there is {shown_value(args.targets[0])}")
        return explain(args.explain)
    if not args.targets:
        parser.error("expected a TARGET, or --explain")
    return examine(args)


def explain(topic: str) -> int:
    """Print the derivation of a mistake or a kind."""
    from rich.console import Console
    from rich.markdown import Markdown

    from charmlp.doctor.pages import explanation

    page = Markdown(explanation(topic, spoken()), code_theme="ansi_dark")
    console = Console(width=terminal_width(), highlight=False)
    with console.capture() as printed:
        console.print(page)
    print(BLANK_LINES.sub("\n\n", TRAILING.sub("", printed.get())).strip())
    return 0


def examine(args: Namespace) -> int:
    """Examine the targets, and print what is found."""
    if args.figure is not None:
        from charmlp.system.files import check_writable

        check_writable(Path(args.figure))
    from charmlp.doctor.isolation.supervisor import examine_targets

    language = spoken()
    hint = 5 if args.show_fix else args.hint
    diagnoses: list[Diagnosis] = []
    for target in examine_targets(args.targets, args.kind, args.timeout, args.own_run):
        diagnoses += target.diagnoses
        if args.format == "text":
            for diagnosis in target.diagnoses:
                print_diagnosis(diagnosis, language, hint)
    if args.format == "json":
        entries = [diagnosis.to_dict(language) for diagnosis in diagnoses]
        print(json.dumps(entries, ensure_ascii=False, indent=1))
    if args.figure is not None:
        from charmlp.doctor.figure import heat_maps
        from charmlp.drawing.figures import save

        save(heat_maps(diagnoses), Path(args.figure), dpi=130)
        if args.format == "text":
            say(f"picture   {printable(Path(args.figure))}")
    return exit_status(diagnoses)


def add_flags(parser: Parser) -> None:
    """What `doctor` takes."""
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="file.py, notebook.ipynb, file.py:Name or package.module:Name",
    )
    parser.add_argument(
        "--as",
        dest="kind",
        choices=names(),
        metavar="KIND",
        help=f"what it is meant to be: {', '.join(names())} (default: recognised)",
    )
    add_hint_flag(parser)
    parser.add_argument("--show-fix", action="store_true", help="the same as --hint 5")
    parser.add_argument(
        "--explain",
        metavar="TOPIC",
        help="print the derivation for a mistake, by its name or row, or for a KIND, and examine nothing",
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="form of the result (default text)"
    )
    parser.add_argument("--figure", metavar="FILE", help="heat maps of analytic and numeric gradients (PNG)")
    parser.add_argument(
        "--timeout",
        default=60.0,
        type=partial(TIME_LIMIT.read, "--timeout"),
        metavar="S",
        help="seconds for each thing examined (default 60)",
    )
    parser.add_argument(
        "--no-own-run",
        dest="own_run",
        action="store_false",
        help="look only at what a file defines; by default, where that tells too little, it is run once more "
        "as a program, guarded, to see what it calls its functions with",
    )


def add_hint_flag(parser: Parser) -> None:
    """How much is said of a mistake."""
    parser.add_argument(
        "--hint",
        type=int,
        choices=LEVELS,
        metavar="1-5",
        help="how much is said of a mistake: 1 which gradient is wrong, 2 the evidence, 3 a question, 4 what "
        "the mistake is, 5 the solution (default: 3, and what it is unless that gives the solution away)",
    )


def print_diagnosis(diagnosis: Diagnosis, language: str, hint: int | None) -> None:
    """The report; its first line in colour on a terminal."""
    headline, *rest = diagnosis.lines(language, hint=hint, width=terminal_width())
    if sys.stdout.isatty():
        headline = f"\x1b[1;{COLOURS[diagnosis.verdict]}m{headline}\x1b[0m"
    with suppress(BrokenPipeError):  # a reader that has seen enough changes no verdict
        print("\n".join([headline, *rest]), flush=True)


def terminal_width() -> int:
    return min(WIDTH, max(40, shutil.get_terminal_size((WIDTH, 24)).columns))


def exit_status(diagnoses: Sequence[Diagnosis]) -> int:
    verdicts = {diagnosis.verdict for diagnosis in diagnoses}
    if verdicts & {"mistaken", "unwritten"}:
        return 1
    return 2 if "unknown" in verdicts or not diagnoses else 0
