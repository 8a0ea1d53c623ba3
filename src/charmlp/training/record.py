"""The third of a run's three stages: a model is made of what was fitted, and written."""

from pathlib import Path

from charmlp.errors import CharmlpError
from charmlp.images.crop import usual_size
from charmlp.modelfile import Model, write_model
from charmlp.text import shown_path
from charmlp.training.fit import Fit
from charmlp.training.order import rendered_share
from charmlp.training.prepare import Prepared
from charmlp.training.runfiles import way_on
from charmlp.training.runfolder import RunFolder
from charmlp.version import __version__


def record(result: Fit, prepared: Prepared, folder: RunFolder, model_path: Path | None = None) -> Model:
    """Write the model into the run's folder, and where else it is wanted.

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
        raise CharmlpError("; ".join(faults + saved) + way_on(folder.path))
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
