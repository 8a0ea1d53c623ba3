"""`charmlp test`: a model measured on labelled images."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser, add_data_flags, data_arguments, given_settings
from charmlp.cli.model_flags import add_model_flags, load_recognizer, show
from charmlp.cli.notes import note
from charmlp.config import SEED, Reading
from charmlp.errors import CharmlpError, MissingExtraError
from charmlp.system.files import check_writable
from charmlp.text import as_json, printable

if TYPE_CHECKING:
    from charmlp.evaluation import Evaluation
    from charmlp.recognizer import Recognizer

LISTS = ("test",)
MATRIX = "test_confusion.png"


def make_parser() -> Parser:
    parser = Parser(
        "test",
        "Measure a model on labelled images: accuracy, figures by class; pictures of confusion matrix, of "
        "images with label and prediction and, where scikit-learn is installed, of the logits by t-SNE.",
        "charmlp test photos\ncharmlp test --model runs/first --test_file_path own.json --im_dir images",
        takes="[DATA]",
    )
    add_data_flags(parser, LISTS)
    add_model_flags(parser)
    parser.add_argument(
        "--split", choices=("test", "val", "train"), help="which images (default: test, else val)"
    )
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="form of the result (default text)"
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="folder for the pictures (default: beside the model)"
    )
    words = "seed of the t-SNE (default 2021)"
    parser.add_argument("--seed", default=2021, type=partial(SEED.read, "--seed"), metavar="N", help=words)
    parser.add_argument("--show", action="store_true", help="open the pictures in a window as well")
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    data = data_arguments(args, LISTS)
    recognizer, path = load_recognizer(args.model_path, args.tta)
    evaluation, split = evaluate_data(recognizer, data, args)
    drawn = draw_pictures(evaluation, path, args)
    if args.format == "json":
        print(as_json({"model": str(path), "split": split} | evaluation.to_dict()))
        return 0
    print_table(evaluation)
    print(f"accuracy {100 * evaluation.accuracy:.2f} % of {len(evaluation.letters):,} {split} images")
    print(f"model     {printable(path)}")
    for picture in drawn:
        print(f"picture   {printable(picture)}")
    return 0


def evaluate_data(
    recognizer: Recognizer, data: dict[str, Any], args: argparse.Namespace
) -> tuple[Evaluation, str]:
    """Score the model on the chosen split, labels read as the model's classes."""
    if args.out is not None:
        check_writable(args.out / MATRIX)
    from charmlp.cli.progress import make_reporter
    from charmlp.data import SPLITS, open_source
    from charmlp.evaluation import choose_split, evaluate

    classes = data.pop("classes")
    source = open_source(
        **data,
        classes=recognizer.classes if classes is None else classes,
        reading=Reading(**given_settings(args, Reading)),
        whole="test",
    )
    split = choose_split(source, args.split)
    for line in (source.describe(), *source.remarks()):
        note(line)
    model = recognizer.model
    with make_reporter() as reporter:
        progress = partial(reporter.progress, f"reading {SPLITS[split]} images")
        letters = source.load(
            split, model.norm_size, view=model.view, skip_bad=args.skip_bad, progress=progress
        )
    for line in letters.remarks(SPLITS[split]):
        note(line)
    return evaluate(recognizer, letters), SPLITS[split]


def draw_pictures(evaluation: Evaluation, model: Path, args: argparse.Namespace) -> list[Path]:
    """t-SNE (with scikit-learn), confusion matrix, images as read: in `--out` or beside the model.

    The figures are the answer: where the pictures cannot be written, that is a note.
    """
    from charmlp.cli.progress import drawing, make_reporter
    from charmlp.drawing import save
    from charmlp.evaluation.pictures import confusion_matrix, readings, tsne_scatter

    folder = args.out or model.parent / "figures"
    letters, drawn = evaluation.letters, []
    try:
        check_writable(folder / MATRIX)
        with make_reporter() as reporter, drawing(reporter):
            try:
                scatter = tsne_scatter(evaluation.logits, letters.labels, letters.classes, args.seed)
                drawn.append(save(scatter, folder / "tsne.png"))
            except MissingExtraError as missing:
                note(missing)
            matrix = confusion_matrix(evaluation.scores, letters.classes)
            drawn.append(matrix.save(folder / MATRIX))
            drawn.append(save(readings(letters, evaluation.logits), folder / "test_letters.png"))
    except CharmlpError as error:
        note(error)
    if args.show:
        show(drawn)
    return drawn


def print_table(evaluation: Evaluation) -> None:
    """Precision, recall and F1 of each class that occurs."""
    scores, classes = evaluation.scores, [printable(name) for name in evaluation.letters.classes]
    width = max(5, *map(len, classes))
    print(f"{'class':<{width}}  precision  recall     F1  images")
    for i, name in enumerate(classes):
        if scores.support[i] or scores.confusion[:, i].any():
            print(
                f"{name:<{width}}  {scores.precision[i]:9.3f}  {scores.recall[i]:6.3f}  "
                f"{scores.f1[i]:5.3f}  {scores.support[i]:6,}"
            )
    print(f"{'mean':<{width}}  {'':9}  {'':6}  {scores.macro_f1:5.3f}  {scores.support.sum():6,}")
