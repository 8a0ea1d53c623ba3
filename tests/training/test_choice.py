"""Which step is chosen."""

from __future__ import annotations

import dataclasses

import pytest

from charmlp.config import RECIPES, SLIDES
from charmlp.errors import UsageError
from charmlp.training.steps import check_step, choose_step

SMALL, LARGE = (1024, 32, 26), (1024, 2048, 2048, 26)


def test_a_flag_decides() -> None:
    for step in ("analytic", "autograd", "compiled"):
        config = dataclasses.replace(SLIDES, step=step)
        assert choose_step(config, SMALL, 10**9) == (step, f"--step {step}")


def test_a_gpu_needs_torch() -> None:
    assert choose_step(dataclasses.replace(SLIDES, device="cuda"), SMALL, 10)[0] == "autograd"
    with pytest.raises(UsageError, match="--step compiled runs on the processor"):
        check_step(dataclasses.replace(SLIDES, device="cuda", step="compiled"))


def test_compiling_must_pay() -> None:
    assert choose_step(SLIDES, SMALL, 7_500)[0] == "analytic"
    name, why = choose_step(SLIDES, SMALL, 750_000)
    assert name == "compiled" and "750,000 updates" in why


def test_large_products_are_blass() -> None:
    config = dataclasses.replace(RECIPES["best"], batch_size=512)
    assert choose_step(config, LARGE, 10**6) == ("analytic", "large matrix products")
