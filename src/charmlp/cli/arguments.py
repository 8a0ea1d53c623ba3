"""What the verbs share: a parser that is lenient about spelling, and the flags for data and settings."""

import argparse
import re
from collections.abc import Sequence
from dataclasses import Field
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from charmlp.cli.notes import set_loudness
from charmlp.config import (
    MAX_LAYERS,
    OTHER_NAMES,
    RECIPES,
    Reading,
    TrainingConfig,
    flag_of,
    one_of,
    parse_setting,
    resolve_hidden_size,
    settings,
    spell,
    whole,
)
from charmlp.errors import UsageError
from charmlp.language import LANGUAGES, translated
from charmlp.system.files import is_file
from charmlp.text import did_you_mean, printable, shown_value

COURSE_DATA = Path("data/character_classification")
COURSE_LISTS = {
    "train": str(COURSE_DATA / "train.json"),
    "val": str(COURSE_DATA / "validation.json"),
    "test": str(COURSE_DATA / "test.json"),
}
COURSE_IMAGES = str(COURSE_DATA / "images")
COURSE_MODEL = "saved_models/recognition.pth"
CLASSES_HELP = (
    "which, e.g. 0123456789 or 0-9,A-Z; or digits, letters, alphanumeric, greek, cyrillic, chinese; "
    "or a file with one class a line (default A-Z)"
)
LISTS_OF_NUMBERS = ("--hsize", "--norm_size")  # a space separates the numbers as well as a comma
NUMBERS = re.compile(r"-?\d[\d,x]*", re.IGNORECASE)


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, or 80 columns; it reads the same under every version of Python."""

    def __init__(self, prog: str) -> None:
        import shutil  # not for commands that print no help

        super().__init__(prog, max_help_position=28, width=min(100, shutil.get_terminal_size().columns) - 2)

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(translated(f"usage: {usage}"), actions, groups, "")

    def start_section(self, heading: str | None) -> None:
        super().start_section(None if heading is None else translated(heading))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Paragraphs are wrapped; indented lines, as those of examples, stay."""
        lines = translated(text).splitlines()
        return "\n".join(line if line.startswith(" ") else "\n".join(fitted(line, width)) for line in lines)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return fitted(text, width)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """`--model_path, --model FILE`, with what follows the flag written once."""
        if not action.option_strings:
            return str(self._metavar_formatter(action, action.dest)(1)[0])
        takes = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        if action.choices is not None and action.metavar is None:
            takes = f" {{{','.join(map(str, action.choices))}}}"
        return ", ".join(action.option_strings) + takes

    def _get_help_string(self, action: argparse.Action) -> str:
        others = [name for flag in action.option_strings for name in OTHER_NAMES.get(flag, ())]
        return translated(f"{action.help}; also {others[0]}" if others else str(action.help))


def fitted(text: str, width: int) -> list[str]:
    """A paragraph in lines of a terminal; an empty line stays one."""
    from charmlp.language.layout import wrapped

    return wrapped(" ".join(text.split()), "", "", width) or [""]


class Parser(argparse.ArgumentParser):
    """A parser for which `--batch-size`, `--batch_size` and `--batchsize` are one flag.

    `takes` is what the command line has beside flags, as the usage line shows it.
    """

    def __init__(self, verb: str, description: str, example: str, takes: str = "") -> None:
        prog = f"charmlp {verb}"
        super().__init__(
            prog=prog,
            usage=f"{prog} {takes} [FLAG …]".replace("  ", " "),
            description=description,
            epilog="example:\n" + "".join(f"  {line}\n" for line in example.strip().splitlines()),
            formatter_class=HelpFormatter,
            allow_abbrev=False,
        )
        words = "language of help, messages, pictures and reports (default: the locale's)"
        self.add_argument("--lang", choices=LANGUAGES, help=words)
        loudness = self.add_mutually_exclusive_group()
        loudness.add_argument("-q", "--quiet", action="store_true", help="say nothing but results and errors")
        loudness.add_argument(
            "-v", "--verbose", action="store_true", help="say also what was chosen, why, how long it took"
        )

    def parse_args(self, arguments: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]
        """Parse the arguments; raises `UsageError` where they are wrong. Sets how much is said."""
        args, unknown = self.parse_known_args(self.as_declared(arguments))
        if unknown:
            self.error(f"unexpected argument {shown_value(unknown[0])}")
        set_loudness(quiet=args.quiet, verbose=args.verbose)
        return args

    def as_declared(self, arguments: Sequence[str]) -> list[str]:
        """The arguments with every flag by the name that it was declared with, and lists of numbers whole."""
        own = self._option_string_actions
        known = {plain(other): flag for flag in own for other in OTHER_NAMES.get(flag, ())}
        known |= {plain(flag): flag for flag in own if flag.startswith("--")}
        flags = list(takewhile(lambda argument: argument != "--", arguments))
        declared: list[str] = []
        for argument in flags:
            name, equals, value = argument.partition("=")
            if name.startswith("--"):
                if plain(name) not in known:
                    self.error(f"unknown flag {name}{did_you_mean(name, own)}")
                if value == "--":  # argparse would drop it
                    self.error(f"{name}: expected a value, not '--'")
                declared.append(known[plain(name)] + equals + value)
            elif NUMBERS.fullmatch(argument) and ends_in_list(declared):
                declared[-1] += f",{argument}"
            else:
                declared.append(argument)
        return declared + list(arguments[len(flags) :])

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            name = action.option_strings[0] if action.option_strings else action.metavar
            self.error(f"{name}: {one_of(*map(str, action.choices)).misfit(value)}")

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{printable(message.removeprefix('argument '))} (see '{self.prog} --help')")


def plain(flag: str) -> str:
    """A flag without hyphens, underscores and capitals: what two spellings have in common."""
    return flag.replace("-", "").replace("_", "").lower()


