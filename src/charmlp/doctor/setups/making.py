"""A set-up made from what was recognised, in the dtype in which backward runs."""

from dataclasses import replace

import numpy as np

from charmlp.doctor.arrangement import GUESSED, SIZES, Sizes
from charmlp.doctor.functions import FLOAT32
from charmlp.doctor.mistake import CannotExamineError
from charmlp.doctor.operation.subject import Build
from charmlp.doctor.setups.guessing import guessed_trial
from charmlp.doctor.setups.recognition import agreeing_form, agrees, failure, try_reading
from charmlp.doctor.setups.setup import Reading, SetUp
from charmlp.doctor.setups.trial import Trial


def make_setup(build: Build, reading: Reading, given: Trial | None = None) -> SetUp:
    """Trials of two sizes, or the one that is given; in float32 where backward fails in float64."""
    trials = make_trials(build, reading) if given is None else (given,)
    used = replace(reading, dtype=trials[0].dtype)
    if reading.arrangement is not GUESSED and used.dtype == np.float64 and backward_fails(trials[0]):
        in_float32 = replace(reading, dtype=FLOAT32)
        single = make_trials(build, in_float32)
        if single and not backward_fails(single[0]):
            trials, used = single, in_float32
    return SetUp(
        reading,
        trials,
        lambda sizes: make_trial(build, used, sizes, 2) if given is None else None,
        lambda sizes: failure(build, reading, sizes),
    )


def make_trials(build: Build, reading: Reading) -> tuple[Trial, ...]:
    """Two trials of different sizes and numbers, or one where the second cannot be made."""
    if reading.arrangement is GUESSED:
        first = guessed_trial(build, SIZES[0], flags=reading.flags)
        try:
            return first, guessed_trial(build, SIZES[1], seed=1, flags=reading.flags)
        except CannotExamineError:
            return (first,)
    made = [make_trial(build, reading, sizes, seed) for seed, sizes in enumerate(SIZES)]
    return tuple(trial for trial in made if trial is not None)


def make_trial(build: Build, reading: Reading, sizes: Sizes, seed: int) -> Trial | None:
    """A trial as recognised, with its form only where forward agrees with it here, too."""
    try:
        if reading.arrangement is GUESSED:
            return guessed_trial(build, sizes, seed, flags=reading.flags)
        trial = try_reading(build, reading, sizes, seed)
    except CannotExamineError:
        return None
    if trial is None or reading.form is None:
        return trial
    if reading.kind.is_random:
        return replace(trial, form=agreeing_form(trial))
    return replace(trial, form=reading.form) if agrees(trial, reading.form) else trial


def backward_fails(trial: Trial) -> bool:
    """Whether backward itself raises."""
    result = trial.record(trial.upstreams[0])
    return result.error is not None and trial.returned(result) is None
