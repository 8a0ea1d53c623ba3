"""`charmlp synth`: rendered letters written as images and lists."""

from collections.abc import Sequence
from pathlib import Path

from charmlp.cli.arguments import CLASSES_HELP, Parser, add_number, given_settings
from charmlp.cli.notes import say
from charmlp.config import SLIDES, STYLES, override
from charmlp.errors import UsageError
from charmlp.text import printable

MOST_BYTES = 8 * 2**30


def make_parser() -> Parser:
    parser = Parser(
        "synth",
        "Write letters rendered from fonts, or handwritten: a folder with images/ and the lists train.json, "
        "validation.json and test.json, which share no font family. The same seed writes the same letters.",
        "charmlp synth --out letters --count 20000\n"
        "charmlp train letters\n"
        "charmlp synth --out digits --count 5000 --classes digits --fonts my-fonts/",
        takes="--out DIR --count N",
    )
    parser.add_argument("--out", required=True, metavar="DIR", type=Path, help="folder to write")
    words = "how many letters; a tenth of them is for validation, a tenth for test"
    add_number(parser, "--count", 10**6, required=True, metavar="N", help=words)
    parser.add_argument(
        "--style",
        choices=STYLES,
        default="print",
        help="print: as on signs; hand: handwriting; all: both (print)",
    )
    parser.add_argument("--classes", help=CLASSES_HELP)
    parser.add_argument("--norm_size", metavar="H,W", help="height,width of the images (32,32)")
    parser.add_argument("--seed", metavar="N", help="seed of every random number (2021)")
    parser.add_argument("--fonts", metavar="DIR", help="draw from the fonts in this folder as well")
    parser.add_argument(
        "--machine-fonts", action="store_true", help="draw from those that are installed, too"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace letters that were written there")
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    config = override(SLIDES, given_settings(args))
    height, width = config.norm_size
    if args.count * height * width > MOST_BYTES:
        raise UsageError(
            f"--count {args.count} and --norm_size {height},{width} make more than "
            f"{MOST_BYTES // 2**30} GB of pixels; lower one of them"
        )

    from charmlp.cli.progress import make_reporter
    from charmlp.data.labels import given_classes
    from charmlp.rendering import open_rendered
    from charmlp.rendering.writing import LISTS, check_folder, write_letters

    check_folder(args.out, overwrite=args.overwrite)
    classes = given_classes(args.classes)
    with make_reporter() as reporter:
        held_out = args.count // 10
        source = open_rendered(
            args.count - 2 * held_out,
            classes,
            config.seed,
            style=args.style,
            held_out=held_out,
            folder=args.fonts,
            machine=args.machine_fonts,
        )
        reporter.message(source.describe())
        write_letters(
            source, args.out, config.norm_size, overwrite=args.overwrite, progress=reporter.progress
        )
    say(f"images    {printable(args.out / 'images')}")
    for split, size in source.splits.items():
        print(f"{size:<9,} {printable(args.out / LISTS[split])}")
    return 0