def ends_in_list(arguments: Sequence[str]) -> bool:
    """Whether the last argument is the value of a flag that takes a list of numbers."""
    before, last = ["", "", *arguments][-2:]
    name, equals, _ = last.partition("=")
    return bool(equals and name in LISTS_OF_NUMBERS) or (before in LISTS_OF_NUMBERS and name[:2] != "--")


class StoreOnce(argparse.Action):
    """`--data X`, or X without the flag, but only one of them."""

    def __call__(self, parser: Any, namespace: argparse.Namespace, value: Any, option: Any = None) -> None:
        if value is not None:
            if namespace.data is not None:
                raise UsageError(
                    f"data is given twice: {shown_value(namespace.data)} and {shown_value(value)}"
                )
            namespace.data = value


def add_data_flags(parser: Parser, lists: Sequence[str], *, place: bool = True, pack: bool = False) -> None:
    """`--data`, or with `place` the same without a flag; the course's image folder and lists; the classes."""
    group = parser.add_argument_group("data")
    words = "folder or zip of a known layout, list, table, pack, or synth: for rendered letters (synth:5000)"
    group.add_argument("--data", action=StoreOnce, metavar="DATA", help=words)
    if place:
        group.add_argument(
            "place", nargs="?", action=StoreOnce, metavar="DATA", help="the same without --data"
        )
    add_list_flags(group)
    for name in lists:
        group.add_argument(
            f"--{name}_file_path", metavar="LIST", help=f"list of images (default {COURSE_LISTS[name]})"
        )
    group.add_argument("--classes", help=CLASSES_HELP)
    words = "how many classes there must be"
    add_number(group, "--n_classes", 10**6, metavar="N", help=words)
    if pack:
        words = "decode all images into this file, once, and train from it: also more than memory holds"
        group.add_argument("--pack", metavar="FILE", help=words)
    words = "decode and render all again, and keep nothing"
    group.add_argument("--no_cache", action="store_true", help=words)
    group.add_argument("--skip_bad", action="store_true", help="go on without images that cannot be read")


def add_list_flags(group: argparse._ActionsContainer) -> None:
    """How lists and names are read."""
    words = "folder of a list's images (default: images/ beside it, or its own folder)"
    group.add_argument("--im_dir", metavar="DIR", help=words)
    for field in settings(Reading):
        add_setting(group, field, field.metadata["help"])


def data_arguments(args: argparse.Namespace, lists: Sequence[str], *, course: bool = False) -> dict[str, Any]:
    """The data flags as `open_source` and `train` take them; raises `UsageError` where they contradict."""
    given = {name: path for name in lists if (path := getattr(args, f"{name}_file_path")) is not None}
    if args.data is not None and given:
        raise UsageError(f"--data and --{next(iter(given))}_file_path: give one or the other")
    found: dict[str, Any] = {
        "data": args.data,
        "im_dir": args.im_dir,
        "classes": args.classes,
        "n_classes": args.n_classes,
        "cache": not args.no_cache,
    }
    if args.data is None:
        if not (course or given or args.im_dir) and not Path(COURSE_LISTS[lists[0]]).exists():
            raise UsageError(
                "no data: give a folder of images, or synth: for rendered letters; "
                f"the course's layout, {COURSE_DATA.as_posix()}/, is not in this folder"
            )
        # Without a validation list, part of the training images is held out.
        others = [name for name in lists[1:] if (course or not given) and is_file(Path(COURSE_LISTS[name]))]
        found["lists"] = {name: COURSE_LISTS[name] for name in (lists[0], *others)} | given
        if args.im_dir is None and (course or not given):
            found["im_dir"] = COURSE_IMAGES
    return found


def add_number(group: argparse._ActionsContainer, flag: str, most: int = 10**9, **options: Any) -> None:
    """A flag that takes a whole number from 1 on; for anything else it raises `UsageError`."""
    rule = whole(1, most, f" from 1 to {most:,}")
    group.add_argument(flag, type=partial(rule.read, flag), **options)


def add_setting_flags(parser: Parser, *recipes: str) -> None:
    """Every field of `TrainingConfig` but those of `Reading`, which come first; the recipes' defaults."""
    group = parser.add_argument_group(f"training (defaults of recipe {' / '.join(recipes)})")
    words = "number of linear layers, one more than hidden sizes; 1 alone: no hidden layer"
    add_number(group, "--layer", MAX_LAYERS, metavar="N", help=words)
    for field in settings()[len(settings(Reading)) :]:
        add_setting(group, field, f"{field.metadata['help']} ({defaults(field.name, recipes)})")


def add_setting(group: argparse._ActionsContainer, field: Field[Any], words: str) -> None:
    """The flag of a setting; what it takes stays a text, for `given_settings`."""
    rule = field.metadata["rule"]
    takes = {"choices": rule.choices} if rule.choices else {"metavar": rule.metavar}
    group.add_argument(flag_of(field), dest=field.name, help=words, **takes)


def defaults(name: str, recipes: Sequence[str]) -> str:
    """The value of a field in each recipe, once where they are the same."""
    values = [spell(getattr(RECIPES[recipe], name)) for recipe in recipes]
    return values[0] if len(set(values)) == 1 else " / ".join(values)


def given_settings(args: argparse.Namespace, of: type[Reading] = TrainingConfig) -> dict[str, Any]:
    """The settings whose flags were given; raises `UsageError` naming the flag."""
    texts = vars(args)
    found = {
        field.name: parse_setting(field, text)
        for field in settings(of)
        if (text := texts.get(field.name)) is not None
    }
    if texts.get("layer") is not None:
        found["hidden_size"] = resolve_hidden_size(found.get("hidden_size"), args.layer)
    return found
