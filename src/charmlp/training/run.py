"""A whole training run, in three stages: prepare → fit → record."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from charmlp.config import OTHER_NAMES, TrainingConfig, changes, find_recipe, flag_of, override
from charmlp.config import settings as settings_of_a_run
from charmlp.data import open_source
from charmlp.errors import CharmlpError, UsageError
from charmlp.images.crop import usual_size
from charmlp.modelfile import Model, check_expressible, write_model
from charmlp.system.files import check_writable
from charmlp.text import closest, shown_path
from charmlp.training.callbacks import Callback, Callbacks
from charmlp.training.fit import Fit, fit
from charmlp.training.needs import check_memory
from charmlp.training.order import rendered_share
from charmlp.training.prepare import Prepared, prepare
from charmlp.training.runfolder import RunFolder
from charmlp.training.steps.choice import check_step
from charmlp.training.tensorboard import TensorBoard
from charmlp.version import __version__

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
    out: str | PathLike[str] | None = None,
    overwrite: bool = False,
    model_path: str | PathLike[str] | None = None,
    tensorboard: bool = False,
    callbacks: Sequence[Callback] = (),
    **settings: Any,
) -> Run:
    """Train a model and write a run folder: model, settings, figures by epoch, log.

    data        a folder in any known layout, a list, or `synth:`; or else `lists` with `im_dir`
    recipe      `best`, `slides`, or a whole `TrainingConfig`
    cache       decoded images and rendered letters are kept in the user's cache folder, for later runs
    settings    fields of `TrainingConfig`, such as `epochs=10, hidden_size=64`
    model_path  the model is written there as well (`.safetensors` or `.pth`)
    tensorboard its figures are written for TensorBoard as well (`charmlp.training.tensorboard`)
    callbacks   hear how it goes (`charmlp.training.callbacks`)

    Raises `CharmlpError` (see `charmlp.errors`) before training where anything is wrong with the input.
    """
    config = make_config(recipe, settings)
    with RunFolder(
        None if out is None else Path(out), overwrite=overwrite, callbacks=Callbacks(callbacks)
    ) as folder:
        events = [TensorBoard(folder)] if tensorboard else []
        check_step(config)
        check_memory(config)
        also = None if model_path is None else Path(model_path)
        if also is not None:
            check_writable(also)
        source = open_source(
            data,
            im_dir=im_dir,
            lists=lists,
            classes=classes,
            n_classes=n_classes,
            seed=config.seed,
            cache=cache,
            reading=config,
        )
        check_memory(config, len(source.classes), source.splits)
        if also is not None:
            check_expressible(
                also,
                classes=source.classes,
                preprocessing=config.preprocessing,
                act_type=config.act_type,
                view=config.view,
            )
        heard = Callbacks([folder, *events, *callbacks])
        heard.detail(f"recipe {config.recipe}, {', '.join(changes(config)) or 'as it is'}")
        prepared = prepare(source, config, skip_bad=skip_bad, cache=cache, callbacks=heard)
        given = {"data": data, "im_dir": im_dir, "lists": lists, "classes": classes, "n_classes": n_classes}
        folder.given = given | {"skip_bad": skip_bad}
        result = fit(config, prepared, callbacks=heard)
        return Run(folder.path, record(result, prepared, folder, also), result)


def make_config(recipe: str | TrainingConfig, settings: Mapping[str, Any]) -> TrainingConfig:
    """The recipe's settings with others put in their place; raises `UsageError`."""
    if isinstance(recipe, str):
        recipe = find_recipe(recipe)
    if not isinstance(recipe, TrainingConfig):
        raise TypeError(f"recipe: a name or a TrainingConfig is expected, not {type(recipe).__name__}")
    names = {field.name for field in dataclasses.fields(TrainingConfig)}
    for name in settings:
        if name not in names:
            known = {each: each for each in [*names, *(train.__kwdefaults__ or ())]} | NAMES
            meant = closest(name, known)
            hint = f"; did you mean '{known[meant]}'?" if meant else ""
            raise UsageError(f"no setting is called {name!r}{hint}")
    return override(recipe, settings)


def record(result: Fit, prepared: Prepared, folder: RunFolder, model_path: Path | None = None) -> Model:
    """The third stage: write the model into the run's folder, and where else it is wanted.

    Raises `CharmlpError` where one of the two cannot be written; the other one is written all the same.
    """
    model = make_model(result, prepared)
    written, faults = [], []
    for path in filter(None, (folder.model, model_path)):
        try:
            write_model(model, path)
            written.append(path)
        except CharmlpError as fault:
            faults.append(str(fault))
    if folder.model in written:
        folder.finish()
    if faults:
        saved = [f"the model is saved in {shown_path(path)}" for path in written]
        raise CharmlpError("; ".join(faults + saved))
    return model


def make_model(result: Fit, prepared: Prepared) -> Model:
    """The kept parameters as a model file's content."""
    config = result.config
    rendered = 0 if prepared.rendered is None else len(prepared.rendered)
    share = 1.0 if prepared.style else rendered_share(config, len(prepared.training), rendered)
    provenance = {
        "charmlp": __version__,
        "recipe": config.recipe,
        "seed": config.seed,
        "data": prepared.identity,
        "source": prepared.layout,
        "training_images": len(prepared.training),
        "validation_images": 0 if prepared.validation is None else len(prepared.validation),
        "rendered_letters": rendered,
        "rendered_share": round(share, 4),
        **({"rendered_style": prepared.style or config.synth_style} if share else {}),
        "epoch": result.kept_epoch,
        "validation_accuracy": None if result.scores is None else result.scores.accuracy,
        "letter_size": usual_size(prepared.training.images),
    }
    return Model(
        classes=prepared.training.classes,
        norm_size=config.norm_size,
        preprocessing=config.preprocessing,
        act_type=config.act_type,
        view=config.view,
        weights=tuple(result.parameters.weights),
        biases=tuple(result.parameters.biases),
        provenance=provenance,
        temperature=result.temperature,
        familiarity=result.familiarity,
    )
