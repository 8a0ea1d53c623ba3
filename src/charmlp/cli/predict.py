"""`charmlp predict`: new images read."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from charmlp.cli import complain
from charmlp.cli.arguments import Parser
from charmlp.cli.model_flags import add_model_flag, add_tta_flag, load_recognizer
from charmlp.errors import CharmlpError, ImageError, UsageError
from charmlp.system.files import is_file, is_folder
from charmlp.text import printable, shown_path

if TYPE_CHECKING:
    from charmlp.recognizer import Recognizer

Top: TypeAlias = "tuple[tuple[str, float], ...]"


def command(arguments: Sequence[str]) -> int:
    parser = Parser(
        "predict",
        "Read images: files, folders (all images below them), patterns, or - for paths on standard input.",
        "charmlp predict letter.png\ncharmlp predict scans/ --topk 3 --format csv > letters.csv",
        takes="PATH…",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="image, folder, pattern or -")
    parser.add_argument("--im_path", metavar="PATH", help="one more image")
    add_model_flag(parser)
    add_tta_flag(parser)
    parser.add_argument("--topk", default="1", metavar="K", help="classes to name for each image (default 1)")
    parser.add_argument("--format", choices=("text", "csv", "json"), default="text", help="(default text)")
    args = parser.parse_args(arguments)
    if not args.topk.isdecimal() or int(args.topk) < 1:
        raise UsageError(f"--topk: expected a whole number, at least 1, not {args.topk!r}")
    places = args.paths + ([args.im_path] if args.im_path else [])
    if not places:
        raise UsageError("no image: give files, folders, patterns, or - for paths on standard input")
    if hasattr(sys.stdin, "reconfigure"):  # names of old files may not be UTF-8
        sys.stdin.reconfigure(errors="surrogateescape")
    if "numpy" not in sys.modules:  # which looks at this once; idle threads of products spin, others decode
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    recognizer, _ = load_recognizer(args.model_path, args.tta)
    topk = min(int(args.topk), len(recognizer.classes))
    writer = {"text": TextWriter, "csv": CsvWriter, "json": JsonWriter}[args.format](topk)
    return read_all(recognizer, find_images(places), topk, writer)


def find_images(places: Iterable[str]) -> Iterator[str | CharmlpError]:
    """Every image that the places stand for, or what is wrong with one; a plain name comes as it is."""
    for place in places:
        if place == "-":
            yield from (line.rstrip("\r\n") for line in sys.stdin if line.strip())
        elif place and is_folder(Path(place)):
            yield from in_folder(Path(place))
        elif any(sign in place for sign in "*?[") and not os.path.lexists(place):
            found = matching(place)
            yield from found
            if not found:
                yield ImageError(f"{shown_path(place)}: no file has such a name")
        else:
            yield place or ImageError("'': an empty name; an image is expected")


def in_folder(top: Path) -> Iterator[str | CharmlpError]:
    """The images in a folder and those below it, sorted; errors for those that cannot be listed."""
    from charmlp.images.filekinds import is_image_name

    faults: list[OSError] = []
    found = [
        os.path.join(folder, name)  # noqa: PTH118  # a million Paths are slow
        for folder, _, names in os.walk(top, onerror=faults.append)
        for name in names
        if is_image_name(name)
    ]
    for fault in faults:
        yield ImageError(f"{shown_path(fault.filename)}: cannot be listed: {fault.strerror}")
    if not found and not faults:
        yield ImageError(f"{shown_path(top)}: no image in this folder")
    yield from sorted(found)


def matching(pattern: str) -> list[str]:
    """The files that a pattern stands for, sorted: needed where the shell does not expand it (Windows)."""
    return sorted(path for path in glob.iglob(pattern, recursive=True) if is_file(Path(path)))  # noqa: PTH207


def read_all(
    recognizer: Recognizer, images: Iterator[str | CharmlpError], topk: int, writer: TextWriter
) -> int:
    """Read the images in order; the status is 1 where one could not be read."""
    read = bad = 0
    named, images = tee(images)
    with closing(recognizer.predict_many(images, topk, return_errors=True)) as predictions:
        for prediction, name in zip(predictions, named, strict=True):
            if isinstance(prediction, CharmlpError):
                complain(str(prediction))
                bad += 1
            else:
                writer.write(str(name), prediction.top)
                read += 1
    writer.end()
    if not read and not bad:
        raise ImageError("no image to read")
    return 1 if bad else 0


class TextWriter:
    """`letter.png: A 98.1 %`, one line an image.

    `write` takes an image's path and its most probable classes with their probabilities, best first.
    """

    def __init__(self, topk: int) -> None:
        """Nothing comes before the first line."""

    def write(self, path: str, top: Top) -> None:
        names = ", ".join(f"{printable(name)} {100 * share:.1f} %" for name, share in top)
        print(f"{printable(path)}: {names}")

    def end(self) -> None:
        """Nothing follows the last line."""


class CsvWriter(TextWriter):
    """A table: file, prediction, probability, and with `--topk K` the runners-up."""

    def __init__(self, topk: int) -> None:
        import csv

        self.table = csv.writer(sys.stdout, lineterminator="\n")
        more = [f"{column}_{rank}" for rank in range(2, topk + 1) for column in ("class", "probability")]
        self.table.writerow(["file", "prediction", "probability", *more])

    def write(self, path: str, top: Top) -> None:
        cells = [cell for name, share in top for cell in (name, f"{share:.6f}")]
        self.table.writerow([printable(path), *cells])


class JsonWriter(TextWriter):
    """One array; each object is written as soon as it is known."""

    separator = "["

    def write(self, path: str, top: Top) -> None:
        best, probability = top[0]
        candidates = [{"class": name, "probability": share} for name, share in top]
        entry = {"file": path, "prediction": best, "probability": probability, "top": candidates}
        text = json.dumps(entry, ensure_ascii=False)
        if not text.isprintable():  # a name may hold what a terminal obeys, and JSON lets stand
            text = json.dumps(entry)
        sys.stdout.write(self.separator + text)
        self.separator = ",\n "

    def end(self) -> None:
        print("[]" if self.separator == "[" else "]")
