"""`charmlp test`: a model measured on labelled images."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser, add_data_flags, data_arguments
from charmlp.cli.model_flags import add_model_flags, load_recognizer, show
from charmlp.errors import MissingExtraError
from charmlp.system.files import is_file
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.evaluation import Evaluation
    from charmlp.recognizer import Recognizer

LISTS = ("test",)


def command(arguments: Sequence[str]) -> int:
    parser = Parser(
        "test",
        "Measure a model on labelled images: accuracy, figures by class, confusion matrix, and, where\n"
        "scikit-learn is installed, a picture of the logits by t-SNE.",
        "charmlp test --data scene-letters\n"
        "charmlp test --model runs/first --test_file_path validation.json --im_dir images --format json",
    )
    add_data_flags(parser, LISTS)
    add_model_flags(parser)
    parser.add_argument("--split", choices=("test", "val", "train"), help="(default: test, else val)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="(default text)")
    parser.add_argument(
        "--out", metavar="DIR", type=Path, help="folder for the pictures (default: beside the model)"
    )
    parser.add_argument("--seed", default=2021, type=int, help="seed of the t-SNE (default 2021)")
    parser.add_argument("--show", action="store_true", help="open the pictures in a window as well")
    args = parser.parse_args(arguments)
    one_list = args.data is not None and is_file(Path(args.data))  # which is tested whole
    if one_list:
        args.test_file_path, args.data = args.data, None
    data = data_arguments(args, LISTS)
    if one_list:
        data["im_dir"] = args.im_dir  # None: where the list's images usually lie
    recognizer, path = load_recognizer(args.model_path, args.tta)
    evaluation, split = evaluate_data(recognizer, data, args)
    drawn = draw_pictures(evaluation, path, args)
    if args.format == "json":
        print(json.dumps({"model": str(path), "split": split} | evaluation.to_dict(), ensure_ascii=False))
        return 0
    print_table(evaluation)
    print(f"accuracy {100 * evaluation.accuracy:.2f} % of {len(evaluation.letters):,} {split} images")
    print(f"model     {path}")
    for picture in drawn:
        print(f"picture   {picture}")
    return 0


def evaluate_data(
    recognizer: Recognizer, data: dict[str, Any], args: argparse.Namespace
) -> tuple[Evaluation, str]:
    """Score the model on the chosen split, labels read as the model's classes."""
    from charmlp.data import SPLITS, open_source
    from charmlp.evaluation import choose_split, evaluate

    classes = data.pop("classes")
    source = open_source(**data, classes=recognizer.classes if classes is None else classes)
    split = choose_split(source, args.split)
    print(printable(source.describe()), file=sys.stderr)
    model = recognizer.model
    letters = source.load(split, model.norm_size, view=model.view, skip_bad=args.skip_bad)
    for line in letters.remarks(SPLITS[split]):
        print(line, file=sys.stderr)
    return evaluate(recognizer, letters), SPLITS[split]


def draw_pictures(evaluation: Evaluation, model: Path, args: argparse.Namespace) -> list[Path]:
    """t-SNE of the logits (with scikit-learn) and confusion matrix, in `--out` or beside the model."""
    from charmlp.drawing import save
    from charmlp.evaluation.pictures import confusion_matrix, tsne_scatter

    folder = args.out or model.parent / "figures"
    letters, drawn = evaluation.letters, []
    try:
        scatter = tsne_scatter(evaluation.logits, letters.labels, letters.classes, args.seed)
        drawn.append(save(scatter, folder / "tsne.png"))
    except MissingExtraError as missing:
        print(missing, file=sys.stderr)
    matrix = confusion_matrix(evaluation.scores, letters.classes)
    drawn.append(save(matrix, folder / "test_confusion.png"))
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
