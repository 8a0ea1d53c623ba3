"""`charmlp predict --explain DIR`: why an image is read as it is, a picture each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from charmlp.cli.arguments import Parser
from charmlp.cli.notes import note
from charmlp.errors import CharmlpError, UsageError
from charmlp.language import spoken
from charmlp.system.files import at_home, check_writable, is_file, is_folder
from charmlp.text import shown_path

if TYPE_CHECKING:
    from charmlp.explanation import Explanation, TrainingLetters
    from charmlp.letters import Source
    from charmlp.recognizer import Recognizer

ENDING = "-explained"  # of a picture's name: no picture takes the place of an image
MOST_STEM = 60  # characters of the image's name in it


class Why(NamedTuple):
    """An explanation and its picture's file."""

    explanation: Explanation
    picture: Path


class Explainer:
    """Explains images one by one, a PNG each in a folder."""

    def __init__(
        self, recognizer: Recognizer, folder: Path, against: str | None, training: TrainingLetters | None
    ) -> None:
        self.recognizer, self.folder = recognizer, folder
        self.against, self.training = against, training
        self.taken: set[str] = set()

    def explain(self, image: str | bytes) -> Why:
        explanation = self.recognizer.explain(
            image, against=self.against, training=self.training, note=lambda _: None
        )
        stem = "standard-input" if isinstance(image, bytes) else Path(image).stem[:MOST_STEM]
        return Why(explanation, explanation.save(self.folder / self.new_name(stem), spoken()))

    def new_name(self, stem: str) -> str:
        """A name of its own, numbered where several images are called the same, in capitals or not."""
        name, number = f"{stem}{ENDING}.png", 1
        while name.casefold() in self.taken:
            number += 1
            name = f"{stem}{ENDING}-{number}.png"
        self.taken.add(name.casefold())
        return name


def add_explain_flags(parser: Parser) -> None:
    group = parser.add_argument_group("why")
    words = (
        "draw there why each image is read so: pixels for and against, hidden units, training letters like it"
    )
    group.add_argument("--explain", metavar="DIR", type=Path, help=words)
    words = "the class that the guess is compared with (default: the runner-up)"
    group.add_argument("--against", metavar="CLASS", help=words)
    words = "the training data, where the model's run folder does not lead to it"
    group.add_argument("--data", metavar="DATA", help=words)


def check_explain_flags(args: argparse.Namespace, places: Sequence[str]) -> None:
    """Raise `CharmlpError` where the pictures could not be written, or would be read as images."""
    if args.explain is None:
        for flag in ("against", "data"):
            if getattr(args, flag) is not None:
                raise UsageError(f"--{flag} goes with --explain DIR")
        return
    args.explain = Path(at_home(args.explain))
    if is_file(args.explain):
        raise UsageError(f"--explain: {shown_path(args.explain)} is a file; a folder is expected")
    check_writable(args.explain / f"x{ENDING}.png")
    folder = args.explain.resolve()
    for place in map(at_home, places):
        if is_folder(Path(place)) and folder.is_relative_to(Path(place).resolve()):
            raise UsageError(
                f"--explain: {shown_path(args.explain)} lies in {shown_path(place)}, where its pictures"
                " would be read as images the next time; give another folder"
            )


def make_explainer(args: argparse.Namespace, recognizer: Recognizer, model: Path) -> Explainer:
    """With the training letters, where they are found."""
    from charmlp.explanation import check_class

    if args.against is not None:
        check_class(args.against, recognizer.classes)
    return Explainer(recognizer, args.explain, args.against, training_letters(args, recognizer, model.parent))


def training_letters(args: argparse.Namespace, recognizer: Recognizer, run: Path) -> TrainingLetters | None:
    """Those of `--data`, or of the run in whose folder the model lies; where it leads to none, a note."""
    from charmlp.cli.progress import make_reporter
    from charmlp.data import open_source
    from charmlp.explanation import TrainingLetters

    model = recognizer.model
    try:
        source = (
            data_of(run, recognizer.classes)
            if args.data is None
            else open_source(args.data, classes=recognizer.classes)
        )
        with make_reporter() as reporter:
            progress = partial(reporter.progress, "reading training images")
            letters = source.load("train", model.norm_size, view=model.view, skip_bad=True, progress=progress)
        return TrainingLetters(model, letters)
    except CharmlpError as error:
        if args.data is not None:
            raise
        note(f"no training letters to compare with: {error}")
        return None


def data_of(run: Path, classes: tuple[str, ...]) -> Source:
    """What a run was trained on, in the same splits."""
    from charmlp.training.pastrun import read_settings
    from charmlp.training.rundata import open_data
    from charmlp.training.runfiles import SETTINGS

    settings = run / SETTINGS
    config = read_settings(settings) if is_file(settings) else None
    return open_data(run, classes, config)
