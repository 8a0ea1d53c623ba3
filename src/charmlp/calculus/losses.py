"""Softmax, cross entropy of a class and of labels each for itself, squared error."""

import numpy as np

from charmlp.calculus.activations import sigmoid
from charmlp.calculus.elements import Array


def exponentials(
    logits: Array, shifted: Array | None = None, out: Array | None = None, total: Array | None = None
) -> tuple[Array, Array, Array]:
    """z − m, exp(z − m) and Σⱼ exp(zⱼ − m) of each row, with m = maxⱼ zⱼ: N×K, N×K and N×1.

    The shift by m changes no quotient of exponentials, and no exponential overflows: the largest is 1
    (docs/derivations/stability.md). The three arguments are arrays for the results.
    """
    shifted = np.subtract(logits, np.maximum.reduce(logits, axis=1, keepdims=True), out=shifted)
    out = np.exp(shifted, out=out)
    return shifted, out, np.add.reduce(out, axis=1, keepdims=True, out=total)


def softmax(logits: Array) -> Array:
    """qₙₖ = exp(zₙₖ) / Σⱼ exp(zₙⱼ), shifted so that nothing overflows (docs/derivations/stability.md)."""
    _, powers, total = exponentials(logits)
    return powers / total


def log_softmax(logits: Array) -> Array:
    """log qₙₖ = zₙₖ − m − log Σⱼ exp(zₙⱼ − m), without a logarithm of 0 (docs/derivations/stability.md)."""
    shifted, _, total = exponentials(logits)
    return shifted - np.log(total)


def class_targets(
    labels: Array, n_classes: int, label_smoothing: float = 0.0, class_weights: Array | None = None
) -> Array:
    """t = w ∘ ((1 − ε) onehot(label) + ε/K), N×K float64.

    ε smooths the labels (Szegedy et al. 2016, section 7, arXiv:1512.00567); w are weights of the K classes.
    """
    targets = np.full((len(labels), n_classes), label_smoothing / n_classes)
    targets[np.arange(len(labels)), labels] += 1 - label_smoothing
    return targets if class_weights is None else targets * class_weights


def cross_entropy(logits: Array, targets: Array, total: float) -> float:
    """L = −(1/S) Σₙₖ tₙₖ log qₙₖ with q = softmax(z); logits z and targets t: N×K.

    `total` S is N for the mean over the batch, or the sum of the labels' weights where classes are
    weighted: PyTorch's definition (docs/derivations/softmax-cross-entropy.md).
    """
    return -float(np.vdot(targets, log_softmax(logits))) / total


def cross_entropy_backward(logits: Array, targets: Array, total: float) -> Array:
    """∂L/∂zₙₖ = (qₙₖ Σⱼ tₙⱼ − tₙₖ) / S; where rows of t sum to 1 and S = N this is (q − y*) / N.

    Derivation: docs/derivations/softmax-cross-entropy.md.
    """
    scaled = targets / total
    _, powers, normal = exponentials(logits)
    return logits_gradient(powers, normal, scaled, scaled.sum(axis=1, keepdims=True))


def logits_gradient(powers: Array, normal: Array, targets: Array, row_sums: Array) -> Array:
    """∂L/∂z = q Σⱼ tⱼ − t with q = powers / normal (`exponentials`), in the memory of `powers`.

    targets  t, divided by S already; row_sums Σⱼ tⱼ
    """
    powers *= row_sums / normal
    powers -= targets
    return powers


def label_targets(labels: Array, label_smoothing: float = 0.0) -> Array:
    """t = (1 − ε) y + ε/2 where each of K labels is given (y = 1) or not (0) for itself, N×K float64."""
    return labels * (1 - label_smoothing) + label_smoothing / 2


def label_losses(logits: Array, targets: Array, row_weights: Array) -> Array:
    """−Σₖ (tₙₖ log qₙₖ + (wₙ − tₙₖ) log(1 − qₙₖ)) = Σₖ (wₙ log(1 + exp zₙₖ) − tₙₖ zₙₖ) with q = σ(z), N.

    A sigmoid is the softmax of 0 and z, so that this is the cross-entropy of K choices between two.

    targets  t, times the example's weight already; row_weights wₙ: N×1
    """
    losses: Array = (row_weights * np.logaddexp(0, logits) - targets * logits).sum(1, dtype=np.float64)
    return losses


def label_gradient(logits: Array, targets: Array, row_weights: Array) -> Array:
    """∂L/∂zₙₖ = wₙ σ(zₙₖ) − tₙₖ of the sum of `label_losses`."""
    return row_weights * sigmoid(logits, logits.dtype.type) - targets


def squared_error(prediction: Array, target: Array) -> float:
    """L = (1/M) Σᵢ (yᵢ − y*ᵢ)² over all M elements (docs/derivations/squared-error.md)."""
    return float(np.mean((prediction - target) ** 2))


def squared_error_backward(prediction: Array, target: Array) -> Array:
    """∂L/∂y = 2 (y − y*) / M (docs/derivations/squared-error.md)."""
    return 2 * (prediction - target) / prediction.size
