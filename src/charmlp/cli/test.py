"""`charmlp test`: a model measured on labelled images."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.cli.arguments import Parser, add_data_flags, add_number, data_arguments, given_settings
from charmlp.cli.model_flags import about, add_model_flags, add_picture_flags, load_recognizer, show
from charmlp.cli.notes import detail, note, say
from charmlp.config import PROBABILITY, SEED, Reading
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.language import translated
from charmlp.language.layout import columns, padded
from charmlp.system.files import check_writable
from charmlp.system.helpers import with_helpers
from charmlp.text import as_json, printable, shown_path, shown_value

if TYPE_CHECKING:
    from charmlp.evaluation import Evaluation
    from charmlp.evaluation.leaks import Leaks
    from charmlp.evaluation.pictures.about import About
    from charmlp.letters.source import Source
    from charmlp.modelfile import Model
    from charmlp.recognizer import Recognizer

LISTS = ("test",)
LAYERS = ("logits", "off")
POINTS, MOST_POINTS = 2000, 50_000  # in the t-SNE: they take a second, and minutes
MATRIX, ERRORS = "test_confusion", "errors.csv"


def make_parser() -> Parser:
    parser = Parser(
        "test",
        "Measure a model on labelled images: accuracy, figures by class, what is mistaken for what, whether "
        "its probabilities can be trusted; tables of all and of the misread images; pictures of all that, "
        "and of what the network makes of the images, by t-SNE (docs/pictures.md).",
        "charmlp test photos\ncharmlp test photos --reject 0.9 --format json\n"
        "charmlp test photos --tsne 1 --figure_format svg\n"
        "charmlp test --model runs/first --test_file_path own.json --im_dir images",
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
    words = "data the model was trained on, to find near-twins (default: what its run says)"
    parser.add_argument("--train_data", metavar="DATA", help=words)
    words = "show what is left with predict --reject P"
    parser.add_argument("--reject", type=partial(PROBABILITY.read, "--reject"), metavar="P", help=words)
    words = "folder for tables and pictures (default: test/ and figures/ beside the model)"
    parser.add_argument("--out", metavar="DIR", type=Path, help=words)
    add_picture_flags(parser)
    words = "of what the t-SNE picture is: the logits, hidden layer 1, 2, …, or off (default logits)"
    parser.add_argument(
        "--tsne", default=LAYERS[0], type=partial(layer_or_name, "--tsne"), metavar="LAYER", help=words
    )
    words = f"images in it, at most (default {POINTS:,}); 10,000 take some ten seconds"
    add_number(parser, "--tsne_points", MOST_POINTS, default=POINTS, metavar="N", help=words)
    words = "seed of the t-SNE (default 2021)"
    parser.add_argument("--seed", default=2021, type=partial(SEED.read, "--seed"), metavar="N", help=words)
    return parser


def layer_or_name(flag: str, text: str) -> str:
    """`logits`, `off` or the number of a hidden layer, as it was given; raises `UsageError`."""
    if text in LAYERS or (text.isascii() and text.isdigit() and int(text) > 0):
        return text
    raise UsageError(f"{flag}: expected logits, off or the number of a hidden layer, not {shown_value(text)}")


def layer_of(text: str, model: Model) -> int | None:
    """The layer that `--tsne` names, as `draw_test` takes it; raises `UsageError` where it has no such."""
    from charmlp.evaluation.pictures.of_test import LOGITS

    if text in LAYERS:
        return LOGITS if text == "logits" else None
    hidden = len(model.weights) - 1
    if int(text) > hidden:
        there = {0: "no hidden layer", 1: "one hidden layer"}.get(hidden, f"{hidden} hidden layers")
        raise UsageError(f"--tsne {text}: the model has {there}")
    return int(text)


def command(arguments: Sequence[str]) -> int:
    return with_helpers(partial(test, arguments))


def test(arguments: Sequence[str]) -> int:
    """Measure the model; the exit status."""
    args = make_parser().parse_args(arguments)
    data = data_arguments(args, LISTS)
    recognizer, path = load_recognizer(args.model_path, args.tta)
    layer_of(args.tsne, recognizer.model)
    evaluation, split, source = evaluate_data(recognizer, data, args)
    leaks = find_leaks(evaluation, split, source, path, args)
    tables = write_down(evaluation, path, args)
    drawn = draw_pictures(evaluation, recognizer.model, path, about(path, data, split), args)
    if args.format == "json":
        answered = {} if args.reject is None else {"reject": left_with(evaluation, args.reject)}
        found = {"leaks": None if leaks is None else leaks.to_dict()}
        names = {"tables": [str(table) for table in tables]}
        print(as_json({"model": str(path), "split": split} | evaluation.to_dict() | answered | found | names))
        return 0
    print_classes(evaluation)
    print_mistakes(evaluation)
    print_figures(evaluation, split, args.reject, leaks)
    say(f"model     {printable(path)}")
    for table in tables:
        say(f"table     {printable(table)}")
    for picture in drawn:
        say(f"picture   {printable(picture)}")
    return 0


def evaluate_data(
    recognizer: Recognizer, data: dict[str, Any], args: argparse.Namespace
) -> tuple[Evaluation, str, Source]:
    """Score the model on the chosen split of a source, labels read as the model's classes."""
    if args.out is not None:
        for name in (ERRORS, f"{MATRIX}.{args.figure_format}"):
            check_writable(args.out / name)
    from charmlp.cli.progress import make_reporter
    from charmlp.data import SPLITS, open_source
    from charmlp.evaluation import choose_split, evaluate, seed_of

    classes = data.pop("classes")
    source = open_source(
        **data,
        classes=recognizer.classes if classes is None else classes,
        reading=Reading(**given_settings(args, Reading)),
        whole="test",
        seed=seed_of(recognizer.model),
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
    return evaluate(recognizer, letters), SPLITS[split], source


def find_leaks(
    evaluation: Evaluation, split: str, source: Source, model: Path, args: argparse.Namespace
) -> Leaks | None:
    """The letters that have a near-twin in training; None where its data is not found, or is what is tested.

    It is found in what is tested, where that is what the model was trained on, or where its run says.
    """
    from charmlp.evaluation.leaks import Leaks
    from charmlp.training.pastrun import read_run

    if split == "training":
        return None
    try:
        trained = read_run(model)
        identity = trained.model.provenance.get("data")
        if args.train_data is not None:
            from charmlp.data import open_source

            source = open_source(args.train_data, classes=trained.model.classes)
        elif not (source.splits.get("train") and source.identity() == identity):
            from charmlp.training.rundata import open_data

            source = open_data(trained.folder, trained.model.classes, trained.config, cache=not args.no_cache)
            if source.identity() != identity:
                raise DataError(f"{shown_path(trained.folder)}: its data has changed since")
        seen = trained.model.norm_size, trained.model.view
        return Leaks(evaluation, source.load("train", seen[0], view=seen[1], skip_bad=True))
    except CharmlpError as error:
        if args.train_data is not None:
            raise
        detail(f"no near-twins looked for: {error}; --train_data says what the model was trained on")
        return None


def write_down(evaluation: Evaluation, model: Path, args: argparse.Namespace) -> list[Path]:
    """The tables of all letters and of the misread ones, in `--out` or in `test/` beside the model.

    The figures are the answer: where the tables cannot be written, that is a note.
    """
    from charmlp.evaluation import write_tables

    try:
        return write_tables(evaluation, args.out or model.parent / "test")
    except CharmlpError as error:
        note(error)
        return []


def draw_pictures(
    evaluation: Evaluation, model: Model, path: Path, about: About, args: argparse.Namespace
) -> list[Path]:
    """What the letters look like to the model: in `--out` or beside the model's file.

    The figures are the answer: where the pictures cannot be written, that is a note.
    """
    from charmlp.cli.progress import drawing, make_reporter
    from charmlp.evaluation.pictures.of_test import draw_test

    folder, drawn = args.out or path.parent / "figures", []
    try:
        check_writable(folder / f"{MATRIX}.{args.figure_format}")
        with make_reporter() as reporter, drawing(reporter):
            drawn = draw_test(
                folder,
                evaluation,
                model,
                about,
                layer=layer_of(args.tsne, model),
                points=args.tsne_points,
                seed=args.seed,
                suffix=args.figure_format,
            )
    except CharmlpError as error:
        note(error)
    if args.show:
        show(drawn)
    return drawn


def print_classes(evaluation: Evaluation) -> None:
    """Precision, recall and F1 of each class that occurs."""
    scores, classes = evaluation.scores, [printable(name) for name in evaluation.classes]
    width = max(5, *map(columns, classes))
    head = translated("  precision  recall     F1  images")
    print(padded(translated("class"), width) + head)
    for i, name in enumerate(classes):
        if scores.support[i] or scores.confusion[:, i].any():
            print(
                f"{name:<{width}}  {scores.precision[i]:9.3f}  {scores.recall[i]:6.3f}  "
                f"{scores.f1[i]:5.3f}  {scores.support[i]:6,}"
            )
    mean = padded(translated("mean"), width)
    print(f"{mean}  {'':9}  {'':6}  {scores.macro_f1:5.3f}  {scores.support.sum():6,}\n")


def print_mistakes(evaluation: Evaluation) -> None:
    """What is taken for what most often, and the images whose own class got the smallest probability."""
    from charmlp.evaluation.measure import MOST_SHOWN

    pairs, errors, as_one = evaluation.pairs, evaluation.errors, evaluation.counted_as_one
    if not pairs:
        return
    say(f"mistaken most often, of {len(pairs):,} pairs: label → prediction")
    for label, prediction, count in pairs[:MOST_SHOWN]:
        line = f"  {printable(label)} → {printable(prediction)}  {count:,}"
        alike = as_one is not None and as_one.together(label, prediction)
        say(f"{line}  (look alike)" if alike else line)
    say(f"\nworst of {len(errors):,} misread images: label → prediction, its probability")
    for file, label, prediction, probability in evaluation.rows(errors[:MOST_SHOWN]):
        print(f"  {printable(file)}: {printable(label)} → {printable(prediction)}  {percent(probability)}")
    say("")


def print_figures(evaluation: Evaluation, split: str, reject: float | None, leaks: Leaks | None) -> None:
    """What `predict --reject` would leave, calibration, and at the end, where it is looked for, accuracy."""
    from charmlp.evaluation.measure import TARGETS, TOP

    calibration, coverage, n = evaluation.calibration, evaluation.coverage, len(evaluation.letters)
    say("to be right in  answer only  predict --reject")
    for target in TARGETS:
        found = coverage.reaching(target)
        words = (
            translated("not reached")
            if found is None
            else f"{percent(found.coverage):>11}  {found.reject:.15g}"
        )
        print(f"{percent(target, 0):>14}  {words}")
    if reject is not None:
        left = coverage.at(reject)
        if left.accuracy is None:
            say(f"--reject {reject:.15g}: {percent(left.coverage)} answered")
        else:
            right = f"{percent(left.accuracy)} of them right ({spread(left.interval)})"
            say(f"--reject {reject:.15g}: {percent(left.coverage)} answered, {right}")
    mean, most = percent(calibration.by_chance), percent(calibration.by_chance_95)
    error = f"calibration error {percent(calibration.error)}"
    say(f"\n{error}; by chance alone {mean}, seldom above {most}; temperature {evaluation.temperature:.3g}")
    few = f": there are {len(evaluation.classes)} classes" if len(evaluation.classes) <= TOP else ""
    say(f"right among the first {TOP} guesses {percent(evaluation.top3, 2)}{few}")
    if (strangers := evaluation.strangers) is not None:
        odd, of_all = percent(strangers.odd / n), percent(strangers.stranger / n)
        say(
            f"like nothing in training {odd} (of letters of its kind 1 %); stranger than most {of_all} (10 %)"
        )
        if strangers.are_other:
            note(strangers.line())
    if leaks is not None:
        twins = f"near-twins of training letters {len(leaks):,} of {n:,}"
        if leaks.accuracy is not None and leaks.accuracy_of_twins is not None:
            read, without = percent(leaks.accuracy_of_twins), percent(leaks.accuracy, 2)
            interval = spread(leaks.interval)
            twins = f"{twins}, read to {read}; without them accuracy {without} ({interval})"
        say(twins)
    if (as_one := evaluation.counted_as_one) is not None:
        groups = " ".join(map("".join, as_one.groups))
        say(f"look alike when cut out of their line: {groups}")
        say(f"with these counted as one {percent(as_one.accuracy, 2)} ({spread(as_one.interval)})")
    accuracy, interval = percent(evaluation.accuracy, 2), spread(evaluation.interval)
    say(f"accuracy {accuracy} of {n:,} {split} images ({interval})")


def percent(share: float, decimals: int = 1) -> str:
    return f"{100 * share:.{decimals}f} %"


def spread(interval: tuple[float, float]) -> str:
    """`95 % interval 90.9 to 95.7 %`."""
    low, high = interval
    return f"95 % interval {100 * low:.1f} to {percent(high)}"


def left_with(evaluation: Evaluation, reject: float) -> dict[str, Any]:
    """What is left with `predict --reject`, for JSON."""
    left = evaluation.coverage.at(reject)
    facts = {name: getattr(left, name) for name in ("reject", "coverage", "accuracy")}
    return {**facts, "interval": list(left.interval)}
