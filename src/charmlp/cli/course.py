"""`charmlp course`: the homework, as a course hands it out, checks and grades it; each action has a file."""

import importlib
from collections.abc import Sequence

from charmlp.cli.arguments import Parser

ACTIONS = {
    "new": "a folder to begin the homework in",
    "check": "say how far it is, task by task",
    "grade": "grade what a class has handed in",
}


def make_parser() -> Parser:
    """The help of all actions; each action's own flags are in its file."""
    table = "\n".join(f"  {action:<7}{words}" for action, words in ACTIONS.items())
    parser = Parser(
        "course",
        "The course's homework: a letter classifier whose backward passes are written by hand.\n\n"
        f"{table}\n\n'charmlp course ACTION --help' tells what an action takes.",
        "charmlp course new homework\ncharmlp course check homework\n"
        "charmlp course grade handed-in --out graded",
        takes="ACTION …",
    )
    parser.add_argument("action", choices=ACTIONS, metavar="ACTION", help=f"one of {', '.join(ACTIONS)}")
    return parser


def command(arguments: Sequence[str]) -> int:
    action, *others = [*arguments] or [""]
    if action not in ACTIONS:
        make_parser().parse_args(arguments[:1])  # the help, or what is wrong
    status: int = importlib.import_module(f"charmlp.cli.course_{action}").command(others)
    return status
