"""A whole training run: data in, run folder with a model out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

from charmlp.config import RECIPES, TrainingConfig, override
from charmlp.data import SPLITS, open_source
from charmlp.errors import DataError, UsageError
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.modelfile import Model, check_expressible, write_model
from charmlp.rendering import RenderedSource, render
from charmlp.system.files import check_writable
from charmlp.training.epochs import Epochs
from charmlp.training.fit import Epoch, Fit, fit, layer_sizes
from charmlp.training.runfolder import RunFolder
from charmlp.training.steps import check_step, choose_step
from charmlp.version import __version__

RENDERED_BYTES = 2**30  # of rendered letters, at most: large pictures come in smaller numbers


class Reporter:
    """Hears how a run goes; this one keeps silent. The command line has others."""

    def say(self, line: str) -> None:
        """A line for people."""

    def progress(self, what: str, done: int, total: int) -> None:
        """`done` of `total` of a long piece of work."""

    def epoch(self, epoch: Epoch, epochs: int) -> None:
        """An epoch of `epochs` has ended."""


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, the model, and how training went."""

    path: Path
    model: Model
    fit: Fit

    @property
    def accuracy(self) -> float | None:
        """Validation accuracy of the kept epoch, 0 to 1; `None` without validation letters."""
        scores = self.fit.kept.validation
        return None if scores is None else scores.accuracy

    def __repr__(self) -> str:
        figure = "" if self.accuracy is None else f", validation accuracy {self.accuracy:.1%}"
        return f"Run({str(self.path)!r}{figure})"


def train(
    data: str | PathLike[str] | None = None,
    *,
    recipe: str | TrainingConfig = "best",
    im_dir: str | PathLike[str] | None = None,
    lists: Mapping[str, str | PathLike[str]] | None = None,
    classes: str | Sequence[str] | None = None,
    n_classes: int | None = None,
    skip_bad: bool = False,
    cache: bool = True,
    out: str | PathLike[str] | None = None,
    overwrite: bool = False,
    model_path: str | PathLike[str] | None = None,
    reporter: Reporter | None = None,
    **settings: Any,
) -> Run:
    """Train a model and write a run folder: model, settings, figures by epoch, log.

    data        a folder in any known layout, a list, or `synth:`; or else `lists` with `im_dir`
    recipe      `best`, `slides`, or a whole `TrainingConfig`
    cache       decoded images are kept in the user's cache folder, for later runs
    settings    fields of `TrainingConfig`, such as `epochs=10, hidden_size=(64,)`
    model_path  the model is written there as well (`.safetensors` or `.pth`)

    Raises `CharmlpError` (see `charmlp.errors`) before training where anything is wrong with the input.
    """
    config = make_config(recipe, settings)
    reporter = reporter or Reporter()
    folder = RunFolder(None if out is None else Path(out), overwrite=overwrite)
    check_step(config)
    if model_path is not None:
        check_writable(Path(model_path))
    source = open_source(
        data, im_dir=im_dir, lists=lists, classes=classes, n_classes=n_classes, seed=config.seed, cache=cache
    )
    if model_path is not None:
        check_expressible(Path(model_path), classes=source.classes, preprocessing=config.preprocessing)

    def say(line: str) -> None:
        folder.say(line)
        reporter.say(line)

    say(source.describe())
    training, validation = load(source, config, skip_bad, reporter)
    for letters, split in ((training, "train"), (validation, "val")):
        if letters is not None and letters.skipped:
            say(letters.describe_skipped(SPLITS[split]))
    rendered = render_beside(source, config, say, reporter)
    epochs = Epochs(config, training, rendered)
    config = settle_epochs(config, epochs, say)
    sizes = layer_sizes(config, training)
    step_name, why = choose_step(config, sizes, config.epochs * epochs.updates)
    say(f"step: {step_name} ({why})")
    folder.start(config)

    def on_epoch(epoch: Epoch) -> None:
        folder.say(describe_epoch(epoch))
        folder.add(epoch)
        reporter.epoch(epoch, config.epochs)

    try:
        result = fit(config, training, validation, rendered=rendered, step_name=step_name, on_epoch=on_epoch)
        model = make_model(config, training.classes, result, source.identity(), rendered)
        write_model(model, folder.model)
        folder.finish()
        if model_path is not None:
            write_model(model, Path(model_path))
    finally:
        folder.write()
    return Run(folder.path, model, result)


