"""`charmlp course check`: how far a homework is, task by task."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser
from charmlp.cli.doctor import TIME_LIMIT, add_hint_flag, terminal_width
from charmlp.course.tasks import MISTAKEN, NOT_BEGUN, RIGHT, RUNS, TASKS, Task
from charmlp.doctor.words import locale_language
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.course.checking.results import Fault, Result

COLOURS = {RIGHT: "32", MISTAKEN: "31", NOT_BEGUN: "34", RUNS: "33"}  # of the terminal
USUAL_HINT = 3
NAMES = max(len(task.name) for task in TASKS)


def make_parser() -> Parser:
    parser = Parser(
        "course check",
        "Say for each task of the homework whether it is not begun, runs, is right or mistaken, and of a "
        "mistake as much as --hint asks for. Each task is judged alone: one mistake does no harm elsewhere."
        "\n\nThe code in the folder is executed, on a copy, in processes of its own. Exit status: 0 all is "
        "right, 1 something is not yet.",
        "charmlp course check\ncharmlp course check homework --hint 4\n"
        "charmlp course check homework --format json",
        takes="[DIR]",
    )
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="DIR", help="the homework's folder (default: this one)"
    )
    add_hint_flag(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: the homework's)")
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="form of the result (default text)"
    )
    parser.add_argument(
        "--timeout",
        default=60.0,
        type=partial(TIME_LIMIT.read, "--timeout"),
        metavar="S",
        help="seconds for each task (default 60)",
    )
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    folder = Path(args.folder)
    from charmlp.course.checking import check_folder
    from charmlp.course.skeleton import language_of

    language = args.lang or language_of(folder) or locale_language()
    if args.format == "json":
        results = check_folder(folder, args.timeout)
        entries = [entry(result, language, args.hint) for result in results]
        print(json.dumps(entries, ensure_ascii=False, indent=1))
    else:
        results = check_folder(folder, args.timeout, partial(show, language=language, hint=args.hint))
        print("\n".join(ending(results, language)))
    count_tries(folder, results)
    return 0 if all(result.status == RIGHT for result in results) else 1


def count_tries(folder: Path, results: Sequence[Result]) -> None:
    """Count another try of each task, in a folder that `course new` has made, where that can be written."""
    from charmlp.course.skeleton import FACTS
    from charmlp.course.tries import TRIES, read_tries, with_one_more, written
    from charmlp.errors import CharmlpError
    from charmlp.system.files import write_whole

    if not (folder / FACTS).is_file():
        return
    path, before = folder / TRIES, ""
    with suppress(OSError, ValueError):
        before = path.read_text("utf-8")
    tries = with_one_more(read_tries(before), {result.task: result.status for result in results})
    with suppress(CharmlpError):
        write_whole(path, written(tries).encode())


def show(result: Result, language: str, hint: int | None) -> None:
    """A task's line, and what there is to say about it."""
    from charmlp.course.checking.words import say

    task = task_of(result)
    status = say(f"status.{result.status}", language)
    if sys.stdout.isatty():
        status = f"\x1b[1;{COLOURS[result.status]}m{status}\x1b[0m"
    where = "" if result.status == RIGHT or not task.place else f"  ({task.file}: {task.place})"
    print(f"{task.name:<{NAMES}}  {status}{where}")
    for line in details(result, language, hint):
        print(printable(line), flush=True)


def details(result: Result, language: str, hint: int | None) -> Iterator[str]:
    from charmlp.doctor.words.layout import wrapped

    if result.remark is not None:
        yield from wrapped(result.remark[language], "  ", "  ", terminal_width())
    for fault in result.faults:
        yield from lines_of(fault, language, hint)


def lines_of(fault: Fault, language: str, hint: int | None) -> Iterator[str]:
    """A mistake as the doctor says it: as much of it as `hint` asks for."""
    from charmlp.doctor.diagnosis import labelled
    from charmlp.doctor.words.layout import wrapped

    _, evidence, question, _, fix = fault.hints[language]
    level, width = hint or USUAL_HINT, terminal_width()
    yield from wrapped(sentence_of(fault, language, hint), "  ", "  ", width)
    for name, least, words in (("evidence", 2, evidence), ("hint", 3, question), ("fix", 5, fix)):
        if level >= least and words:
            yield from labelled(name, words, 2, language, width)
    if level >= 3:
        yield from labelled(
            "page", f"charmlp doctor --explain {fault.explain} --lang {language}", 2, language, width
        )


def sentence_of(fault: Fault, language: str, hint: int | None) -> str:
    """What is said of a mistake at once."""
    place, _, _, text, _ = fault.hints[language]
    return fault.first[language] if hint is None else text if hint >= 4 else place


def ending(results: Sequence[Result], language: str) -> Iterator[str]:
    """How many are right, and what to do next."""
    from charmlp.course.checking.words import say

    right = sum(result.status == RIGHT for result in results)
    yield say("ending", language, right=right, count=len(results))
    left = next((result for result in results if result.status != RIGHT), None)
    if left is not None:
        task = task_of(left)
        read = f"charmlp doctor --explain {task.explain} --lang {language}"
        yield say("next", language, task=task.name, about=task.about[language], read=read)


def entry(result: Result, language: str, hint: int | None) -> dict[str, Any]:
    """What `--format json` prints for a task."""
    task = task_of(result)
    return {
        "task": result.task,
        "status": result.status,
        "file": task.file,
        "place": task.place,
        "about": task.about[language],
        "remark": None if result.remark is None else result.remark[language],
        "mistakes": [
            {
                "name": fault.name,
                "text": sentence_of(fault, language, hint),
                "hints": fault.hints[language][: hint or USUAL_HINT],
                "page": f"docs/derivations/{fault.page}.md",
                "explain": fault.explain,
            }
            for fault in result.faults
        ],
        "page": f"docs/derivations/{task.page}.md",
        "explain": task.explain,
    }


def task_of(result: Result) -> Task:
    return next(task for task in TASKS if task.name == result.task)
