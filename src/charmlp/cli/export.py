"""`charmlp export`: a model as a file for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser, add_number
from charmlp.cli.model_flags import find_run
from charmlp.cli.notes import note, say
from charmlp.config import PERCENT
from charmlp.exporting.formats import FORMATS, MAX_LOSS
from charmlp.system.files import is_folder
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.exporting import Exported

NEWEST = (Path("latest"), Path("runs", "latest"))  # other names of the newest run


def make_parser() -> Parser:
    parser = Parser(
        "export",
        "Write a model as a file for other programs, with everything that reading an image takes. What is "
        "written answers as the model does, or is not written: a probability may differ by 0.00001; weights "
        "of fewer bits are measured on validation letters.",
        "charmlp export --to onnx\ncharmlp export runs/first --to onnx --bits 8 --out letters.onnx",
        takes="[MODEL]",
    )
    words = "run folder or model file (default, also latest: the newest run)"
    parser.add_argument("model", nargs="?", metavar="MODEL", help=words)
    parser.add_argument("--to", choices=tuple(FORMATS), required=True, help="the format")
    add_number(parser, "--bits", 32, metavar="N", help=f"bits of a weight ({bits_there_are()})")
    words = "file to write (default: beside the model, of its name, with the format's suffix)"
    parser.add_argument("--out", metavar="F", help=words)
    words = "letters on which weights of fewer bits are measured (default: what the run was trained on)"
    parser.add_argument("--data", metavar="DATA", help=words)
    limits = ", ".join(f"{bits}: {points:g}" for bits, points in MAX_LOSS.items())
    words = f"percentage points of accuracy that fewer bits may lose (default, by bits, {limits})"
    parser.add_argument("--max_loss", type=partial(PERCENT.read, "--max_loss"), metavar="P", help=words)
    words = "what names in a program begin with (default: the name of --out)"
    parser.add_argument("--prefix", metavar="NAME", help=words)
    parser.add_argument("--overwrite", action="store_true", help="replace the file that is there")
    return parser


def bits_there_are() -> str:
    """`onnx 32/8, pth 32`: of each format, the default first."""
    return ", ".join(f"{name} {'/'.join(map(str, kind.bits))}" for name, kind in FORMATS.items())


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    from charmlp.cli.progress import make_reporter
    from charmlp.exporting import export

    model = path_of(args.model)
    with make_reporter() as reporter:
        done = export(
            model,
            args.to,
            bits=args.bits,
            out=args.out,
            data=args.data,
            max_loss=args.max_loss,
            prefix=args.prefix,
            overwrite=args.overwrite,
            progress=partial(reporter.progress, "reading validation images"),
        )
    tell(done)
    return 0


def path_of(model: str | None) -> Path:
    """The run or model that is named, or the newest run's model."""
    if model is not None and (Path(model) not in NEWEST or is_folder(Path(model))):
        return find_run(model)
    from charmlp.training.runfiles import newest_model

    path = newest_model()
    note(f"the newest run's model, {printable(path)}")
    return path


def tell(done: Exported) -> None:
    """What was written, what it was compared with, what its bits cost."""
    say(f"export    {printable(done.path)} ({done.size:,} bytes)")
    say(f"compared  {done.compared}")
    if done.difference is not None:
        say(f"          largest difference of a probability {done.difference:.2g}")
    if (cost := done.cost) is not None:
        accuracies = (
            f"{100 * cost.after:.2f} % of {cost.n:,} {cost.split} letters, before {100 * cost.before:.2f} %"
        )
        say(f"accuracy  {accuracies}: {cost.points:.2f} points lost")
    elif done.unmeasured:
        say(f"accuracy  not measured: {done.unmeasured}")
    for line in done.facts:
        say(line)