def make_config(recipe: str | TrainingConfig, settings: Mapping[str, Any]) -> TrainingConfig:
    """The recipe's settings with others put in their place; raises `UsageError`."""
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise UsageError(f"--recipe: expected one of {', '.join(RECIPES)}, not {recipe!r}")
        recipe = RECIPES[recipe]
    unknown = set(settings) - {field.name for field in dataclasses.fields(TrainingConfig)}
    if unknown:
        raise UsageError(f"no setting is called {', '.join(sorted(unknown))}")
    return override(recipe, settings)


def load(
    source: Source, config: TrainingConfig, skip_bad: bool, reporter: Reporter
) -> tuple[LetterSet, LetterSet | None]:
    """Decode the training and, where there are any, the validation images."""
    if not source.splits.get("train"):
        raise DataError(f"{source.describe()}: there are no training images")
    sets: list[LetterSet] = []
    faults: list[DataError] = []
    for split in ("train", "val"):
        if not source.splits.get(split):
            continue
        progress = partial(reporter.progress, f"reading {SPLITS[split]} images")
        try:
            sets.append(source.load(split, config.norm_size, skip_bad=skip_bad, progress=progress))
        except DataError as error:  # the other set is looked at as well: all that is wrong is told at once
            faults.append(error)
    if faults:
        details = [line for error in faults for line in error.details]
        raise DataError("; ".join(map(str, faults)), details)
    return sets[0], sets[1] if len(sets) == 2 else None


def render_beside(
    source: Source, config: TrainingConfig, say: Callable[[str], None], reporter: Reporter
) -> LetterSet | None:
    """The rendered letters that are mixed with the photographs; `None`, and why, where there are none.

    Classes must be single characters: the font draws the word `cat`, the photograph shows one.
    """
    if not config.synth_ratio or isinstance(source, RenderedSource):
        return None
    words = [name for name in source.classes if len(name) != 1]
    if words:
        say(f"no rendered letters: the class {words[0]} is not a single character")
        return None
    height, width = config.norm_size
    count = min(config.synth_count, RENDERED_BYTES // (height * width))
    reporter.progress("rendering letters", 0, count)
    try:
        letters = render(
            count,
            classes=source.classes,
            norm_size=config.norm_size,
            seed=config.seed,
            progress=partial(reporter.progress, "rendering letters"),
        )
    except DataError as error:
        say(f"no rendered letters: {error}")
        return None
    say(f"{count:,} rendered letters mixed in")
    return letters


def settle_epochs(config: TrainingConfig, epochs: Epochs, say: Callable[[str], None]) -> TrainingConfig:
    """The settings with the number of epochs that `updates` asks for."""
    if config.updates:
        config = dataclasses.replace(config, epochs=max(1, round(config.updates / epochs.updates)))
    say(f"{config.epochs:,} epochs of {epochs.updates:,} updates on {config.batch_size:,} images")
    return config


def make_model(
    config: TrainingConfig,
    classes: Sequence[str],
    result: Fit,
    data_identity: str,
    rendered: LetterSet | None,
) -> Model:
    """The kept parameters as a model file's content."""
    scores = result.kept.validation
    provenance = {
        "charmlp": __version__,
        "recipe": config.recipe,
        "seed": config.seed,
        "data": data_identity,
        "rendered_letters": 0 if rendered is None else len(rendered),
        "epoch": result.kept_epoch,
        "validation_accuracy": None if scores is None else scores.accuracy,
    }
    return Model(
        classes=tuple(classes),
        norm_size=config.norm_size,
        preprocessing=config.preprocessing,
        act_type=config.act_type,
        weights=tuple(result.parameters.weights),
        biases=tuple(result.parameters.biases),
        provenance=provenance,
    )


def describe_epoch(epoch: Epoch) -> str:
    """`epoch 10: loss 0.512, validation loss 0.634, accuracy 81.3 %`."""
    text = f"epoch {epoch.epoch}: loss {epoch.loss:.3f}"
    if epoch.validation is not None:
        text += f", validation loss {epoch.validation.loss:.3f}, accuracy {epoch.validation.accuracy:.1%}"
    return text
