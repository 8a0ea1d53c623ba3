"""`charmlp predict`: new images read."""

from __future__ import annotations

import glob
import os
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from charmlp.cli import complain
from charmlp.cli.arguments import Parser, add_number
from charmlp.cli.model_flags import add_model_flags, load_recognizer
from charmlp.cli.notes import detail, note
from charmlp.errors import CharmlpError, ImageError, UsageError
from charmlp.system.files import is_file, is_folder
from charmlp.text import as_json, printable, shown_path

if TYPE_CHECKING:
    from charmlp.recognizer import Prediction, Recognizer

Answers: TypeAlias = "Iterator[tuple[str, Prediction]]"  # each image's path and what it shows


def make_parser() -> Parser:
    parser = Parser(
        "predict",
        "Read images: files, folders (all images below them), patterns, or - for paths on standard input.",
        "charmlp predict letter.png\ncharmlp predict scans/ --topk 3 --format csv > letters.csv",
        takes="PATH…",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="image, folder, pattern or -")
    parser.add_argument("--im_path", metavar="PATH", help="one more image")
    add_model_flags(parser)
    add_number(parser, "--topk", default=1, metavar="K", help="classes to name for each image (default 1)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="(default text)")
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    places = args.paths + ([args.im_path] if args.im_path else [])
    if not places:
        raise UsageError("no image: give files, folders, patterns, or - for paths on standard input")
    if hasattr(sys.stdin, "reconfigure"):  # names of old files may not be UTF-8
        sys.stdin.reconfigure(errors="surrogateescape")
    recognizer, _ = load_recognizer(args.model_path, args.tta)
    topk = min(args.topk, len(recognizer.classes))
    counts: Counter[str] = Counter()
    start = time.perf_counter()
    with closing(read_all(recognizer, find_images(places), topk, counts)) as answers:
        FORMATS[args.format](answers, topk)
    detail(f"{counts['read']:,} images read in {time.perf_counter() - start:.1f} s")
    if not counts:
        raise ImageError("no image to read")
    return 1 if counts["bad"] else 0


def find_images(places: Iterable[str]) -> Iterator[str | CharmlpError]:
    """Every image that the places stand for, or what is wrong with one; a plain name comes as it is."""
    for place in places:
        if place == "-":
            yield from (line.rstrip("\r\n") for line in sys.stdin if line.strip())
        elif place and is_folder(Path(place)):
            yield from in_folder(Path(place))
        elif any(sign in place for sign in "*?[") and not os.path.lexists(place):
            found = sorted(path for path in glob.iglob(place, recursive=True) if is_file(Path(path)))  # noqa: PTH207
            yield from found  # where the shell does not expand a pattern (Windows)
            if not found:
                yield ImageError(f"{shown_path(place)}: no file has such a name")
        else:
            yield place or ImageError("'': an empty name; an image is expected")


def in_folder(top: Path) -> Iterator[str | CharmlpError]:
    """The images in a folder and those below it, as training finds them; errors for unlistable folders."""
    from charmlp.images.folders import Walk
    from charmlp.letters.letterset import spell_left_out

    walk = Walk(top)
    images = walk.images_below(top)
    for fault in walk.faults:
        yield ImageError(shown_path(os.path.join(top, fault)))  # noqa: PTH118
    if walk.left_out:
        note(spell_left_out(walk.left_out))
    if not images and not walk.faults:
        yield ImageError(f"{shown_path(top)}: no image in this folder")
    for name in images:
        yield os.path.join(top, name)  # noqa: PTH118  # a million Paths are slow


def read_all(
    recognizer: Recognizer, images: Iterator[str | CharmlpError], topk: int, counts: Counter[str]
) -> Generator[tuple[str, Prediction], None, None]:
    """Read the images in order; what is wrong with one is told. `counts` learns how many are read and bad."""
    named, images = tee(images)
    with closing(recognizer.predict_many(images, topk, return_errors=True)) as predictions:
        for prediction, name in zip(predictions, named, strict=True):
            if isinstance(prediction, CharmlpError):
                complain(str(prediction))
                counts["bad"] += 1
            else:
                yield str(name), prediction
                counts["read"] += 1


def write_text(answers: Answers, topk: int) -> None:
    """`letter.png: A 98.1 %`, one line an image."""
    for path, answer in answers:
        names = ", ".join(f"{printable(name)} {100 * share:.1f} %" for name, share in answer.top)
        print(f"{printable(path)}: {names}")


def write_csv(answers: Answers, topk: int) -> None:
    """A table: file, prediction, probability, and with `--topk K` the runners-up."""
    import csv

    table = csv.writer(sys.stdout, lineterminator="\n")
    more = [f"{column}_{rank}" for rank in range(2, topk + 1) for column in ("class", "probability")]
    table.writerow(["file", "prediction", "probability", *more])
    for path, answer in answers:
        cells = [cell for name, share in answer.top for cell in (name, f"{share:.6f}")]
        table.writerow([printable(path), *cells])


def write_json(answers: Answers, topk: int) -> None:
    """One array; each object is written as soon as it is known."""
    separator = "["
    for path, answer in answers:
        entry = {
            "file": path,
            "prediction": answer.prediction,
            "probability": answer.probability,
            "top": [{"class": name, "probability": share} for name, share in answer.top],
        }
        sys.stdout.write(separator + as_json(entry))
        separator = ",\n "
    print("[]" if separator == "[" else "]")


FORMATS = {"text": write_text, "csv": write_csv, "json": write_json}
