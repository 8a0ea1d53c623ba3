"""`charmlp tune`: many trainings, and which setting is best."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import (
    Parser,
    add_data_flags,
    add_number,
    add_setting_flags,
    data_arguments,
    given_settings,
)
from charmlp.cli.train import LISTS, make_config
from charmlp.config import RECIPES
from charmlp.errors import UsageError
from charmlp.language import translated
from charmlp.language.layout import padded
from charmlp.system.files import write_whole
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.search.plan import Plan

SEARCHES = Path("searches")
SEEDS = 3


def make_parser() -> Parser:
    parser = Parser(
        "tune",
        "Try settings, each with several seeds, and say which one reads validation images best: every value "
        "of a grid, or what Optuna suggests. The two best are then trained again with fresh seeds, to see "
        "whether their difference is more than luck. What is killed goes on with --resume.",
        "charmlp tune photos --recipe slides --grid momentum=0.9,0.95 --seeds 10\n"
        "charmlp tune photos --grid hsize=64,512x256 --grid lr=1e-3,3e-3 --out size\n"
        "charmlp tune --resume --out size\n"
        "charmlp tune photos --trials 50\n"
        "charmlp train photos --config size/best.toml",
        takes="[DATA]",
    )
    add_data_flags(parser, LISTS)
    group = parser.add_argument_group("search")
    words = "values of a setting to try, such as lr=0.001,0.003 or hsize=64,512x256; again for other settings"
    group.add_argument("--grid", action="append", default=[], metavar="NAME=V,V…", help=words)
    words = "instead: so many settings, which Optuna suggests by what those before them have shown"
    add_number(group, "--trials", 100_000, metavar="N", help=words)
    words = "ranges and choices for them, as TOML (default: some for the recipe, see docs/tune.md)"
    group.add_argument("--space", type=Path, metavar="FILE", help=words)
    words = (
        "database for Optuna's study that machines share: postgresql+psycopg://… (default: a file in --out)"
    )
    group.add_argument("--storage", metavar="URL", help=words)
    words = f"trainings of each setting, with as many seeds (default {SEEDS})"
    add_number(group, "--seeds", 1000, metavar="K", help=words)
    words = "trainings at a time, each on one core (default: one for each core)"
    add_number(group, "--jobs", 1000, metavar="N", help=words)
    words = "folder of the search (default searches/<date-time>)"
    group.add_argument("--out", type=Path, metavar="DIR", help=words)
    words = "go on with the search in --out, which was killed; other flags may be left out"
    group.add_argument("--resume", action="store_true", help=words)
    group.add_argument("--recipe", choices=RECIPES, help="where the other settings come from (default best)")
    words = "instead: the settings of a run, its config.toml; flags beside it win"
    group.add_argument("--config", metavar="FILE", type=Path, help=words)
    parser.set_defaults(default_recipe="best")
    add_setting_flags(parser, *RECIPES)
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    folder = folder_of(args)
    plan = plan_of(args, folder)

    from charmlp.cli.progress import make_reporter
    from charmlp.cli.tuned import as_page, describe, tell
    from charmlp.search import tune
    from charmlp.system.threads import cores

    with make_reporter() as reporter:
        try:
            found = tune(
                plan,
                folder,
                jobs=args.jobs or cores(),
                resume=args.resume,
                callbacks=reporter,
                heard=lambda standing: tell(reporter, standing, plan.base.monitor),
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(
                f"interrupted; 'charmlp tune --resume --out {printable(folder)}' goes on"
            ) from None
    for line in describe(found):
        print(line)
    report = folder / "report.html"
    write_whole(report, as_page(found).encode())
    for name, path in (found.files | {"report": report}).items():
        print(f"{padded(translated(name), 9)} {printable(path)}")
    return 0


def folder_of(args: argparse.Namespace) -> Path:
    if args.out is not None:
        return Path(args.out)
    if args.resume:
        raise UsageError("--resume: give --out DIR, the folder of the search")
    return SEARCHES / f"{datetime.now():%Y-%m-%d_%H-%M-%S}"


def plan_of(args: argparse.Namespace, folder: Path) -> Plan:
    """What is searched: by the flags, or with `--resume` alone by the folder."""
    from charmlp.search.plan import Plan, read_plan
    from charmlp.search.ranges import read_space, usual_space
    from charmlp.search.space import read_grid
    from charmlp.training.pastrun import read_text

    own = given_settings(args)
    if args.resume and not args.grid and not args.trials:
        check_alone(args)
        return read_plan(folder)
    if bool(args.grid) == bool(args.trials):
        raise UsageError(
            "what is to be tried: give --grid NAME=V,V…, such as momentum=0.88,0.9, or --trials N"
        )
    if args.grid and (args.space or args.storage):
        raise UsageError(f"{'--space' if args.space else '--storage'} goes with --trials, not with --grid")
    if args.storage and has_password(args.storage):
        raise UsageError(
            "--storage: leave the password to PGPASSWORD or ~/.pgpass; the address is written into the folder"
        )
    base, grid, space = make_config(args), read_grid(args.grid), {}
    if args.space:
        space = read_space(read_text(args.space, "a file of ranges (TOML)"), printable(args.space))
    elif args.trials:
        space = {name: known for name, known in usual_space(base).items() if name not in own}
    if both := [name for name in (*grid, *space) if name in own]:
        raise UsageError(
            f"--{'grid' if grid else 'space'}: {both[0]} is also given as a flag; give one or the other"
        )
    given = {**data_arguments(args, LISTS), "skip_bad": args.skip_bad}
    given.setdefault("lists", None)
    return Plan(
        base=base,
        seeds=args.seeds or SEEDS,
        given=given,
        count=args.trials or 0,
        storage=args.storage or "",
        grid=grid,
        space=space,
    )


def check_alone(args: argparse.Namespace) -> None:
    """Raise `UsageError` for a flag beside `--resume` that the folder's search would not heed."""
    others = (
        "data",
        "im_dir",
        "recipe",
        "config",
        "seeds",
        "space",
        "storage",
        "classes",
        "n_classes",
        "skip_bad",
        "no_cache",
    )
    lists = [f"{name}_file_path" for name in LISTS]
    given = [name for name in (*others, *lists) if getattr(args, name)] + [*given_settings(args)]
    if given:
        raise UsageError(
            f"--resume: {given[0]} is as the search was begun; leave it out, or give --grid "
            "or --trials as well"
        )


def has_password(url: str) -> bool:
    """Whether an address has one, as `postgresql://me:secret@host/db`."""
    return ":" in url.partition("://")[2].rpartition("@")[0]
