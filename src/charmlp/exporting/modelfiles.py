"""charmlp's own model files, `.safetensors`, and the course's, `.pth` (`charmlp.modelfile`)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from charmlp.calculus import activations_behind
from charmlp.errors import CharmlpError
from charmlp.exporting.job import Draft, Job, largest_difference
from charmlp.modelfile import Model, check_expressible, model_from_bytes, model_to_bytes
from charmlp.recognizer import Recognizer
from charmlp.text import shown_path

WITHOUT_TEMPERATURE = ("pth",)


def check(job: Job) -> None:
    """Refuse what the format has no words for."""
    model = job.model
    check_expressible(
        job.out,
        classes=model.classes,
        preprocessing=model.preprocessing,
        act_type=model.act_type,
        view=model.view,
    )
    if job.to in WITHOUT_TEMPERATURE and model.temperature != 1 and not _ends_linear(model):
        raise CharmlpError(
            f"{shown_path(job.out)}: a file of the course has no temperature, which this model has "
            f"({model.temperature:.3g}); write a .safetensors file instead"
        )


def write(job: Job) -> Draft:
    """The file, compared as it is read again."""
    model = with_temperature_in_weights(job.model) if job.to in WITHOUT_TEMPERATURE else job.model
    content = model_to_bytes(model, job.out)
    again = Recognizer(model_from_bytes(content, job.out))
    difference, count = largest_difference(
        job.model, lambda picture: again.predict_proba(again.grey(picture)[np.newaxis])[0]
    )
    return Draft(content, f"read again, with the model on {count} pictures", difference)


def with_temperature_in_weights(model: Model) -> Model:
    """The same probabilities without a temperature: z/T = x (W/T)ᵀ + b/T, where the last layer is linear."""
    if model.temperature == 1:
        return model
    scale = np.float32(1 / model.temperature)
    weights, biases = ((*arrays[:-1], arrays[-1] * scale) for arrays in (model.weights, model.biases))
    return replace(model, weights=weights, biases=biases, temperature=1.0)


def _ends_linear(model: Model) -> bool:
    return activations_behind(len(model.weights), model.act_type)[-1].name == "none"
