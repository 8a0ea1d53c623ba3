"""The same operation with larger numbers: what is cut at 3 or at 6 is something else there."""

from dataclasses import replace

from charmlp.doctor.kind import UNKNOWN
from charmlp.doctor.operation.subject import is_real
from charmlp.doctor.setups.setup import SetUp, observe
from charmlp.doctor.setups.trial import Trial

TIMES = 5.0
MOST_NOISE = 1e-4  # of numeric differentiation, where numbers still tell right from wrong
MOST_NUMBERS = 200  # of all inputs together
CLEARLY = 1e-3  # a relative error that is none of rounding


def far_out(setup: SetUp) -> tuple[Trial, bool] | None:
    """A trial with larger numbers, and whether all gradients are right there; None where that does not tell.

    It is made where a formula may have pieces: of an operation that works element by element, or is no known
    kind.
    """
    trial = setup.first
    alike = trial.outputs[0].shape == getattr(trial.values[0], "shape", None)
    size = sum(value.size for value in trial.values if is_real(value))
    if size > MOST_NUMBERS or trial.coarse or not (alike or trial.kind is UNKNOWN):
        return None
    values = [
        TIMES * v if is_real(v) and wants else v for v, wants in zip(trial.values, trial.wants, strict=True)
    ]
    far = replace(trial.with_values(values), fillers=trial.fillers)
    try:
        observed = observe(far)
        if observed is None or far.noise > MOST_NOISE:
            return None
        errors = [observed.relative_error(i) for i, wants in enumerate(far.wants) if wants]
    except Exception:  # a logarithm of other numbers, a power that overflows
        return None
    known = [error for error in errors if error is not None]
    return (far, max(known) <= CLEARLY) if known and max(known) < float("inf") else None
