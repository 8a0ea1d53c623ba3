"""The course's form: `--mode train|test|predict`, its defaults, its files, its lines of output."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import (
    COURSE_DATA,
    COURSE_MODEL,
    Parser,
    add_data_flags,
    add_setting_flags,
    data_arguments,
)
from charmlp.cli.model_flags import about, load_recognizer
from charmlp.cli.notes import note
from charmlp.cli.test import LAYERS, POINTS, draw_pictures, evaluate_data, write_down
from charmlp.cli.train import (
    WISHES,
    add_run_flags,
    check_interrupted,
    data_to_train_on,
    make_config,
    train_along,
    train_and_draw,
    what_to_train,
)
from charmlp.system.helpers import follow, lead
from charmlp.system.ranks import Ranks
from charmlp.system.torchrun import joined
from charmlp.text import printable

if TYPE_CHECKING:
    from charmlp.recognizer import Recognizer

COURSE_IMAGE = f"{COURSE_DATA.as_posix()}/new_images/predict01.png"
COURSE_CLASSES = 26
LISTS = ("train", "val", "test")
MODES = ("train", "test", "predict")
ARGUMENTS = (  # of the course's program; whatever else is known is on other pages
    "mode", "im_dir", "train_file_path", "val_file_path", "test_file_path", "batch_size", "device",
    "hidden_size", "layer", "act_type", "norm_size", "epochs", "n_classes", "val_interval", "lr",
    "optimizer", "momentum", "weight_decay", "model_path", "im_path",
)  # fmt: skip


def make_parser() -> Parser:
    """Every mode takes every flag, as the course's program does; the help shows the course's own."""
    parser = Parser(
        "--mode train",
        "The course's form: recipe slides, the course's paths and lines of output. Beside its "
        "arguments, those of 'charmlp train' and 'charmlp test' are known.",
        "python recognition.py --hsize 32,32 --layer 3\npython recognition.py --mode test\n"
        "python recognition.py --mode predict --im_path letter.png",
    )
    parser.usage = "python recognition.py [FLAG …]   (--mode train unless it is given)\n"
    parser.usage += "       charmlp --mode train|test|predict [FLAG …]"
    parser.add_argument("--mode", required=True, choices=MODES, help="what to do")
    add_data_flags(parser, LISTS, place=False)
    add_run_flags(parser, recipe="slides")
    add_setting_flags(parser, "slides")
    words = f"image to predict (default {COURSE_IMAGE})"
    parser.add_argument("--im_path", default=COURSE_IMAGE, metavar="FILE", help=words)
    parser.set_defaults(model_path=COURSE_MODEL)
    for action in parser._actions:
        if action.dest == "model_path":
            action.help = f"model file to write or to read (default {COURSE_MODEL})"
        if action.dest == "n_classes":
            action.help = f"number of classes that training must find (default {COURSE_CLASSES})"
        if action.dest not in (*ARGUMENTS, "help"):
            action.help = argparse.SUPPRESS
    return parser


def command(arguments: Sequence[str]) -> int:
    return joined(partial(command_of, arguments))


def command_of(arguments: Sequence[str], ranks: Ranks) -> int:
    """The command as one of several ranks, of which the first alone reports."""
    args = make_parser().parse_args(arguments)
    if args.mode == "train":
        return train(args, ranks)
    work = partial(test if args.mode == "test" else predict, args)
    return lead(work, ranks) if ranks.is_first else follow(ranks)


def train(args: argparse.Namespace, ranks: Ranks) -> int:
    if args.classes is None and args.n_classes is None and args.resume is None:
        args.n_classes = COURSE_CLASSES  # so that a slip in a list is an error
    what, data = what_to_train(args), data_to_train_on(args, course=True)
    if not ranks.is_first:
        return train_along(args, what, data, ranks)

    from charmlp.cli.progress import CourseReporter

    result, _ = train_and_draw(args, what, data, CourseReporter(), ranks)
    print(f"Model saved in {printable(args.model_path)}")
    print(f"Pictures and figures saved in {printable(result.path)}")
    check_interrupted(result)
    return 0


def test(args: argparse.Namespace) -> int:
    config = make_config(args)
    recognizer, path = load(args)
    args.split, args.seed, args.tsne, args.tsne_points = "test", config.seed, LAYERS[0], POINTS
    args.figure_format = args.figure_format or WISHES["figure_format"]
    data = data_arguments(args, LISTS[2:], course=True)
    evaluation, split, _ = evaluate_data(recognizer, data, args)
    print(f"[Info] Test accuracy = {100 * evaluation.accuracy:.1f}%")
    for table in write_down(evaluation, path, args):
        print(f"[Info] Table saved in {printable(table)}")
    of = about(path, data, split)
    for picture in draw_pictures(evaluation, recognizer.model, path, of, args):
        print(f"[Info] Picture saved in {printable(picture)}")
    return 0


def predict(args: argparse.Namespace) -> int:
    make_config(args)  # a setting that is none is an error in this mode, too
    recognizer, _ = load(args)
    with closing(recognizer.predict_many([Path(args.im_path)], note=note)) as predictions:
        print(f"Prediction: {printable(next(predictions).prediction)}")
    return 0


def load(args: argparse.Namespace) -> tuple[Recognizer, Path]:
    recognizer, path = load_recognizer(args.model_path)
    print(f"[Info] Load model from {printable(path)}")
    return recognizer, path
