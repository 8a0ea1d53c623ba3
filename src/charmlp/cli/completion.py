"""`charmlp completion`: what lets a shell complete verbs, flags and their values, made by shtab."""

import argparse
import importlib
from collections.abc import Sequence
from typing import Any

from charmlp.cli import VERBS
from charmlp.cli.arguments import Parser
from charmlp.cli.course import ACTIONS
from charmlp.system.extras import require_extra

SHELLS = ("bash", "zsh", "fish", "powershell", "tcsh")
PATHS = ("DATA", "DIR", "FILE", "LIST", "PATH", "TARGET")  # what stands for a path in the help


def make_parser() -> Parser:
    parser = Parser(
        "completion",
        "Print a script by which your shell completes verbs, flags and their values. It needs shtab.",
        "charmlp completion bash > ~/.local/share/bash-completion/completions/charmlp\n"
        "charmlp completion fish > ~/.config/fish/completions/charmlp.fish\n"
        "charmlp completion powershell >> $PROFILE",
        takes="SHELL",
    )
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    shtab = require_extra("shtab", "completion", "charmlp completion")
    print(shtab.complete(whole_parser(shtab.FILE), args.shell))
    return 0


def whole_parser(file: object) -> argparse.ArgumentParser:
    """All verbs as one parser; `file` is how shtab says that a path is to be completed."""
    whole = argparse.ArgumentParser("charmlp")
    verbs = whole.add_subparsers()
    for verb, words in VERBS.items():
        if verb == "course":
            actions = verbs.add_parser(verb, help=words).add_subparsers()
            for action, about in ACTIONS.items():
                add(actions, action, about, f"course_{action}", file)
        else:
            add(verbs, verb, words, verb, file)
    return whole


def add(verbs: Any, name: str, words: str, module: str, file: object) -> None:
    """One verb, with the flags of its own parser."""
    own: Parser = importlib.import_module(f"charmlp.cli.{module}").make_parser()
    for action in own._actions:
        if action.metavar in PATHS:
            action.complete = file  # type: ignore[attr-defined]
    verbs.add_parser(name, help=words, parents=[own], add_help=False)
