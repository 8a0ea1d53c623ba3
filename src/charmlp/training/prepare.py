"""The first of a run's three stages: everything that is read or rendered, once, whatever is trained on it."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from charmlp.config import TrainingConfig
from charmlp.data.pack import PackedSource
from charmlp.data.packing import packed
from charmlp.errors import DataError
from charmlp.letters.balance import notes_on_balance
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS
from charmlp.rendering import RenderedSource, render
from charmlp.training.callbacks import SILENT, Callback, timed

RENDERED_BYTES = 2**30  # of rendered letters, at most: large pictures come in smaller numbers


@dataclass(frozen=True)
class Prepared:
    """Decoded letters. Any number of trainings that agree in `norm_size` and `view` can learn from them.

    rendered  letters to mix with the training set, where they are asked for
    identity  of the data, for the model's provenance; so are
    layout    where the letters come from, for people: "lists in scene-letters/"
    style     of writing, where all letters are rendered: their source is `synth:`
    """

    training: LetterSet
    validation: LetterSet | None
    rendered: LetterSet | None
    identity: str
    layout: str = ""
    style: str = ""


def prepare(
    source: Source,
    config: TrainingConfig,
    *,
    skip_bad: bool = False,
    cache: bool = True,
    callbacks: Callback = SILENT,
) -> Prepared:
    """Decode the training and, where there are any, the validation images; render letters beside them.

    With `cache`, rendered letters are kept for later runs.
    """
    for line in (source.describe(), *source.remarks()):
        callbacks.message(line)
    with timed(callbacks, "reading images"):
        sets = load(source, config, skip_bad, callbacks)
    for split, letters in sets.items():
        for line in letters.remarks(SPLITS[split]):
            callbacks.message(line)
    with timed(callbacks, "rendering letters"):
        rendered = render_beside(source, config, cache, callbacks)
    for line in notes_on_balance(sets["train"], sets.get("val"), rendered):
        callbacks.message(line)
    style = str(source.style) if isinstance(source, RenderedSource) else ""
    return Prepared(sets["train"], sets.get("val"), rendered, source.identity(), source.layout, style)


def pack_letters(
    source: Source, path: Path, config: TrainingConfig, skip_bad: bool, callbacks: Callback
) -> PackedSource:
    """The letters of a source in a pack, made where it is not there or does not fit."""
    with timed(callbacks, "packing images"):
        return packed(
            source,
            path,
            config.norm_size,
            config.view,
            skip_bad=skip_bad,
            tell=callbacks.message,
            progress=callbacks.progress,
        )


def load(source: Source, config: TrainingConfig, skip_bad: bool, callbacks: Callback) -> dict[str, LetterSet]:
    """The images of the splits `train` and, where there are any, `val`, decoded."""
    if not source.splits.get("train"):
        raise DataError(f"{source.describe()}: there are no training images")
    sets, faults = {}, []
    for split in [split for split in ("train", "val") if source.splits.get(split)]:
        progress = partial(callbacks.progress, f"reading {SPLITS[split]} images")
        try:
            sets[split] = source.load(
                split, config.norm_size, view=config.view, skip_bad=skip_bad, progress=progress
            )
        except DataError as error:  # the other set is looked at as well: all that is wrong is told at once
            faults.append(error)
    if faults:
        details = [line for error in faults for line in error.details]
        raise DataError("; ".join(map(str, faults)), details)
    return sets


def render_beside(
    source: Source, config: TrainingConfig, cache: bool, callbacks: Callback
) -> LetterSet | None:
    """The rendered letters that are mixed with the photographs; `None`, and why, where there are none.

    Classes must be single characters: the font draws the word `cat`, the photograph shows one.
    """
    if not config.synth_ratio or isinstance(source, RenderedSource):
        return None
    words = [name for name in source.classes if len(name) != 1]
    if words:
        callbacks.message(f"no rendered letters: the class {words[0]} is not a single character")
        return None
    height, width = config.norm_size
    count = min(config.synth_count, RENDERED_BYTES // (height * width))
    progress = partial(callbacks.progress, "rendering letters")
    progress(0, count)
    try:
        letters = render(
            count,
            classes=source.classes,
            norm_size=config.norm_size,
            seed=config.seed,
            style=config.synth_style,
            progress=progress,
            cache=cache,
        )
    except DataError as error:
        callbacks.message(f"no rendered letters: {error}")
        return None
    callbacks.message(f"{count:,} rendered letters mixed in")
    return letters
