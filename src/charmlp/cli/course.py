"""The course's form: `--mode train|test|predict`, its defaults, its files, its lines of output."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from charmlp.cli import note
from charmlp.cli.arguments import (
    COURSE_DATA,
    COURSE_MODEL,
    Parser,
    add_data_flags,
    add_setting_flags,
    data_arguments,
)
from charmlp.cli.model_flags import load_recognizer
from charmlp.cli.test import draw_pictures, evaluate_data
from charmlp.cli.train import add_run_flags, exit_status, make_config, train_and_draw

COURSE_IMAGE = f"{COURSE_DATA.as_posix()}/new_images/predict01.png"
LISTS = ("train", "val", "test")


def command(arguments: Sequence[str]) -> int:
    """Every mode takes every flag, as the course's program does."""
    parser = Parser(
        "",
        "The course's form: recipe 'slides', the course's paths and lines of output.",
        "charmlp --mode train --hsize 32,32 --layer 3\ncharmlp --mode test\n"
        f"charmlp --mode predict --im_path {COURSE_IMAGE}",
        takes="--mode MODE",
    )
    parser.add_argument("--mode", required=True, choices=("train", "test", "predict"))
    add_data_flags(parser, LISTS)
    add_run_flags(parser, recipe="slides")
    add_setting_flags(parser)
    parser.add_argument("--im_path", default=COURSE_IMAGE, help=f"image to predict (default {COURSE_IMAGE})")
    args = parser.parse_args(arguments)
    args.model_path = args.model_path or COURSE_MODEL
    config = make_config(args)

    if args.mode == "train":
        from charmlp.cli.report import CourseReporter

        data = data_arguments(args, LISTS[:2], course=True)
        result = train_and_draw(args, config, data, CourseReporter())
        print(f"Model saved in {args.model_path}")
        print(f"Pictures and figures saved in {result.path}")
        return exit_status(result)

    recognizer, path = load_recognizer(args.model_path)
    print(f"[Info] Load model from {path}")
    if args.mode == "predict":
        with closing(recognizer.predict_many([Path(args.im_path)], note=note)) as predictions:
            print(f"Prediction: {next(predictions).prediction}")
        return 0
    args.split, args.seed = "test", config.seed
    data = data_arguments(args, LISTS[2:], course=True)
    evaluation, _ = evaluate_data(recognizer, data, args)
    print(f"[Info] Test accuracy = {100 * evaluation.accuracy:.1f}%")
    for picture in draw_pictures(evaluation, path, args):
        print(f"[Info] Picture saved in {picture}")
    return 0
