"""`charmlp predict`: new images read."""

from __future__ import annotations

import glob
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, redirect_stdout
from functools import partial
from itertools import tee
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from charmlp.cli import complain
from charmlp.cli.arguments import Parser, add_number
from charmlp.cli.explaining import Explainer, add_explain_flags, check_explain_flags, make_explainer
from charmlp.cli.model_flags import add_model_flags, load_recognizer
from charmlp.cli.notes import detail, note, say
from charmlp.config import PROBABILITY
from charmlp.errors import CharmlpError, ImageError, UsageError
from charmlp.language import spoken, translated
from charmlp.system.files import at_home, check_writable, is_file, is_folder, write_whole
from charmlp.system.helpers import with_helpers
from charmlp.text import as_json, cell, natural, printable, shown_path

if TYPE_CHECKING:
    from charmlp.cli.explaining import Why
    from charmlp.recognizer import Prediction, Recognizer

Answers: TypeAlias = "Iterator[tuple[str, Prediction, Why | None]]"  # an image's path, what it shows, why

STANDARD_INPUT = "-"
MOST_BYTES = 2**28 + 1  # of an image on standard input: one more than of any that is read


def make_parser() -> Parser:
    parser = Parser(
        "predict",
        "Read images: files, folders (all images below them), patterns, or - for standard input, which "
        "holds one image, or paths, one a line.",
        "charmlp predict letter.png\ncharmlp predict scans/ --topk 3 --format csv --out letters.csv\n"
        "charmlp predict scans/ --reject 0.9\n"
        "charmlp predict letter.png --explain why\n"
        "find scans -name '*.png' -print0 | charmlp predict -0 -",
        takes="PATH…",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="image, folder, pattern or -")
    parser.add_argument("--im_path", metavar="PATH", help="one more image")
    add_model_flags(parser)
    add_number(parser, "--topk", default=1, metavar="K", help="classes to name for each image (default 1)")
    words = "give no letter where its probability is below P, 0 to 1; what P is worth, 'charmlp test' shows"
    parser.add_argument("--reject", type=partial(PROBABILITY.read, "--reject"), metavar="P", help=words)
    parser.add_argument("--format", choices=FORMATS, default="text", help="form of the result (default text)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="write the answers there")
    words = "of the answers (default utf-8 in --out); utf-8-sig: with a mark by which Excel knows UTF-8"
    parser.add_argument("--encoding", choices=("utf-8", "utf-8-sig"), help=words)
    parser.add_argument("-0", "--null", action="store_true", help="paths on standard input end with NUL")
    add_explain_flags(parser)
    return parser


def command(arguments: Sequence[str]) -> int:
    return with_helpers(partial(predict, arguments))


def predict(arguments: Sequence[str]) -> int:
    """Read the images; the exit status."""
    args = make_parser().parse_args(arguments)
    places = args.paths + ([args.im_path] if args.im_path else [])
    if not places:
        raise UsageError("no image: give files, folders, patterns, or - for standard input")
    if args.out is not None:
        args.out = Path(at_home(args.out))
        check_writable(args.out)
    check_explain_flags(args, places)
    recognizer, model = load_recognizer(args.model_path, args.tta)
    explainer = None if args.explain is None else make_explainer(args, recognizer, model)
    topk = min(args.topk, len(recognizer.classes))
    counts: Counter[str] = Counter()
    images = find_images(places, b"\0" if args.null else b"\n")
    text = io.StringIO()
    if args.encoding is not None and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=args.encoding, errors="backslashreplace")
    start = time.perf_counter()
    with (
        redirect_stdout(text if args.out else sys.stdout),
        closing(read_all(recognizer, images, topk, args.reject or 0.0, counts, explainer)) as answers,
    ):
        FORMATS[args.format](answers, topk, args.reject is not None)
    detail(f"{counts['read']:,} images read in {time.perf_counter() - start:.1f} s")
    if not counts:
        raise ImageError("no image to read")
    if args.out:
        write_whole(args.out, text.getvalue().encode(args.encoding or "utf-8"))
    return 1 if counts["bad"] else 0


