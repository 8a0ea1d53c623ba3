"""`charmlp exercise`: exercises by number, with their solution, and answers judged one by one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser, add_number
from charmlp.config import SEED
from charmlp.config.rules import Rule, parse_sizes
from charmlp.course.exercises.bank import topic_names
from charmlp.course.exercises.kinds import kind_of, names
from charmlp.errors import UsageError
from charmlp.language import spoken
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.course.exercises.kind import Options, Problem, Verdict

FORMATS = ("text", "md", "latex", "json")
OPTIMIZERS = ("sgd", "adagrad", "rmsprop", "adam", "adadelta")
ACTIVATIONS = ("relu", "leaky_relu", "sigmoid", "tanh")
MOST_LAYERS, MOST_WIDE = 4, 4  # of what is computed by hand
LAYERS = Rule(
    f"sizes from the inputs to the outputs, 2 to {MOST_LAYERS} numbers from 1 to {MOST_WIDE}, such as 2,3,2",
    parse_sizes,
    lambda sizes: 2 <= len(sizes) <= MOST_LAYERS and all(1 <= size <= MOST_WIDE for size in sizes),
    "N,N",
)
RATE = Rule("a number from 0.001 to 1", float, lambda rate: 0.001 <= rate <= 1)


def make_parser() -> Parser:
    parser = Parser(
        "exercise",
        "Make an exercise to be solved by hand; the same seed gives the same one everywhere. --solution "
        "writes each step out with its numbers. --answers judges a file of answers, number by number, and "
        "where one is wrong says which mistake gives that number; status 1 where one is wrong. What follows "
        "rightly from a wrong number is right.\n\n"
        "The file is JSON as --solution --format json writes it, or has a line NAME = value for each number: "
        "L = 2.1269, dW2 = [[1/2, 0], [-1, 3]].",
        "charmlp exercise\n"
        "charmlp exercise --seed 7 --layers 2,3,2 --solution\n"
        "charmlp exercise --seed 7 --layers 2,3,2 --answers mine.txt\n"
        "charmlp exercise --kind choice --count 10 --topic momentum\n"
        "charmlp exercise --kind optimizer --format latex --lang zh --out sheet.tex",
    )
    kinds = ", ".join(names())
    parser.add_argument(
        "--kind", default="backprop", choices=names(), metavar="KIND", help=f"{kinds} (default backprop)"
    )
    words = "which exercise (default 1)"
    parser.add_argument("--seed", default=1, type=partial(SEED.read, "--seed"), metavar="N", help=words)
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="form of what is printed (default text)"
    )
    parser.add_argument("--solution", action="store_true", help="each step with its numbers")
    parser.add_argument("--answers", metavar="F", type=Path, help="judge the answers in this file")
    parser.add_argument("--out", metavar="F", type=Path, help="write to this file, not to standard output")
    add_options(parser)
    return parser


def add_options(parser: Parser) -> None:
    """What shapes an exercise, where its kind takes it."""
    group = parser.add_argument_group("what the exercise has (else the seed chooses)")
    words = "backprop, linear: sizes from the inputs to the outputs, such as 2,3,2"
    group.add_argument("--layers", type=partial(LAYERS.read, "--layers"), metavar="N,N", help=words)
    add_number(group, "--batch", 4, metavar="N", help="backprop, linear, softmax: examples, 1 to 4")
    group.add_argument("--act", choices=ACTIVATIONS, help="backprop, activation: the activation")
    group.add_argument("--optim_type", choices=OPTIMIZERS, help="optimizer: which one")
    words = (
        "backprop: ask for a step of gradient descent with this learning rate as well, and the loss after it"
    )
    group.add_argument("--lr", type=partial(RATE.read, "--lr"), metavar="X", help=words)
    words = "backprop: the example that the derivations work with, with one step"
    group.add_argument("--worked", action="store_true", default=None, help=words)
    add_number(group, "--count", 999, metavar="N", help="choice: how many questions (5)")
    words = f"choice: all of one topic: {', '.join(topic_names())}"
    group.add_argument("--topic", choices=topic_names(), metavar="TOPIC", help=words)


def command(arguments: Sequence[str]) -> int:
    """Exit status 0; 1: an answer is wrong."""
    args = make_parser().parse_args(arguments)
    check_flags(args)
    from charmlp.course.exercises.kind import Options

    language = spoken()
    if args.out is not None:
        from charmlp.system.files import check_writable

        check_writable(args.out)
    given = {field.name: getattr(args, field.name) for field in fields(Options)}
    problem = problem_of(args.kind, Options(**given))
    if args.answers is not None:
        return judge(problem, args, language)
    from charmlp.course.exercises.writing import WRITERS

    tell(WRITERS[args.format](problem, language, solution=args.solution), args.out)
    return 0


def check_flags(args: argparse.Namespace) -> None:
    if args.answers is not None:
        if args.solution:
            raise UsageError("--answers and --solution: give one or the other")
        if args.format not in ("text", "json"):
            raise UsageError(f"--format {args.format}: what is said of answers is text or json")


def problem_of(name: str, options: Options) -> Problem:
    """The exercise; raises `UsageError` for a flag that its kind does not take."""
    kind = kind_of(name)
    for field in fields(options):
        if field.name not in ("seed", *kind.takes) and getattr(options, field.name) is not None:
            takers = ", ".join(other for other in names() if field.name in kind_of(other).takes)
            raise UsageError(f"--{field.name} goes with --kind {takers}; not with {name}")
    return kind.make(options)


def judge(problem: Problem, args: argparse.Namespace, language: str) -> int:
    """Print what is said of each answer."""
    from charmlp.course.exercises.answers import read_answers
    from charmlp.errors import DataError
    from charmlp.text import as_json, shown_path

    answers = read_answers(args.answers, problem.answers())
    try:
        verdicts = problem.judge(answers, language)
    except DataError as error:
        raise DataError(f"{shown_path(args.answers)}: {error}") from None
    if args.format == "json":
        tell(as_json([verdict.to_dict() for verdict in verdicts]) + "\n", args.out)
    else:
        tell("\n".join(lines_of(verdicts, language)) + "\n", args.out)
    return 0 if all(verdict.right for verdict in verdicts) else 1


def lines_of(verdicts: Sequence[Verdict], language: str) -> list[str]:
    """A line for each answer, and what is said of it below."""
    from charmlp.course.exercises.words import say

    width = max(len(verdict.name) for verdict in verdicts)
    lines = []
    for verdict in verdicts:
        lines.append(f"{verdict.name:<{width}}  {say('right' if verdict.right else 'wrong', language)}")
        lines += [f"{'':<{width}}  {printable(verdict.text)}"] if verdict.text else []
    right = sum(verdict.right for verdict in verdicts)
    return [*lines, "", say("score", language, right=right, all=len(verdicts))]


def tell(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.write(text)
        return
    from charmlp.system.files import write_whole

    write_whole(out, text.encode("utf-8"))
