"""What the verbs share: a parser that is lenient about spelling, and the flags for data and settings."""

import argparse
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NoReturn

from charmlp.config import (
    RECIPES,
    Reading,
    TrainingConfig,
    flag_of,
    parse_setting,
    resolve_hidden_size,
    settings,
)
from charmlp.errors import UsageError
from charmlp.system.files import is_file
from charmlp.text import printable

COURSE_DATA = Path("data/character_classification")
COURSE_LISTS = {
    "train": str(COURSE_DATA / "train.json"),
    "val": str(COURSE_DATA / "validation.json"),
    "test": str(COURSE_DATA / "test.json"),
}
COURSE_IMAGES = str(COURSE_DATA / "images")
COURSE_MODEL = "saved_models/recognition.pth"


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help that reads the same under every version of Python: docs/cli.md holds it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=96)

    def _format_action_invocation(self, action: argparse.Action) -> str:
        """`--model_path, --model FILE`, with what follows the flag written once."""
        if not action.option_strings:
            return str(self._metavar_formatter(action, action.dest)(1)[0])
        takes = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        if action.choices is not None and action.metavar is None:
            takes = f" {{{','.join(map(str, action.choices))}}}"
        return ", ".join(action.option_strings) + takes


class Parser(argparse.ArgumentParser):
    """A parser for which `--batch-size`, `--batch_size` and `--batchsize` are one flag.

    `takes` is what the command line has beside flags, as the usage line shows it.
    """

    def __init__(self, verb: str, description: str, example: str, takes: str = "") -> None:
        prog = f"charmlp {verb}".rstrip()
        super().__init__(
            prog=prog,
            usage=f"{prog} {takes} [FLAG …]".replace("  ", " "),
            description=description,
            epilog="example:\n" + "".join(f"  {line}\n" for line in example.strip().splitlines()),
            formatter_class=HelpFormatter,
            allow_abbrev=False,
        )

    def parse_args(self, arguments: Sequence[str]) -> argparse.Namespace:  # type: ignore[override]
        """Parse the arguments; raises `UsageError` where they are wrong."""
        known = {plain(flag): flag for flag in self._option_string_actions if flag.startswith("--")}
        spelled = list(arguments)
        for i, argument in enumerate(takewhile(lambda argument: argument != "--", arguments)):
            flag, equals, value = argument.partition("=")
            if flag.startswith("--"):
                spelled[i] = known.get(plain(flag), flag) + equals + value
        return super().parse_args(spelled)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{printable(message)} (see '{self.prog} --help')")


def plain(flag: str) -> str:
    """A flag without hyphens, underscores and capitals: what two spellings have in common."""
    return flag.replace("-", "").replace("_", "").lower()


def add_data_flags(parser: Parser, lists: Sequence[str]) -> None:
    """`--data`, or the course's image folder and lists; and the classes."""
    group = parser.add_argument_group("data")
    words = "folder in any known layout, a list, a table, or synth: for rendered letters (synth:5000)"
    group.add_argument("--data", help=words)
    add_list_flags(group)
    for name in lists:
        group.add_argument(f"--{name}_file_path", metavar="LIST", help=f"default {COURSE_LISTS[name]}")
    group.add_argument("--classes", help="e.g. 0123456789, or a file with one class a line (default A-Z)")
    words = "number of classes; must match what is found"
    add_number(group, "--n_classes", 10**6, metavar="N", help=words)
    group.add_argument("--no_cache", action="store_true", help="decode all images again, and keep none")
    group.add_argument("--skip_bad", action="store_true", help="go on without images that cannot be read")


def add_list_flags(group: argparse._ActionsContainer) -> None:
    """How lists and names are read."""
    words = "folder of a list's images (default: images/ beside it, or its own folder)"
    group.add_argument("--im_dir", metavar="DIR", help=words)
    for field in settings(Reading):
        group.add_argument(flag_of(field), dest=field.name, metavar="X", help=field.metadata["help"])


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
                "no data: give --data FOLDER (or --data synth: for rendered letters); "
                f"the course's layout, {COURSE_DATA.as_posix()}/, is not in this folder"
            )
        # Without a validation list, part of the training images is held out.
        others = [name for name in lists[1:] if (course or not given) and is_file(Path(COURSE_LISTS[name]))]
        found["lists"] = {name: COURSE_LISTS[name] for name in (lists[0], *others)} | given
        if args.im_dir is None and (course or not given):
            found["im_dir"] = COURSE_IMAGES
    return found


def add_number(group: argparse._ActionsContainer, flag: str, most: int | None = None, **options: Any) -> None:
    """A flag that takes a whole number from 1 on; for anything else it raises `UsageError`."""

    def read(text: str) -> int:
        if not text.isdecimal() or len(text) > 18 or not 1 <= int(text) <= (most or 10**18):
            bounds = ", at least 1" if most is None else f" from 1 to {most:,}"
            raise UsageError(f"{flag}: expected a whole number{bounds}, not {text!r}")
        return int(text)

    group.add_argument(flag, type=read, **options)


def add_setting_flags(parser: Parser) -> None:
    """Every field of `TrainingConfig` but those of `Reading`, with the defaults of each recipe."""
    group = parser.add_argument_group("training (the defaults are those of the recipes slides / best)")
    words = "number of linear layers, one more than hidden sizes; 1 alone: no hidden layer"
    add_number(group, "--layer", metavar="N", help=words)
    of_lists = {field.name for field in settings(Reading)}
    for field in settings():
        if field.name in of_lists:
            continue
        group.add_argument(
            flag_of(field),
            dest=field.name,
            nargs="+" if "size" in field.name and field.name != "batch_size" else None,
            metavar="X",
            help=f"{field.metadata['help']} ({defaults(field.name)})",
        )


def defaults(name: str) -> str:
    """The value of a field in each recipe, once where they are the same."""
    values = [spell(getattr(recipe, name)) for recipe in RECIPES.values()]
    return values[0] if len(set(values)) == 1 else " / ".join(values)


def spell(value: object) -> str:
    """A value as it is typed behind its flag."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def given_settings(args: argparse.Namespace, of: type[Reading] = TrainingConfig) -> dict[str, Any]:
    """The settings whose flags were given; raises `UsageError` naming the flag."""
    texts = vars(args)
    found = {
        field.name: parse_setting(field, text if isinstance(text, str) else " ".join(text))
        for field in settings(of)
        if (text := texts.get(field.name)) is not None
    }
    if texts.get("layer") is not None:
        found["hidden_size"] = resolve_hidden_size(found.get("hidden_size"), args.layer)
    return found
