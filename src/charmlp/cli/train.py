"""`charmlp train`: data in, run folder with a model out."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser, add_data_flags, add_setting_flags, data_arguments, given_settings
from charmlp.cli.model_flags import about, add_picture_flags, show
from charmlp.cli.notes import say
from charmlp.config import RECIPES, TrainingConfig, find_recipe, override
from charmlp.errors import CharmlpError, UsageError
from charmlp.language import translated
from charmlp.language.layout import padded
from charmlp.system.extras import require_extra
from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.torchrun import joined
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.cli.progress import LineReporter
    from charmlp.training import Run

LISTS = ("train", "val")


def make_parser() -> Parser:
    parser = Parser(
        "train",
        "Train a model on images of letters. The run folder gets the model, the settings, the figures of "
        "each epoch, a log and pictures.",
        "charmlp train photos\n"
        "charmlp train synth: --hsize 128 --epoch 20 --out runs/first\n"
        "charmlp train synth: --classes greek\n"
        "charmlp train photos --config runs/first/config.toml --epoch 40\n"
        "charmlp train photos --pack photos.pack\n"
        "charmlp train --resume runs/first\n"
        "charmlp train --train_file_path own.json --im_dir images --recipe slides",
        takes="[DATA]",
    )
    add_data_flags(parser, LISTS, pack=True)
    add_run_flags(parser, recipe="best")
    add_setting_flags(parser, *RECIPES)
    return parser


def command(arguments: Sequence[str]) -> int:
    return joined(lambda ranks: command_of(arguments, ranks))


def command_of(arguments: Sequence[str], ranks: Ranks) -> int:
    """The command as one of several ranks, of which the first alone reports."""
    args = make_parser().parse_args(arguments)
    what = what_to_train(args)
    data = data_to_train_on(args) | {"pack": args.pack}
    if not ranks.is_first:
        from charmlp.training import train

        return 130 if train(**asked(args, what, data), ranks=ranks).fit.interrupted else 0

    from charmlp.cli.progress import make_reporter

    with make_reporter() as reporter:
        result, drawn = train_and_draw(args, what, data, reporter, ranks)
    if result.accuracy is not None:
        say(f"validation accuracy {100 * result.accuracy:.1f} % (epoch {result.fit.kept_epoch})")
    say(f"model     {printable(result.path / 'model.safetensors')}")
    if args.model_path:
        print(f"          {printable(args.model_path)}")
    for name, path in drawn.items():
        print(f"{padded(translated(name), 9)} {printable(path)}")
    check_interrupted(result)
    return 0


def add_run_flags(parser: Parser, recipe: str) -> None:
    """Recipe, run folder, model file."""
    group = parser.add_argument_group("run")
    group.add_argument("--recipe", choices=RECIPES, help=f"a set of defaults (default {recipe})")
    group.add_argument(
        "--config",
        metavar="FILE",
        type=Path,
        help="instead: the settings of a run, its config.toml; flags beside it win",
    )
    parser.set_defaults(default_recipe=recipe)
    group.add_argument("--out", type=Path, metavar="DIR", help="run folder (default runs/<date-time>)")
    group.add_argument("--overwrite", action="store_true", help="replace an earlier run in that folder")
    group.add_argument(
        "--model_path", "--model", metavar="FILE", help="write the model there as well (.safetensors or .pth)"
    )
    group.add_argument(
        "--pictures", choices=("on", "off"), help="draw loss curve and confusion matrix (default on)"
    )
    group.add_argument(
        "--report",
        choices=("on", "off"),
        help="write report.html into the run folder as well, see charmlp report (default off)",
    )
    add_picture_flags(group)
    parser.set_defaults(figure_format=None)
    words = "write the figures of each epoch for TensorBoard as well, into tensorboard/ of the run folder"
    group.add_argument("--tensorboard", action="store_true", help=words)
    group = parser.add_argument_group("interruptions (docs/resume.md)")
    group.add_argument(
        "--resume",
        metavar="RUN",
        type=Path,
        help="go on with the run in that folder from its checkpoint; no other flag is needed",
    )
    group.add_argument(
        "--checkpoint_every",
        metavar="N|Ns",
        help="write a checkpoint every N updates or N seconds, such as 500 or 60s "
        "(default: so seldom that it costs next to nothing)",
    )
    words = "with --resume: take other settings or data than the run was begun with"
    group.add_argument("--resume_anyway", action="store_true", help=words)


def what_to_train(args: argparse.Namespace) -> dict[str, Any]:
    """`train`'s arguments for the settings, or for a run that goes on and has its own."""
    how = {name: getattr(args, name) for name in ("out", "overwrite", "resume", "resume_anyway")}
    if args.resume is None:
        return {"recipe": make_config(args), **how}
    for name in ("recipe", "config"):
        if getattr(args, name):
            raise UsageError(f"--resume and --{name}: give one or the other")
    return {**how, **given_settings(args)}


