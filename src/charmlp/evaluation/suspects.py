"""Labels that look wrong: confident learning, on probabilities of a net that has not seen the letter.

C. G. Northcutt, L. Jiang, I. L. Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels",
Journal of Artificial Intelligence Research 70, section 3. With p the probabilities N×K, ỹ the labels:

    self-confidence    p(n) = pₙ at ỹₙ, what the net thinks of the label
    threshold          t_j = (Σ_{n: ỹₙ=j} p(n) + m t̄) / (N_j + m),  t̄ = mean p(n)
    confident joint    C_ij = number of n with ỹₙ = i whose largest pₙⱼ ≥ t_j is that of j
    number of errors   E = Σ_i N_i (1 − C_ii / Σ_j C_ij)
    suspects           of the letters that are read as another one, the 2 E of the least self-confidence

m = 0 are the paper's thresholds. A class of three letters, one of them mislabelled, then has a threshold that
many others pass; so m = 5 letters of the usual confidence are added to each class. Twice as many are listed
as are expected, because to look at one costs less than to miss one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

PRIOR = 5.0
LISTED = 2  # suspects for each label that is expected to be wrong
WITNESS = 0.8  # of the letters: a net that reads fewer of them right says little about labels


@dataclass(frozen=True)
class Suspects:
    """Labels that look wrong, the most suspicious first.

    index          int64, M: which of the N letters
    guess          int64, M: the class that they are read as
    confidence     float, M: the probability of their label
    probability    float, M: that of the guess
    expected       how many labels are wrong, as estimated: about half as many as suspects
    checked        how many of the N letters were looked at
    right          share of these that are read as labelled
    """

    index: NDArray[np.int64]
    guess: NDArray[np.int64]
    confidence: NDArray[np.float64]
    probability: NDArray[np.float64]
    expected: float
    checked: int
    right: float

    @property
    def could_judge(self) -> bool:
        """Whether the net is a witness: it reads 80 % of the letters right. Else there are no suspects."""
        return self.right >= WITNESS

    def __len__(self) -> int:
        return len(self.index)

    def __repr__(self) -> str:
        return f"Suspects({len(self):,} of {self.checked:,}, {self.right:.1%} read as labelled)"


def find_suspects(
    probabilities: Array, labels: Array, checked: Array | None = None, prior: float = PRIOR
) -> Suspects:
    """The labels that look wrong, of N letters with probabilities N×K.

    The probabilities must come from a net that was not trained on the letter. `checked`, bool N, says which
    letters take part (default: all): leave out those whose class the net has never seen.
    """
    numbers = np.arange(len(labels)) if checked is None else np.flatnonzero(checked)
    if not len(numbers):
        nothing = np.empty(0, np.int64)
        return Suspects(nothing, nothing, np.empty(0), np.empty(0), 0.0, 0, 0.0)
    p, own = probabilities[numbers].astype(np.float64), labels[numbers]
    guesses, confidence = p.argmax(axis=1), p[np.arange(len(p)), own]
    right, expected = float((guesses == own).mean()), 0.0
    if right >= WITNESS:
        expected = number_of_errors(confident_joint(p, own, prior), own)
    misread = np.flatnonzero(guesses != own)
    order = misread[np.argsort(confidence[misread], kind="stable")]
    chosen = order[: round(LISTED * expected)]
    others = guesses[chosen]
    return Suspects(numbers[chosen], others, confidence[chosen], p[chosen, others], expected, len(p), right)


def thresholds(probabilities: Array, labels: Array, prior: float = PRIOR) -> NDArray[np.float64]:
    """t, K: how sure a letter must be of class j to be counted as one; above 1 where no label is j."""
    n_classes = probabilities.shape[1]
    confidence = probabilities[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=n_classes)
    sums = np.bincount(labels, confidence, minlength=n_classes)
    found: NDArray[np.float64] = np.full(n_classes, 2.0)
    there = counts > 0
    found[there] = (sums[there] + prior * confidence.mean()) / (counts[there] + prior)
    return found


def confident_joint(probabilities: Array, labels: Array, prior: float = PRIOR) -> NDArray[np.int64]:
    """C, K×K: rows are labels, columns what the letters confidently are; each class keeps one of its own."""
    n_classes = probabilities.shape[1]
    passes = probabilities >= thresholds(probabilities, labels, prior) - 1e-6
    counted = passes.any(axis=1)
    guesses = np.where(passes, probabilities, -1.0).argmax(axis=1)
    pairs = labels[counted] * n_classes + guesses[counted]
    joint = np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    return joint


def number_of_errors(joint: Array, labels: Array) -> float:
    """How many of the labels are wrong, as the joint has it: Σ_i N_i (1 − C_ii / Σ_j C_ij)."""
    counts = np.bincount(labels, minlength=len(joint))
    return float((counts * (1 - joint.diagonal() / joint.sum(axis=1))).sum())
