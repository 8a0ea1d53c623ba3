"""`charmlp predict`: new images read."""

from __future__ import annotations

import glob
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli import complain
from charmlp.cli.arguments import Parser
from charmlp.cli.models import add_model_flag, add_tta_flag, load_recognizer
from charmlp.errors import CharmlpError, ImageError, UsageError
from charmlp.system.files import is_file, is_folder
from charmlp.text import printable, shown_path

if TYPE_CHECKING:
    from charmlp.recognizer import Recognizer


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
    if hasattr(sys.stdin, "reconfigure"):  # names of old files may be no UTF-8
        sys.stdin.reconfigure(errors="surrogateescape")
    if "numpy" not in sys.modules:  # which looks at this once; idle threads of products spin, others decode
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    recognizer, _ = load_recognizer(args.model_path, args.tta)
    topk = min(int(args.topk), len(recognizer.classes))
    writer = {"text": TextWriter, "csv": CsvWriter, "json": JsonWriter}[args.format](recognizer.classes, topk)
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
    """The images in a folder and those below it, sorted; folders that cannot be listed are told."""
    from charmlp.data.imagefiles import is_image_name

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
    recognizer: Recognizer, paths: Iterator[str | CharmlpError], topk: int, writer: TextWriter
) -> int:
    """Read the images in order; the status is 1 where one could not be read."""
    from charmlp.images.batches import read_batches

    read = bad = 0
    with closing(read_batches(paths, recognizer.model.norm_size)) as batches:
        for places, batch in batches:
            for fault in batch.faults.values():
                complain(str(fault))
            good = [str(path) for place, path in enumerate(places) if place not in batch.faults]
            if good:
                ranks, shares = recognizer.rank(batch.images, topk)
                writer.write(good, ranks.tolist(), shares.tolist())
            read, bad = read + len(good), bad + len(batch.faults)
    writer.end()
    if not read and not bad:
        raise ImageError("no image to read")
    return 1 if bad else 0


class TextWriter:
    """`letter.png: A 98.1 %`, one line an image.

    `write` takes the paths of a batch and, for each, its most probable classes (as numbers) and their
    probabilities, best first.
    """

    def __init__(self, classes: Sequence[str], topk: int) -> None:
        self.classes = classes
        self.shown = [printable(name) for name in classes]

    def write(self, paths: Sequence[str], ranks: Sequence[list[int]], shares: Sequence[list[float]]) -> None:
        lines = []
        for path, best, probabilities in zip(paths, ranks, shares, strict=True):
            names = ", ".join(
                f"{self.shown[number]} {100 * share:.1f} %"
                for number, share in zip(best, probabilities, strict=True)
            )
            lines.append(f"{printable(path)}: {names}\n")
        sys.stdout.write("".join(lines))

    def end(self) -> None:
        """Nothing follows the last line."""


class CsvWriter(TextWriter):
    """A table: file, prediction, probability, and with `--topk K` the runners-up."""

    def __init__(self, classes: Sequence[str], topk: int) -> None:
        super().__init__(classes, topk)
        import csv

        self.table = csv.writer(sys.stdout, lineterminator="\n")
        more = [f"{column}_{rank}" for rank in range(2, topk + 1) for column in ("class", "probability")]
        self.table.writerow(["file", "prediction", "probability", *more])

    def write(self, paths: Sequence[str], ranks: Sequence[list[int]], shares: Sequence[list[float]]) -> None:
        for path, best, probabilities in zip(paths, ranks, shares, strict=True):
            top = zip(best, probabilities, strict=True)
            cells = [cell for number, share in top for cell in (self.classes[number], f"{share:.6f}")]
            self.table.writerow([printable(path), *cells])


class JsonWriter(TextWriter):
    """One array; each object is written as soon as it is known."""

    def __init__(self, classes: Sequence[str], topk: int) -> None:
        super().__init__(classes, topk)
        self.separator = "["

    def write(self, paths: Sequence[str], ranks: Sequence[list[int]], shares: Sequence[list[float]]) -> None:
        for path, best, probabilities in zip(paths, ranks, shares, strict=True):
            top = [
                {"class": self.classes[number], "probability": share}
                for number, share in zip(best, probabilities, strict=True)
            ]
            entry = {
                "file": path,
                "prediction": top[0]["class"],
                "probability": top[0]["probability"],
                "top": top,
            }
            text = json.dumps(entry, ensure_ascii=False)
            if not text.isprintable():  # a name may hold what a terminal obeys, and JSON lets stand
                text = json.dumps(entry)
            sys.stdout.write(self.separator + text)
            self.separator = ",\n "

    def end(self) -> None:
        print("[]" if self.separator == "[" else "]")
