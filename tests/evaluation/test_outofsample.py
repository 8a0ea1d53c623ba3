"""Nets that have not seen the letter: who learns from whom, and that wrong labels stand out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from charmlp.evaluation import outofsample
from charmlp.evaluation.outofsample import FOLDS, deal, out_of_sample
from charmlp.evaluation.suspects import find_suspects
from charmlp.letters.letterset import LetterSet
from charmlp.training.trainer import Trainer


def bars(count: int, seed: int = 0) -> LetterSet:
    """Bars in one of four places, one class each, of random lightness, in noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    images = rng.integers(0, 60, (count, 12, 12))
    for image, label in zip(images, labels, strict=True):
        image[3 * label : 3 * label + 3] += rng.integers(100, 190)
    return LetterSet(images.astype(np.uint8), labels, tuple("ABCD"), tuple(map(str, range(count))))


@pytest.fixture
def few_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outofsample, "UPDATES", 60)
    monkeypatch.setattr(outofsample, "SMALL_NET", replace(outofsample.SMALL_NET, augment=False))


def test_classes_are_spread_and_groups_stay_together() -> None:
    labels, groups = np.arange(100) % 4, np.arange(100)
    groups[50:60] = 3
    parts = deal(labels, groups, 0)
    assert len(set(parts[[3, *range(50, 60)]].tolist())) == 1
    alone = deal(labels, np.arange(100), 0)
    assert {(alone == part).sum() for part in range(FOLDS)} == {20}
    counts = [np.bincount(labels[alone == part], minlength=4).tolist() for part in range(FOLDS)]
    assert counts == [[5, 5, 5, 5]] * FOLDS
    assert deal(labels, np.arange(100), 1).tolist() != alone.tolist()


def test_wrong_labels_stand_out(few_updates: None) -> None:
    letters = bars(120)
    letters.labels[[7, 30, 77]] = [0, 0, 3]  # they are of the classes 3, 2 and 1
    told: list[tuple[int, int]] = []
    p, known = out_of_sample(letters, progress=lambda done, total: told.append((done, total)))
    assert known.all() and p.shape == (120, 4) and p.sum(axis=1) == pytest.approx(np.ones(120), abs=1e-4)
    found = find_suspects(p, letters.labels)
    assert set(found.index[:3].tolist()) == {7, 30, 77}
    assert found.guess[:3].tolist() == [
        dict(zip([7, 30, 77], [3, 2, 1], strict=True))[at] for at in found.index[:3].tolist()
    ]
    assert told[-1] == (FOLDS * 60, FOLDS * 60) and sorted(told) == told
    again, _ = out_of_sample(letters)
    assert np.array_equal(p, again)  # the same bits, whoever computed which part


def test_updates_of_nets_that_are_gone_still_count() -> None:
    """A trainer that is done may leave its place in memory, and so its identity, to the next one."""
    told: list[int] = []
    counting = outofsample.Counting(lambda done, total: told.append(done))
    one = SimpleNamespace(config=SimpleNamespace(seed=1), updates=60, total_updates=60)
    counting.updates_done(cast(Trainer, one))
    one.config.seed, one.updates = 2, 30
    counting.updates_done(cast(Trainer, one))
    assert told == [60, 90]


def test_right_labels_do_not(few_updates: None) -> None:
    letters = bars(120)
    p, _ = out_of_sample(letters)
    assert len(find_suspects(p, letters.labels)) <= 2


def test_a_letter_of_its_own_is_judged_by_nobody(few_updates: None) -> None:
    letters = bars(40)
    letters.labels[:] = np.minimum(letters.labels, 2)
    letters.labels[0] = 3
    _, known = out_of_sample(letters)
    assert np.flatnonzero(~known).tolist() == [0]


def test_twins_teach_nothing_about_each_other(few_updates: None) -> None:
    """All letters are one group: no net has others to learn from."""
    letters = bars(20)
    p, known = out_of_sample(letters, np.zeros(20, np.int64))
    assert not known.any() and not p.any()


def test_fewer_letters_than_parts(few_updates: None) -> None:
    p, known = out_of_sample(bars(1))
    assert not known.any() and p.shape == (1, 4)
