"""Labels that look wrong: beside cleanlab's answers, a case worked by hand, and controls."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.evaluation.suspects import confident_joint, find_suspects, number_of_errors, thresholds

# cleanlab 2.9.0 on `synthetic()`, by
#   compute_confident_joint(labels, p, calibrate=False)
#   num_label_issues(labels, p, estimation_method="off_diagonal_calibrated")
#   find_label_issues(labels, p, filter_by="confident_learning", return_indices_ranked_by="self_confidence")
JOINT = [[16, 0, 2, 0], [0, 21, 2, 2], [2, 0, 20, 0], [1, 1, 2, 18]]
NUMBER = 17
FOUND = [71, 106, 22, 35, 67, 107, 62, 44, 105, 10, 80, 48]


def synthetic() -> tuple[NDArray[np.float64], NDArray[np.int64], list[int]]:
    """Probabilities of 120 letters in 4 classes, their labels, and which 12 of these are wrong."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 4, 120)
    labels, wrong = truth.copy(), rng.choice(120, 12, replace=False)
    labels[wrong] = (labels[wrong] + rng.integers(1, 4, 12)) % 4
    logits = rng.normal(0, 1, (120, 4))
    logits[np.arange(120), truth] += 2.5
    p = np.exp(logits)
    p = (p / p.sum(axis=1, keepdims=True)).round(3)
    return p / p.sum(axis=1, keepdims=True), labels, sorted(wrong.tolist())


def test_the_joint_and_the_number_are_cleanlabs() -> None:
    p, labels, _ = synthetic()
    joint = confident_joint(p, labels, prior=0)
    assert joint.tolist() == JOINT
    assert round(number_of_errors(joint, labels)) == NUMBER


def test_the_suspects_are_cleanlabs_in_its_order() -> None:
    """Ours are more, by the number; those that cleanlab's filter keeps stand in the same order."""
    p, labels, wrong = synthetic()
    found = find_suspects(p, labels, prior=0).index.tolist()
    assert [number for number in found if number in FOUND] == FOUND
    assert len(set(found) & set(wrong)) == 11  # of 12


def test_cleanlab_itself_where_it_is_installed() -> None:
    count = pytest.importorskip("cleanlab.count", reason="cleanlab is only an oracle; this system has none")
    p, labels, _ = synthetic()
    assert count.compute_confident_joint(labels, p, calibrate=False).tolist() == JOINT


def test_worked_by_hand() -> None:
    """Two classes, three letters each; the third is labelled 0 and read as 1.

    t₀ = (0.9 + 0.8 + 0.1)/3 = 0.6, t₁ = (0.9 + 0.8 + 0.7)/3 = 0.8. Of class 0 two are counted as 0 and one
    as 1; of class 1 two as 1, and 0.7 is counted nowhere. E = 3 · 1/3 + 3 · 0 = 1.
    """
    first = np.array([0.9, 0.8, 0.1, 0.1, 0.2, 0.3])
    p, labels = np.stack([first, 1 - first], axis=1), np.array([0, 0, 0, 1, 1, 1])
    assert thresholds(p, labels, prior=0) == pytest.approx([0.6, 0.8])
    joint = confident_joint(p, labels, prior=0)
    assert joint.tolist() == [[2, 1], [0, 2]]
    assert number_of_errors(joint, labels) == pytest.approx(1)
    found = find_suspects(p, labels, prior=0)
    assert found.index.tolist() == [2] and found.guess.tolist() == [1]
    assert found.confidence == pytest.approx([0.1]) and found.probability == pytest.approx([0.9])
    assert found.expected == pytest.approx(1) and found.right == pytest.approx(5 / 6)


def test_small_classes_borrow_confidence() -> None:
    """One letter of class 2, read as 0 at 0.9: alone its threshold is 0.05, which every letter passes."""
    p = np.array([[0.9, 0.05, 0.05]] * 10 + [[0.05, 0.9, 0.05]] * 10 + [[0.9, 0.05, 0.05]])
    labels = np.array([0] * 10 + [1] * 10 + [2])
    assert thresholds(p, labels, prior=0)[2] == pytest.approx(0.05)
    mean = (20 * 0.9 + 0.05) / 21
    assert thresholds(p, labels)[2] == pytest.approx((0.05 + 5 * mean) / 6)
    assert find_suspects(p, labels).index.tolist() == [20]


def test_right_labels_are_not_suspected() -> None:
    p, labels, wrong = synthetic()
    good = np.ones(120, bool)
    good[wrong] = False
    clean = find_suspects(p, labels, good)
    assert clean.checked == 108
    assert not set(clean.index.tolist()) & set(wrong)  # they were not looked at
    assert clean.expected < find_suspects(p, labels).expected / 2
    sure = np.eye(4)[labels] * 0.96 + 0.01
    assert len(find_suspects(sure, labels)) == 0


def test_a_net_that_cannot_read_is_no_witness() -> None:
    p, labels, _ = synthetic()
    shifted = find_suspects(np.roll(p, 1, axis=1), labels)
    assert len(shifted) == 0 and not shifted.could_judge and shifted.right < 0.2
    assert find_suspects(p, labels).could_judge


def test_nothing_to_look_at() -> None:
    nothing = find_suspects(np.empty((0, 3)), np.empty(0, np.int64))
    assert len(nothing) == 0 and nothing.checked == 0
    assert "Suspects(0 of 0" in repr(nothing)
