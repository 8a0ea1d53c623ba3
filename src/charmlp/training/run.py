"""A whole training run, in three stages: prepare → fit → record."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from charmlp.config import OTHER_NAMES, TrainingConfig, changes, find_recipe, flag_of, override
from charmlp.config import settings as settings_of_a_run
from charmlp.data import open_source
from charmlp.data.pack import PackedSource
from charmlp.data.packing import advice
from charmlp.errors import UsageError
from charmlp.letters.source import Source
from charmlp.modelfile import Model, check_expressible
from charmlp.system.files import check_writable, is_file
from charmlp.system.ranks import ALONE, Ranks
from charmlp.text import closest
from charmlp.training.agreement import (
    Watching,
    check_same_letters,
    folder_of_before,
    plan_of_all,
    remember_folder,
)
from charmlp.training.callbacks import Callback, Callbacks
from charmlp.training.checkpoint import Checkpoint
from charmlp.training.fit import Fit, fit
from charmlp.training.needs import check_memory
from charmlp.training.plan import Plan, plan_to_go_on
from charmlp.training.prepare import Prepared, pack_letters, prepare
from charmlp.training.record import make_model, record
from charmlp.training.resume import check_letters, letters_of
from charmlp.training.rundata import entries_of
from charmlp.training.runfiles import CHECKPOINT, way_on
from charmlp.training.runfolder import RunFolder
from charmlp.training.saving import INTERVAL, Interval, Saving
from charmlp.training.steps.choice import check_step
from charmlp.training.tensorboard import TensorBoard
from charmlp.version import __version__

if TYPE_CHECKING:
    from charmlp.training.trainer import Trainer

NAMES = {  # what people call a setting, and its name
    other.strip("-"): field.name
    for field in settings_of_a_run()
    for other in (field.name, flag_of(field), *OTHER_NAMES.get(flag_of(field), ()))
}


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, the model, and how training went."""

    path: Path
    model: Model
    fit: Fit
    wishes: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # of `train`'s caller

    @property
    def accuracy(self) -> float | None:
        """Validation accuracy of the kept epoch, 0 to 1; `None` without validation letters."""
        return None if self.fit.scores is None else self.fit.scores.accuracy

    def __repr__(self) -> str:
        figure = "" if self.accuracy is None else f", validation accuracy {self.accuracy:.1%}"
        return f"Run({str(self.path)!r}{figure})"

    def _repr_html_(self) -> str:
        from charmlp.training.showing import run_as_html

        return run_as_html(self.path, self.fit, self.model)


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
    pack: str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    overwrite: bool = False,
    model_path: str | PathLike[str] | None = None,
    tensorboard: bool = False,
    callbacks: Sequence[Callback] = (),
    checkpoint_every: int | str | None = None,
    resume: str | PathLike[str] | None = None,
    resume_anyway: bool = False,
    wishes: Mapping[str, Any] | None = None,
    ranks: Ranks = ALONE,
    **settings: Any,
) -> Run:
    """Train a model and write a run folder: model, settings, figures by epoch, log.

    data        a folder in any known layout, a list, or `synth:`; or else `lists` with `im_dir`
    recipe      `best`, `slides`, or a whole `TrainingConfig`
    cache       decoded images and rendered letters are kept in the user's cache folder, for later runs
    pack        all images of `data` are decoded into this file, once, from which training takes them
                (`charmlp.data.packing`)
    settings    fields of `TrainingConfig`, such as `epochs=10, hidden_size=64`
    model_path  the model is written there as well (`.safetensors` or `.pth`)
    tensorboard its figures are written for TensorBoard as well (`charmlp.training.tensorboard`)
    callbacks   hear how it goes (`charmlp.training.callbacks`)

    What was interrupted goes on from the checkpoint in its folder, to the same bits (docs/resume.md):

    checkpoint_every  updates, or `"60s"`; None: so seldom that it costs less than a percent
    resume            the folder, from which all else is known; settings or letters that are not those of the
                      run are refused, unless `resume_anyway`
    wishes            of the caller, for after the training: `Run.wishes`, also of a run that goes on

    Of several `ranks` (`charmlp.system.torchrun`), the first alone writes, and has callbacks that hear how it
    goes; all of them train together, and get the same model.

    Raises `CharmlpError` (see `charmlp.errors`) before training where anything is wrong with the input.
    """
    check_names(settings)
    if resume is not None:
        check_alone(out=out, overwrite=overwrite, recipe=recipe != "best")
    elif resume_anyway:
        raise UsageError("--resume_anyway: --resume says with which run")
    interval = Interval()
    if checkpoint_every is not None:
        interval = INTERVAL.read("--checkpoint_every", str(checkpoint_every))
    given: dict[str, Any] = {"data": data, "im_dir": im_dir, "lists": lists}
    given |= {"classes": classes, "n_classes": n_classes, "skip_bad": skip_bad, "pack": pack}
    plan = Plan(
        make_config(recipe, {} if resume is not None else settings),
        given,
        entries_of(given),
        None if model_path is None else Path(model_path),
        tensorboard,
        wishes or {},
    )
    if not ranks.is_first:
        plan, path = plan_of_all(plan, None, ranks)
        return carry_out(plan, path, None, interval, callbacks, cache, ranks)
    place, goes_on = out if resume is None else resume, resume is not None
    if (earlier := folder_of_before(ranks)) is not None:
        place, overwrite, goes_on = earlier, True, goes_on or is_file(earlier / CHECKPOINT)
    with RunFolder(
        None if place is None else Path(place),
        overwrite=overwrite,
        goes_on=goes_on,
        callbacks=Callbacks(callbacks),
    ) as folder:
        remember_folder(folder.path, ranks)
        if goes_on:
            asked = {} if resume is None else settings
            plan = plan_to_go_on(folder.path, plan, asked, resume_anyway)
        plan, path = plan_of_all(plan, folder.path, ranks)
        return carry_out(plan, path, folder, interval, callbacks, cache, ranks)


