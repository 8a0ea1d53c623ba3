"""`charmlp course new`: a folder to begin the homework in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from charmlp.cli.arguments import Parser
from charmlp.text import printable


def make_parser() -> Parser:
    parser = Parser(
        "course new",
        "Write the homework into a new folder: a letter classifier whose backward passes are to be written "
        "by hand, with the TODOs marked, rendered letters as data, small tests, a report with what the runs "
        "find, and configurations for PyCharm and VS Code. Its README.md says what to do in which order.",
        "charmlp course new homework\ncharmlp course new zuoye --lang zh\n"
        "charmlp course new project --project",
        takes="DIR",
    )
    parser.add_argument("folder", metavar="DIR", help="folder to write; it must be empty, or not be there")
    parser.add_argument(
        "--lang", choices=("en", "zh"), help="language of comments, tests and report (default: the locale's)"
    )
    parser.add_argument(
        "--project", action="store_true", help="instead: the frame of a report on a topic of one's own"
    )
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    from charmlp.cli.progress import make_reporter
    from charmlp.course.skeleton.writing import check_new, write_homework, write_project
    from charmlp.doctor.words import locale_language

    folder, language = Path(args.folder), args.lang or locale_language()
    check_new(folder)
    if args.project:
        write_project(folder, language)
    else:
        with make_reporter() as reporter:
            write_homework(folder, language, reporter.progress)
    print(printable(folder / "README.md"))
    return 0
