"""Letters are prepared once and fitted as often as wanted."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from charmlp import calculus
from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError, UsageError
from charmlp.images import to_inputs
from charmlp.images.variants import variant
from charmlp.letters.letterset import LetterSet
from charmlp.metrics import fit_temperature
from charmlp.training import fit as fit_module
from charmlp.training.callbacks import Callback
from charmlp.training.fit import fit, validation_temperature
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


class Listener(Callback):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def message(self, line: str) -> None:
        self.lines.append(line)


def test_a_net_that_has_not_learned_its_letters_is_told_with_what_was_changed() -> None:
    """Letters of noise, learned by heart or, with a weight decay as strong as that, not at all."""
    config = dataclasses.replace(
        CONFIG, epochs=300, optimizer="adam", hidden_size=(64,), synth_ratio=0.0, dropout=0.0, keep="last"
    )
    told = {}
    for decay in (0.0, 1.0):
        fit(dataclasses.replace(config, weight_decay=decay), PREPARED, callbacks=(listener := Listener()))
        told[decay] = [line for line in listener.lines if line.startswith("underfitted: ")]
    assert told[0.0] == [] and len(told[1.0]) == 1
    assert "--optim_type adam" in told[1.0][0] and "--weight_decay 1.0" in told[1.0][0]


class TestTemperature:
    """Fitted to the validation letters, after training and without touching it."""

    def test_it_is_that_of_the_kept_epochs_logits(self) -> None:
        found, validation = fit(CONFIG, PREPARED), PREPARED.validation
        assert validation is not None
        inputs = to_inputs(validation.images, CONFIG.preprocessing)
        logits = calculus.mlp(inputs, found.parameters.weights, found.parameters.biases, CONFIG.act_type)
        assert found.scores is not None
        assert (logits.argmax(axis=1) == validation.labels).mean() == found.scores.accuracy
        assert found.temperature == fit_temperature(logits, validation.labels) != 1

    def test_without_validation_letters_there_is_none(self) -> None:
        assert fit(CONFIG, dataclasses.replace(PREPARED, validation=None)).temperature == 1

    def test_the_weights_do_not_depend_on_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with_it = fit(CONFIG, PREPARED)
        monkeypatch.setattr(fit_module, "fit_temperature", lambda *_: 7.0)
        without = fit(CONFIG, PREPARED)
        assert (with_it.temperature == 7, without.temperature) == (False, 7.0)
        assert np.array_equal(with_it.parameters.flat, without.parameters.flat)

    def test_where_training_changes_letters_several_versions_are_read(self) -> None:
        validation = letters(20, 2)
        parameters = fit(CONFIG, PREPARED).parameters
        plain, changed = (
            validation_temperature(dataclasses.replace(CONFIG, augment=augment), parameters, validation)
            for augment in (False, True)
        )
        read = []
        for number in range(8):
            inputs = to_inputs(variant(validation.images, number), CONFIG.preprocessing)
            read.append(calculus.mlp(inputs, parameters.weights, parameters.biases, CONFIG.act_type))
        assert changed == fit_temperature(np.concatenate(read), np.tile(validation.labels, 8)) != plain