def carry_out(
    plan: Plan,
    path: Path,
    folder: RunFolder | None,
    interval: Interval,
    callbacks: Sequence[Callback],
    cache: bool,
    ranks: Ranks,
) -> Run:
    """The three stages of a run that is planned, in its folder, which rank 0 alone has."""
    config, past = plan.config, plan.past
    ranks.when_lost(lambda: way_on(path))
    check_step(config, ranks)
    source = open_data(plan, cache)
    events = [TensorBoard(folder)] if folder and plan.tensorboard else []
    heard = Callbacks([*([folder] if folder else ()), *events, *callbacks, Watching(ranks)])
    heard.detail(f"recipe {config.recipe}, {', '.join(changes(config)) or 'as it is'}")
    prepared = ranks.here_first(lambda: prepare_data(plan, source, cache, heard))
    letters = functools.cache(lambda: letters_of(prepared))  # not before it is wanted
    check_same_letters(letters, ranks)
    if past is not None:
        check_letters(past, letters(), plan.anyway)
        heard.message(f"goes on after {past.state.updates:,} updates")
        if past.version != __version__:
            heard.message(f"note: they are of charmlp {past.version}; the last bits may be others")

    def checkpoint(training: Trainer) -> Checkpoint:
        return Checkpoint(training.state(), training.config, plan.entries, letters(), plan.kept)

    if folder:
        folder.given = plan.entries
        heard = Callbacks([*heard.all, Saving(folder, interval, checkpoint)])
    try:
        state = None if past is None else past.state
        result = fit(config, prepared, callbacks=heard, state=state, ranks=ranks)
        if folder:
            model = record(result, prepared, folder, plan.model_path)
        else:
            model = make_model(result, prepared)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"interrupted{way_on(path)}") from None
    if folder and not result.interrupted:
        folder.remove_checkpoint()
    return Run(path, model, result, plan.wishes)


def open_data(plan: Plan, cache: bool) -> Source:
    """The data of a plan, once it is known that a model can be trained on it, and written."""
    config = plan.config
    place = {name: value for name, value in plan.data.items() if name not in ("skip_bad", "pack")}
    check_memory(config)
    if plan.model_path is not None:
        check_writable(plan.model_path)
    source = open_source(**place, seed=config.seed, cache=cache, reading=config)
    mapped = plan.data.get("pack") is not None or isinstance(source, PackedSource)
    check_memory(config, len(source.classes), source.splits, mapped=mapped)
    if plan.model_path is not None:
        check_expressible(
            plan.model_path,
            classes=source.classes,
            preprocessing=config.preprocessing,
            act_type=config.act_type,
            view=config.view,
        )
    return source


def prepare_data(plan: Plan, source: Source, cache: bool, heard: Callback) -> Prepared:
    """The letters of a source, from a pack where that is asked for."""
    config, pack, skip_bad = plan.config, plan.data.get("pack"), plan.data["skip_bad"]
    if pack is not None:
        source = pack_letters(source, Path(pack), config, skip_bad, heard)
    elif line := advice(source, config.norm_size):
        heard.message(line)
    return prepare(source, config, skip_bad=skip_bad, cache=cache, callbacks=heard)


def make_config(recipe: str | TrainingConfig, settings: Mapping[str, Any]) -> TrainingConfig:
    """The recipe's settings with others put in their place; raises `UsageError`."""
    if isinstance(recipe, str):
        recipe = find_recipe(recipe)
    if not isinstance(recipe, TrainingConfig):
        raise TypeError(f"recipe: a name or a TrainingConfig is expected, not {type(recipe).__name__}")
    return override(recipe, settings)


def check_alone(**given: object) -> None:
    """Raise `UsageError` where a run that goes on is told to be another one."""
    for name, value in given.items():
        if value:
            raise UsageError(f"--resume and --{name}: give one or the other")


def check_names(settings: Mapping[str, Any]) -> None:
    """Raise `UsageError` where a setting is none."""
    names = {field.name for field in dataclasses.fields(TrainingConfig)}
    for name in settings:
        if name not in names:
            known = {each: each for each in [*names, *(train.__kwdefaults__ or ())]} | NAMES
            meant = closest(name, known)
            hint = f"; did you mean '{known[meant]}'?" if meant else ""
            raise UsageError(f"no setting is called {name!r}{hint}")
