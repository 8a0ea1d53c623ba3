"""The number of cores changes no bit: neither our threads do, nor those of BLAS."""

from __future__ import annotations

import dataclasses
from contextlib import nullcontext

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from charmlp.config import BEST
from charmlp.letters.letterset import LetterSet
from charmlp.system import threads
from charmlp.training import trainer as trainer_module
from charmlp.training.feed import Pictures
from charmlp.training.order import Order
from charmlp.training.steps.analytic import AnalyticStep
from charmlp.training.steps.parameters import Parameters
from charmlp.training.trainer import Trainer

SIZES = {
    "28×28": {"norm_size": (28, 28)},
    "700-333": {"hidden_size": (700, 333)},
    "batch 1024": {"batch_size": 1024},
    "small net, large batch": {"hidden_size": (40,), "batch_size": 2048},
}


def trained(cores: int, options: dict[str, object]) -> tuple[bytes, float]:
    """The parameters after an epoch of two updates, and their loss on the validation letters."""
    config = dataclasses.replace(BEST, **{**options, "epochs": 1, "updates": 0})  # type: ignore[arg-type]
    rng, (height, width) = np.random.default_rng(0), config.norm_size
    count = config.batch_size + config.batch_size // 2

    def letters(n: int) -> LetterSet:
        images = rng.integers(0, 256, (n, height, width), np.uint8)
        return LetterSet(images, rng.integers(0, 26, n), tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), ("",) * n)

    learned, watched = letters(count), letters(300)
    with pytest.MonkeyPatch.context() as patch, threadpool_limits(cores, user_api="blas"):
        patch.setattr(threads, "cores", lambda: cores)
        training = Trainer(
            config,
            Order(config, 26, learned.labels),
            Pictures(config.preprocessing, learned),
            Pictures(config.preprocessing, watched),
        )
        training.run()
    scores = training.history[0].validation
    assert scores is not None
    return training.step.averaged().flat.tobytes(), scores.loss


@pytest.mark.parametrize("options", SIZES.values(), ids=SIZES)
def test_the_same_bits_on_one_core_and_on_two(options: dict[str, object]) -> None:
    assert trained(1, options) == trained(2, options)


def test_two_cores_have_alike_of_the_weights_of_best() -> None:
    step = AnalyticStep(BEST, Parameters((1024, *BEST.hidden_size, 26)))
    cores = [0, 0]
    for units in step.units:  # whoever is free takes the next
        cores[cores.index(min(cores))] += units.weights.size
    assert max(cores) < 1.05 * min(cores)


def test_threads_of_blas_would_change_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: that is what the test above can see."""
    if not any(library["internal_api"] == "openblas" for library in threadpool_info()):
        pytest.skip("this system has no OpenBLAS")
    monkeypatch.setattr(trainer_module, "threadpool_limits", lambda *_, **__: nullcontext())
    assert any(trained(1, options) != trained(2, options) for options in SIZES.values())
