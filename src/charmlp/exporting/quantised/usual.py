"""Letters that show how large a net's units become: those of training, where they are at hand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from charmlp.exporting.job import Job
from charmlp.exporting.pictures import scrawls
from charmlp.exporting.quantised.making import quantise
from charmlp.exporting.quantised.network import IntegerModel
from charmlp.exporting.quantised.resize import resize

MOST_READ, DRAWN = 2000, 400


def quantise_for(job: Job) -> IntegerModel:
    """The job's model in the job's bits."""
    return quantise(job.model, job.bits, usual_letters(job))


def usual_letters(job: Job) -> NDArray[np.uint8]:
    """Some of the training letters, N×H×W; without any those it is measured on, and without these scrawls."""
    letters = job.letters
    if job.source is not None and job.source.splits.get("train"):
        letters = job.source.load("train", job.model.norm_size, view=job.model.view, skip_bad=job.skip_bad)
    if letters is None or not len(letters):
        return np.stack([resize(picture, *job.model.norm_size) for picture in scrawls(DRAWN)])
    return letters.images[letters.spread(MOST_READ)]
