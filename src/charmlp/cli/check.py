"""`charmlp check`: a data set looked at before training."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser, add_data_flags, data_arguments, given_settings
from charmlp.cli.notes import say
from charmlp.config import SEED, Reading, override
from charmlp.errors import UsageError
from charmlp.language import translated
from charmlp.language.layout import padded
from charmlp.text import SHOWN, as_json, printable

if TYPE_CHECKING:
    from charmlp.evaluation.checking import Check
    from charmlp.evaluation.checking.findings import Sizes
    from charmlp.letters.balance import Remark

LISTS = ("train", "val", "test")
MOST_CLASSES = 60  # of the table; of more, the largest and the smallest
SHORT, MOST_SHORT = 8, 30  # characters of names that stand side by side, and how many of them


def make_parser() -> Parser:
    parser = Parser(
        "check",
        "Look at a data set before training: whether training would work; images by class; what cannot be "
        "read; blank and small letters; copies and near-twins, above all across training, validation and "
        "test; labels that look wrong. Status 1 where training would fail. Nothing is changed.",
        "charmlp check photos\ncharmlp check photos --figure classes.png\ncharmlp check photos --format json",
        takes="[DATA]",
    )
    add_data_flags(parser, LISTS)
    words = "on: train five small nets to find labels that look wrong (default on)"
    parser.add_argument("--suspects", choices=("on", "off"), default="on", help=words)
    words = "draw some images of every class (PNG, SVG); labels that look wrong on a sheet beside it"
    parser.add_argument("--figure", metavar="FILE", type=Path, help=words)
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="form of the result (default text)"
    )
    words = "write each finding with its files as a table as well (CSV)"
    parser.add_argument("--out", metavar="FILE", type=Path, help=words)
    words = "seed by which validation images are held out, as in training (default 2021)"
    parser.add_argument("--seed", default=2021, type=partial(SEED.read, "--seed"), metavar="N", help=words)
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    check = look(args)
    if args.out is not None:
        from charmlp.evaluation.checking.table import findings_csv
        from charmlp.system.files import write_whole

        write_whole(args.out, findings_csv(check).encode("utf-8"))
    sheets = []
    if args.figure is not None:
        from charmlp.evaluation.checking.sheet import save_sheets

        sheets = save_sheets(check, args.figure)
    if args.format == "json":
        print(as_json(check.to_dict()))
    else:
        print_check(check)
        for path in filter(None, (args.out, *sheets)):
            say(f"table     {printable(path)}" if path == args.out else f"picture   {printable(path)}")
    return 0 if check.trains else 1


def look(args: argparse.Namespace) -> Check:
    """Open the data, whatever is wrong with single entries, and look at all of it."""
    data = data_arguments(args, LISTS)
    if args.figure is not None and args.figure.suffix not in (".png", ".svg"):
        raise UsageError(f"--figure: {printable(args.figure)}: a file that ends in .png or .svg is expected")
    from charmlp.system.files import check_writable

    for path in filter(None, (args.figure, args.out)):
        check_writable(path)
    from charmlp.cli.progress import make_reporter
    from charmlp.data import open_source
    from charmlp.evaluation.checking import LOOK, check_data

    config = override(LOOK, given_settings(args, Reading) | {"seed": args.seed})
    faults: list[str] = []
    source = open_source(**data, seed=args.seed, reading=config, faults=faults)
    with make_reporter() as reporter:
        return check_data(
            source,
            config=config,
            faults=faults,
            skip_bad=args.skip_bad,
            judge=args.suspects == "on",
            cache=data["cache"],
            progress=reporter.progress,
        )


def print_check(check: Check) -> None:
    """In a sentence whether training would work, what to look at, and the images by class."""
    fatal = [remark for remark in check.remarks if remark.fatal]
    others = [remark for remark in check.remarks if not remark.fatal]
    data = check.source.describe()
    say(f"Training would fail: {data}." if fatal else f"Training would work: {data}.")
    cut: list[bool] = []
    for title, remarks in (("What makes it fail:", fatal), ("What to look at:", others)):
        if remarks:
            say(f"\n{title}")
        cut += [print_remark(remark) for remark in remarks]
    if any(cut):
        say("\nThe whole lists: --format json, or --out FILE.csv")
    say("")
    print_counts(check)
    for split, sizes in check.sizes.items():
        print(f"{split:<6} {translated(describe_sizes(sizes))}")


def describe_sizes(sizes: Sizes) -> str:
    """`images of 32×34 to 480×791 pixels, half of them up to 38×117`."""
    smallest, median, largest = (
        f"{width}×{height}" for width, height in (sizes.smallest, sizes.median, sizes.largest)
    )
    if smallest == largest:
        return f"images of {smallest} pixels"
    return f"images of {smallest} to {largest} pixels, half of them up to {median}"


def print_remark(remark: Remark) -> bool:
    """What, and what to do; below it classes in one line, or a line each for five of the files.

    Returns whether there are more.
    """
    line = printable(remark.words) + (f"; {remark.advice}" if remark.advice else "")
    print(f"- {translated(line)}")
    names = [printable(name) for name in remark.names]
    if max(map(len, names), default=0) <= SHORT:
        lines, most = [" ".join(names[:MOST_SHORT])] if names else [], MOST_SHORT
    else:
        lines, most = names[:SHOWN], SHOWN
    for line in lines:
        is_sentence = bool({"like", "labelled"} & {*line.split()})  # the others are names
        print(f"    {translated(line) if is_sentence else line}")
    if len(names) > most:
        say(f"    and {len(names) - most:,} more")
    return len(names) > most


def print_counts(check: Check) -> None:
    """Images by class and split, of classes that have any; of very many the largest and the smallest."""
    counts = {name: numbers for name, numbers in check.counts().items() if any(numbers.values())}
    names, left_out = list(counts), max(0, len(counts) - MOST_CLASSES)
    if left_out:
        names.sort(key=lambda name: -sum(counts[name].values()))
        names = names[: MOST_CLASSES // 2] + names[-MOST_CLASSES // 2 :]
    width = max(5, *(len(printable(name)) for name in names), 0)
    print(padded(translated("class"), width) + "".join(f"  {split:>7}" for split in check.letters))
    for at, name in enumerate(names):
        if left_out and at == MOST_CLASSES // 2:
            say(f"… {left_out:,} classes between")
        print(f"{printable(name):<{width}}" + "".join(f"  {n:7,}" for n in counts[name].values()))
