"""What a training has seen, in few numbers: by them `predict` knows a picture unlike all of it."""

import numpy as np

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.calculus.familiarity import LEAST_SIDE, Familiarity, features, fit_gaussian, parts, strangeness
from charmlp.config import TrainingConfig
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.training.feed import Chunks
from charmlp.training.steps.parameters import Parameters

SEEN = 2048  # training letters that are looked at, at most
LEAST_SEEN = 200  # of them, and
LEAST_HELD_OUT = 50  # of the letters held out: fewer say too little
MOST_HELD_OUT = 2000
LEAST_SPREAD = 1e-3  # of a part of strangeness that hardly varies


def learn_familiarity(
    config: TrainingConfig, parameters: Parameters, chunks: Chunks, validation: LetterSet | None
) -> Familiarity | None:
    """Statistics of training letters as training sees them: augmented, and mixed with rendered ones.

    What is usual is measured on the validation letters, which no weight has learned; None without enough.
    """
    height, width = config.norm_size
    if validation is None or len(validation) < LEAST_HELD_OUT or min(height, width) < LEAST_SIDE:
        return None
    seen = [features(part, config.norm_size) for part in seen_inputs(chunks)]
    coarse, fine = (np.concatenate(each) for each in zip(*seen, strict=True))
    if len(coarse) < LEAST_SEEN:
        return None
    held_out = validation.take(validation.spread(MOST_HELD_OUT))
    inputs = to_inputs(held_out.images, config.preprocessing)
    logits = calculus.mlp(inputs, parameters.weights, parameters.biases, config.act_type)
    shape, look = fit_gaussian(coarse), fit_gaussian(fine)
    e = parts(shape, look, *features(inputs, config.norm_size), logits).astype(np.float64)
    known = Familiarity(shape, look, e.mean(axis=0), np.maximum(e.std(axis=0), LEAST_SPREAD), np.inf, np.inf)
    usual = strangeness(known, inputs, logits, config.norm_size)
    tenth, limit = (float(value) for value in np.quantile(usual, (0.9, 0.99)))
    return known._replace(tenth=tenth, limit=limit)


def seen_inputs(chunks: Chunks) -> list[Array]:
    """Inputs of up to `SEEN` examples of the first epoch."""
    batch, wanted, found = chunks.order.batch_size, SEEN, []
    for number in range(chunks.count):
        inputs = chunks.take(1, number, 0, min(chunks.updates, -(-wanted // batch)))[0]
        found.append(inputs.copy())
        wanted -= len(inputs)
        if wanted <= 0:
            break
    return found
