"""Letters are prepared once and fitted as often as wanted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError, UsageError
from charmlp.letters.letterset import LetterSet
from charmlp.training.callbacks import Callback
from charmlp.training.fit import fit
from charmlp.training.prepare import Prepared
from charmlp.training.state import Epoch, TrainingState
from charmlp.training.trainer import Trainer

CONFIG = TrainingConfig(
    hidden_size=(6,), norm_size=(4, 4), batch_size=8, epochs=4, val_interval=1, lr=1e-2, synth_ratio=0.5,
    dropout=0.2, keep="best",
)  # fmt: skip


def letters(n: int, seed: int) -> LetterSet:
    rng = np.random.default_rng(seed)
    return LetterSet(
        rng.integers(0, 256, (n, 4, 4), np.uint8), rng.integers(0, 3, n), tuple("ABC"), ("",) * n
    )


PREPARED = Prepared(letters(40, 1), letters(20, 2), letters(30, 3), "0123456789abcdef")


class Keeper(Callback):
    """Copies the state after an epoch."""

    def __init__(self) -> None:
        self.state: TrainingState | None = None

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        if epoch.epoch == 2:
            arrays, facts = training.state().pack()
            self.state = TrainingState.unpack({k: v.copy() for k, v in arrays.items()}, facts)


def test_what_is_prepared_is_fitted_again_and_again() -> None:
    before = [
        each.images.copy() for each in (PREPARED.training, PREPARED.validation, PREPARED.rendered) if each
    ]
    first, other, again = (
        fit(dataclasses.replace(CONFIG, **options), PREPARED) for options in ({}, {"lr": 1e-3, "seed": 5}, {})
    )
    assert np.array_equal(first.parameters.flat, again.parameters.flat)
    assert not np.array_equal(first.parameters.flat, other.parameters.flat)
    after = [each.images for each in (PREPARED.training, PREPARED.validation, PREPARED.rendered) if each]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_fit_goes_on_from_a_state() -> None:
    whole = fit(CONFIG, PREPARED, callbacks=(keeper := Keeper()))
    assert keeper.state is not None and keeper.state.updates == 2 * 8
    going_on = fit(CONFIG, PREPARED, state=keeper.state)
    assert np.array_equal(going_on.parameters.flat, whole.parameters.flat)
    assert (going_on.kept_epoch, going_on.scores) != (0, None)
    assert [epoch.loss for epoch in going_on.history] == [epoch.loss for epoch in whole.history]


def test_the_scores_are_those_of_the_kept_epoch() -> None:
    found = fit(CONFIG, PREPARED)
    assert found.scores is not None and found.kept.validation is not None
    assert found.kept.validation.accuracy == found.scores.accuracy
    assert found.scores.support.sum() == 20
    alone = fit(CONFIG, dataclasses.replace(PREPARED, validation=None))
    assert alone.scores is None and alone.kept_epoch == 4


def test_letters_of_another_size_are_refused() -> None:
    with pytest.raises(UsageError, match="--norm_size"):
        fit(dataclasses.replace(CONFIG, norm_size=(5, 4)), PREPARED)


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adamw"])
@pytest.mark.parametrize("lr", [1e5, 1e9, 1e12, 1e20, 1e38, 1e300])
def test_a_training_that_runs_away_is_told_in_words_alone(optimizer: str, lr: float) -> None:
    """Warnings are errors here, of NumPy as well."""
    for epochs, clip_norm in ((1, 0.0), (3, 1.0)):
        config = dataclasses.replace(
            CONFIG, optimizer=optimizer, lr=lr, epochs=epochs, clip_norm=clip_norm, hidden_size=(8, 8),
            act_type="silu", weight_decay=0.1, momentum=0.9,
        )  # fmt: skip
        try:
            fit(config, PREPARED)
        except CharmlpError as error:
            assert "training diverges; lower --lr" in str(error)


def test_what_makes_it_run_away_is_named() -> None:
    with pytest.raises(
        CharmlpError, match=r"lower --lr \(now 0.01\) and --weight_decay \(now 1e\+30\) or set --clip"
    ):
        fit(dataclasses.replace(CONFIG, weight_decay=1e30), PREPARED)
