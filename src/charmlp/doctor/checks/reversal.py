"""Functions that hand on what they are given and turn the gradient round, as their name says: −λ g."""

import re
from collections.abc import Iterator

import numpy as np

from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.operation.function_inputs import REVERSES
from charmlp.doctor.setups.setup import SetUp

STRENGTH = re.compile(r"(?i)alpha|lambda?_?|lambd|lamb?|coeff?|weight|scale|strength|const(ant)?|beta|eta|l")


def gradient_is_turned_round(setup: SetUp) -> Iterator[Finding]:
    times = factor_of_reversal(setup)
    if times is None:
        return
    position = next(i for i, wants in enumerate(setup.first.wants) if wants)
    strength = strength_of(setup)
    words = phrase("reversal-times", found=f"{times:.4g}")
    if times > 0:
        yield finding("sign-flipped.reversal", words, at=position)
    elif strength is not None and not np.isclose(times, -strength[1]):
        yield finding("scale-forgotten.reversal", words, at=position, strength=strength[0])


def is_turned_round(setup: SetUp) -> bool:
    """Whether it is a reversal, and a right one."""
    return factor_of_reversal(setup) is not None and not any(True for _ in gradient_is_turned_round(setup))


def factor_of_reversal(setup: SetUp) -> float | None:
    """What a Function that is named a reversal multiplies the upstream gradient by, if by one number."""
    trial = setup.first
    name = getattr(getattr(trial.subject, "function", None), "__name__", "")
    wanted = [i for i, wants in enumerate(trial.wants) if wants]
    if not REVERSES.match(name) or len(wanted) != 1 or len(trial.outputs) != 1 or not setup.observations:
        return None
    gradient, upstream = setup.observations[0].gradients[0][wanted[0]], trial.upstreams[0][0]
    if gradient is None or gradient.shape != upstream.shape:
        return None
    if not np.array_equal(trial.values[wanted[0]], trial.outputs[0]):
        return None
    times = float((gradient / upstream).mean())
    return times if times and np.allclose(gradient, times * upstream, rtol=1e-5) else None


def strength_of(setup: SetUp) -> tuple[str, float] | None:
    """The name and the number of the option that says how strongly."""
    trial = setup.first
    given = enumerate((*trial.values, *trial.fillers))
    numbers = [(trial.subject.name_of(i), float(one)) for i, one in given if type(one) in (int, float)]
    named = [pair for pair in numbers if STRENGTH.fullmatch(pair[0])]
    return named[0] if len(named) == 1 else None
