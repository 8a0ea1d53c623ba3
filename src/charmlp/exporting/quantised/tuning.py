"""The integer model of an export: with units as large as training letters make them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from charmlp.exporting.job import Job
from charmlp.exporting.quantised.making import quantise
from charmlp.exporting.quantised.network import IntegerModel


def quantise_for(job: Job) -> IntegerModel:
    """The model in so many bits."""
    return quantise(job.model, job.bits, letters_like_training(job))


def letters_like_training(job: Job) -> NDArray[np.uint8]:
    return job.letters.images
