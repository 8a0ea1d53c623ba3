"""`charmlp report`: a run and how well it reads, as a page to look at or to hand in."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser, add_data_flags, data_arguments, given_settings
from charmlp.cli.model_flags import find_run
from charmlp.cli.notes import note, say
from charmlp.config import SEED, Reading, flag_of, settings
from charmlp.errors import CharmlpError, UsageError
from charmlp.language import spoken
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.cli.progress import LineReporter
    from charmlp.letters.source import Source
    from charmlp.training.pastrun import PastRun

LISTS = ("test",)
SUFFIXES = {"html": ".html", "latex": ".tex", "md": ".md", "pdf": ".pdf"}


def make_parser() -> Parser:
    parser = Parser(
        "report",
        "Write a report of a run: what was trained on what, how well it reads and what it mistakes for what, "
        "letter by letter. html is one page with everything in it; latex, md and pdf are drafts of a report "
        "to hand in, with pictures beside them.",
        "charmlp report\n"
        "charmlp report runs/first --data new-photos --out first.html\n"
        "charmlp report runs/first --format latex --lang zh --out homework/report.tex",
        takes="[RUN]",
    )
    words = "run folder or model file (default: the newest run)"
    parser.add_argument("run", nargs="?", metavar="RUN", help=words)
    add_data_flags(parser, LISTS, place=False)
    for action in parser._actions:
        if action.dest == "data":
            action.help = f"{action.help} (default: what the run was trained on)"
    parser.add_argument(
        "--split", choices=("test", "val", "train"), help="which images (default: test, else val)"
    )
    parser.add_argument(
        "--format", choices=tuple(SUFFIXES), default="html", help="form of the report (default html)"
    )
    words = "file to write (default: report with the form's suffix, in the run folder)"
    parser.add_argument("--out", metavar="F", type=Path, help=words)
    words = "seed of the t-SNE (default 2021)"
    parser.add_argument("--seed", default=2021, type=partial(SEED.read, "--seed"), metavar="N", help=words)
    parser.add_argument("--show", action="store_true", help="open it as well")
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    check_flags(args)
    from charmlp.cli.progress import make_reporter
    from charmlp.report import check_form, gather, write_report
    from charmlp.training.pastrun import read_run

    run = read_run(path_of(args.run))
    out = args.out or run.folder / f"report{SUFFIXES[args.format]}"
    check_form(args.format, out)
    source, data = open_letters(run, args)
    learned = training_of(run, args)
    for line in (source.describe(), *source.remarks()):
        note(line)
    with make_reporter() as reporter:
        contents = gather(
            run,
            source,
            data,
            learned=learned,
            split=args.split,
            is_own_data=not is_given(args),
            skip_bad=args.skip_bad or bool(run.given and run.given["skip_bad"]),
            seed=args.seed,
            with_map=args.format == "html",
            callbacks=reporter,
        )
        written = write_report(contents, args.format, spoken(), out, ["report", *arguments])
    say(f"report    {printable(written[0])}")
    for path in written[1:]:
        print(f"          {printable(path)}")
    if args.show:
        import webbrowser

        webbrowser.open(written[0].resolve().as_uri())
    return 0


def check_flags(args: argparse.Namespace) -> None:
    """Raise `UsageError` for a flag that says how other data is read where none is named."""
    if is_given(args):
        return
    flags = {"classes": "--classes", "n_classes": "--n_classes"}
    flags |= {field.name: flag_of(field) for field in settings(Reading)}
    for name, flag in flags.items():
        if getattr(args, name) is not None:
            raise UsageError(f"{flag} goes with --data; the run's own data is read as it was in training")


def path_of(run: str | None) -> Path:
    """The run that is named, or the newest one."""
    if run is not None:
        return find_run(run)
    from charmlp.training.runfiles import newest_model

    folder = newest_model().parent
    note(f"no RUN: the newest one, {printable(folder)}")
    return folder


def is_given(args: argparse.Namespace) -> bool:
    """Whether other data is named than the run's own."""
    return args.data is not None or args.test_file_path is not None or args.im_dir is not None


def open_letters(run: PastRun, args: argparse.Namespace) -> tuple[Source, str]:
    """The letters that are read, and where they lie, as it was typed."""
    if not is_given(args):
        from charmlp.training.rundata import open_data

        source = open_data(run.folder, run.model.classes, run.config, cache=not args.no_cache)
        assert run.given is not None
        return source, named(run.given["data"], run.given["lists"])
    from charmlp.data import open_source
    from charmlp.data.layouts import DEFAULT_SEED

    data = data_arguments(args, LISTS)
    classes = data.pop("classes")
    source = open_source(
        **data,
        classes=run.model.classes if classes is None else classes,
        reading=Reading(**given_settings(args, Reading)),
        whole="test",
        seed=DEFAULT_SEED if run.config is None else run.config.seed,
    )
    return source, named(data["data"], data.get("lists"))


def training_of(run: PastRun, args: argparse.Namespace) -> Source | CharmlpError | None:
    """The data of training, for near-twins, where other letters are read; or why it cannot be opened."""
    if not is_given(args):
        return None
    from charmlp.training.rundata import open_data

    try:
        return open_data(run.folder, run.model.classes, run.config, cache=not args.no_cache)
    except CharmlpError as error:
        return error


def named(data: str | None, lists: dict[str, str] | None) -> str:
    return ", ".join((lists or {}).values()) if data is None else data


def report_of_training(folder: Path, reporter: LineReporter) -> Path:
    """The page of a run that has just ended, in its folder; raises `CharmlpError`."""
    from charmlp.report import gather, write_report
    from charmlp.training.pastrun import read_run
    from charmlp.training.rundata import open_data

    run = read_run(folder)
    assert run.given is not None
    source = open_data(folder, run.model.classes, run.config)
    data = named(run.given["data"], run.given["lists"])
    contents = gather(run, source, data, skip_bad=run.given["skip_bad"], callbacks=reporter)
    return write_report(contents, "html", spoken(), folder / "report.html", ["report", str(folder)])[0]
