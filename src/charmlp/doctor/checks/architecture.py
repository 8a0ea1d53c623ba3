"""How a multilayer perceptron is put together: all weights registered, activations between layers only."""

import numpy as np

from charmlp.doctor.kinds import kinds
from charmlp.doctor.mistake import Finding, finding, phrase
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial


def is_put_together(setup: SetUp) -> list[Finding]:
    subject = setup.first.subject
    places = [phrase("hidden-in", name=name) for name in subject.unregistered]
    hidden = [finding("structure.unregistered", place) for place in places]
    if subject.loss_softmaxes_again:
        hidden.append(finding("softmax-twice.loss", phrase("own-loss")))
    return [*hidden, *between_layers(setup.first)] if subject.activation else hidden


def between_layers(trial: Trial) -> list[Finding]:
    """An MLP that is affine has no activation; one that ends in one cannot answer below 0, say."""
    try:
        values = list(trial.values)
        x = values[0]

        def at(factor: float) -> np.ndarray:
            return trial.forward([factor * x, *values[1:]])[0].astype(float)

        outputs = [at(factor) for factor in (0.0, 1.0, 2.0, -3.0, 30.0, -30.0)]
    except Exception:
        return []
    zero, one, two, _, _, _ = outputs
    if np.allclose(two - zero, 2 * (one - zero), rtol=1e-9, atol=1e-12):
        return [finding("structure.no-activation", phrase("affine"))]
    low, high = ends_of(trial.subject.activation)
    everything = np.concatenate([y.ravel() for y in outputs])
    if everything.size >= 30 and everything.min() >= low and everything.max() <= high:
        words = phrase("all-outputs", low=f"{low:g}", high=f"{high:g}")
        return [finding("structure.activation-last", words)]
    return []


def ends_of(activation: str) -> tuple[float, float]:
    """The least and the largest value that an activation takes."""
    kind = kinds().get(activation)
    if kind is None:
        return -np.inf, np.inf
    y = kind.right.function({"x": np.array([[-1e4, 1e4]]), **kind.right.parameters})
    return float(y.min()), float(y.max())