def data_to_train_on(args: argparse.Namespace, *, course: bool = False) -> dict[str, Any]:
    """The same for the data, which a run that goes on knows."""
    places = (args.data, args.im_dir, *(getattr(args, f"{name}_file_path") for name in LISTS))
    if args.resume is None or any(place is not None for place in places):
        return data_arguments(args, LISTS, course=course)
    return {"classes": args.classes, "n_classes": args.n_classes, "cache": not args.no_cache}


def make_config(args: argparse.Namespace) -> TrainingConfig:
    """The recipe, or the settings of a file, with the given flags in place of their values."""
    given, recipe = given_settings(args), args.recipe or args.default_recipe
    if args.config is not None:
        if args.recipe is not None:
            raise UsageError("--recipe and --config: give one or the other")
        from charmlp.training.pastrun import read_settings  # with NumPy, of which help has no need

        return override(read_settings(args.config, recipe), given)
    return override(find_recipe(recipe), given)


WISHES = {"pictures": "on", "figure_format": "png", "report": "off"}  # unless they are given


def train_and_draw(
    args: argparse.Namespace,
    what: dict[str, Any],
    data: dict[str, Any],
    reporter: LineReporter,
    ranks: Ranks = ALONE,
) -> tuple[Run, dict[str, Path]]:
    """Train, then draw the pictures of the run and write its report; without them the run is as good.

    Returns also where these are, by their names.
    """
    from charmlp.training import train

    if args.report == "on":
        require_extra("jinja2", "report", "--report on")

    result = train(**asked(args, what, data), callbacks=[reporter], ranks=ranks)
    try:
        return result, draw(result, {**WISHES, **result.wishes}, reporter, show_them=args.show)
    except KeyboardInterrupt:
        check_interrupted(result)
        raise KeyboardInterrupt(f"interrupted; the model is saved in {printable(result.path)}") from None


def asked(args: argparse.Namespace, what: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
    """All that `train` is asked for."""
    return {
        "skip_bad": args.skip_bad,
        "model_path": args.model_path,
        "tensorboard": args.tensorboard,
        "checkpoint_every": args.checkpoint_every,
        "wishes": {name: getattr(args, name) for name in WISHES if getattr(args, name) is not None},
        **what,
        **data,
    }


def draw(
    result: Run, wishes: Mapping[str, str], reporter: LineReporter, *, show_them: bool
) -> dict[str, Path]:
    """What is drawn and written of a run, by its name."""
    from charmlp.cli.progress import drawing

    drawn: list[Path] = []
    found = {}
    if wishes["pictures"] == "on" or show_them:
        from charmlp.evaluation.pictures.of_run import draw_run
        from charmlp.training.rundata import read_data

        of = about(result.path / "model.safetensors", read_data(result.path) or {"data": "", "lists": {}})
        folder = result.path / "figures"
        try:
            with drawing(reporter):
                drawn = draw_run(folder, result.fit, result.model, of, wishes["figure_format"])
        except CharmlpError as error:
            reporter.message(f"note: {error}")
        if drawn:
            found["pictures"] = result.path / "figures"
        if show_them:
            show(drawn)
    if wishes["report"] == "on":
        from charmlp.cli.report import report_of_training

        try:
            found["report"] = report_of_training(result.path, reporter)
        except CharmlpError as error:
            reporter.message(f"note: {error}")
    return found


def check_interrupted(result: Run) -> None:
    """Raise `KeyboardInterrupt` where training was; what was learned until then is saved all the same."""
    if result.fit.interrupted:
        from charmlp.training.runfiles import way_on

        raise KeyboardInterrupt(
            f"interrupted after epoch {len(result.fit.history)}; the model as it was then is saved"
            f"{way_on(result.path)}"
        )