def find_images(places: Iterable[str], end: bytes = b"\n") -> Iterator[str | bytes | CharmlpError]:
    """Every image that the places stand for, or what is wrong with one; a plain name comes as it is.

    `end` stands behind each path on standard input, which is an image itself if it begins like one.
    """
    for place in map(at_home, places):
        if place == STANDARD_INPUT:
            stream = getattr(sys.stdin, "buffer", None)
            yield from on_standard_input(stream or io.BytesIO(sys.stdin.read().encode()), end)
        elif place and is_folder(Path(place)):
            yield from in_folder(Path(place))
        elif any(sign in place for sign in "*?[") and not os.path.lexists(place):
            found = [path for path in glob.iglob(place, recursive=True) if is_file(Path(path))]  # noqa: PTH207
            yield from sorted(found, key=natural)  # where the shell does not expand a pattern (Windows)
            if not found:
                yield ImageError(f"{shown_path(place)}: no file has such a name")
        else:
            yield place or ImageError("'': an empty name; an image is expected")


def on_standard_input(stream: BinaryIO, end: bytes) -> Iterator[str | bytes | CharmlpError]:
    """The image that standard input holds, or the paths, each before an `end`."""
    from charmlp.images.filekinds import HEAD_BYTES, is_file_content

    rest = stream.read(HEAD_BYTES)
    if end != b"\0" and is_file_content(rest):
        yield rest + stream.read(MOST_BYTES - len(rest))
        return
    if end != b"\0" and b"\0" in rest:
        yield ImageError("standard input: no image, no list of paths; -0 takes paths that end with NUL")
        return
    while True:
        *paths, rest = rest.split(end)
        yield from (os.fsdecode(path.rstrip(b"\r\n")) for path in paths if path.strip())
        if not (more := stream.read1(2**16)):  # type: ignore[attr-defined]  # what a slow program has written
            break
        rest += more
    yield from [os.fsdecode(rest)] if rest.strip() else []


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
    for name in sorted(images, key=natural):
        yield os.path.join(top, name)  # noqa: PTH118  # a million Paths are slow


def read_all(
    recognizer: Recognizer,
    images: Iterator[str | bytes | CharmlpError],
    topk: int,
    reject: float,
    counts: Counter[str],
    explainer: Explainer | None = None,
) -> Generator[tuple[str, Prediction, Why | None], None, None]:
    """Read the images in order; what is wrong with one is told. `counts` learns how many are read and bad."""
    named, images = tee(images)
    many = recognizer.predict_many(images, topk, reject=reject, return_errors=True, note=note)
    with closing(many) as predictions:
        for prediction, name in zip(predictions, named, strict=True):
            if isinstance(prediction, CharmlpError):
                reason = str(prediction)
                complain(reason.replace("image", "standard input", 1) if isinstance(name, bytes) else reason)
                counts["bad"] += 1
            else:
                assert not isinstance(name, CharmlpError)
                why = None if explainer is None else explainer.explain(name)
                yield STANDARD_INPUT if isinstance(name, bytes) else name, prediction, why
                counts["read"] += 1


def write_text(answers: Answers, topk: int, may_reject: bool) -> None:
    """`letter.png: A 98.1 %`, or `letter.png: unsure (A 41.2 %)`, one line an image; why in those below."""
    for path, answer, why in answers:
        names = ", ".join(f"{printable(name)} {100 * share:.1f} %" for name, share in answer.top)
        said = names if answer.prediction is not None else translated(f"unsure ({names})")
        print(f"{printable(path)}: {said}")
        if why is not None:
            for line in (*why.explanation.sentences(spoken()), *why.explanation.notes(spoken())):
                print(f"  {line}")
            say(f"  picture  {printable(why.picture)}")


def write_csv(answers: Answers, topk: int, may_reject: bool) -> None:
    """A table: file, prediction, probability, with `--topk K` the runners-up.

    With `--reject P` the best guess stands in a column of its own, the prediction where it is not rejected.
    """
    import csv

    table = csv.writer(sys.stdout, lineterminator="\n")
    more = [f"{column}_{rank}" for rank in range(2, topk + 1) for column in ("class", "probability")]
    table.writerow(["file", "prediction", "probability", *more, *(["guess"] if may_reject else [])])
    for path, answer, _ in answers:
        cells = [text for name, share in answer.top for text in (cell(name), f"{share:.6f}")]
        if may_reject:
            cells = ["" if answer.prediction is None else cells[0], *cells[1:], cells[0]]
        table.writerow([cell(path), *cells])


def write_json(answers: Answers, topk: int, may_reject: bool) -> None:
    """One array; each object is written as soon as it is known."""
    separator = "["
    for path, answer, why in answers:
        entry: dict[str, object] = {"file": path, **answer.to_dict()}
        if why is not None:
            entry["explanation"] = why.explanation.to_dict() | {"picture": str(why.picture)}
        sys.stdout.write(separator + as_json(entry))
        separator = ",\n "
    print("[]" if separator == "[" else "]")


FORMATS = {"text": write_text, "csv": write_csv, "json": write_json}
