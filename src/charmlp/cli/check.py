"""`charmlp check`: a data set looked at before training."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser, add_data_flags, data_arguments, given_settings
from charmlp.config import RECIPES, SEED, Reading, override
from charmlp.errors import UsageError
from charmlp.text import SHOWN, as_json, printable

if TYPE_CHECKING:
    from charmlp.evaluation.checking import Check
    from charmlp.letters.balance import Remark

LISTS = ("train", "val", "test")
MOST_CLASSES = 60  # of the table; of more, the largest and the smallest


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
    words = "draw some images of every class (PNG); labels that look wrong on a sheet beside it"
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
            print(f"{'table' if path == args.out else 'picture':<9} {printable(path)}")
    return 0 if check.trains else 1


def look(args: argparse.Namespace) -> Check:
    """Open the data, whatever is wrong with single entries, and look at all of it."""
    data = data_arguments(args, LISTS)
    if args.figure is not None and args.figure.suffix.lower() != ".png":
        raise UsageError(f"--figure: {printable(args.figure)}: a file that ends in .png is expected")
    from charmlp.system.files import check_writable

    for path in filter(None, (args.figure, args.out)):
        check_writable(path)
    from charmlp.cli.progress import make_reporter
    from charmlp.data import open_source
    from charmlp.evaluation.checking import check_data

    config = override(RECIPES["best"], given_settings(args, Reading) | {"seed": args.seed})
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
    verdict = "Training would fail" if fatal else "Training would work"
    print(f"{verdict}: {check.source.describe()}.")
    for title, remarks in (("What makes it fail", fatal), ("What to look at", others)):
        if remarks:
            print(f"\n{title}:")
        for remark in remarks:
            print_remark(remark)
    if any(len(remark.names) > SHOWN for remark in check.remarks):
        print("\nAll files: --format json, or --out FILE.csv")
    print()
    print_counts(check)
    for split, sizes in check.sizes.items():
        smallest, median, largest = (
            f"{width}×{height}" for width, height in (sizes.smallest, sizes.median, sizes.largest)
        )
        print(f"{split:<6} images of {smallest} to {largest} pixels, half of them up to {median}")


def print_remark(remark: Remark) -> None:
    """What, five of the names below it, and what to do."""
    print(f"- {printable(remark.words)}{f'; {remark.advice}' if remark.advice else ''}")
    for name in remark.names[:SHOWN]:
        print(f"    {printable(name)}")
    if len(remark.names) > SHOWN:
        print(f"    and {len(remark.names) - SHOWN:,} more")


def print_counts(check: Check) -> None:
    """Images by class and split; of very many classes the largest and the smallest."""
    counts = check.counts()
    names = list(counts)
    if len(names) > MOST_CLASSES:
        ordered = sorted(names, key=lambda name: -sum(counts[name].values()))
        names = [*ordered[: MOST_CLASSES // 2], "", *ordered[-MOST_CLASSES // 2 :]]
    width = max(5, *(len(printable(name)) for name in names))
    print(f"{'class':<{width}}" + "".join(f"  {split:>7}" for split in check.letters))
    for name in names:
        if name == "" and len(counts) > MOST_CLASSES:
            print(f"… {len(counts) - MOST_CLASSES:,} classes between")
        else:
            print(f"{printable(name):<{width}}" + "".join(f"  {n:7,}" for n in counts[name].values()))
