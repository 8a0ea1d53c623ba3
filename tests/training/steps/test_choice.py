"""Which step is chosen."""

from __future__ import annotations

import dataclasses

import pytest

from charmlp.config import RECIPES, SLIDES
from charmlp.errors import UsageError
from charmlp.training.steps.choice import check_step, choose_step

SMALL, LARGE = (1024, 32, 26), (1024, 2048, 2048, 26)


def test_a_flag_decides() -> None:
    for step in ("analytic", "autograd", "compiled"):
        config = dataclasses.replace(SLIDES, step=step)
        assert choose_step(config, SMALL, 10**9) == (step, f"--step {step}")


def test_a_gpu_has_captured_graphs() -> None:
    config = dataclasses.replace(SLIDES, device="cuda:1")
    assert choose_step(config, SMALL, 10) == ("analytic", "on cuda:1 each update is one captured graph")
    assert choose_step(dataclasses.replace(config, step="autograd"), SMALL, 10)[0] == "autograd"


def test_the_compiled_step_has_no_gpu() -> None:
    with pytest.raises(UsageError, match="--step compiled runs on the processor; with --device cuda "):
        check_step(dataclasses.replace(SLIDES, device="cuda", step="compiled"))


@pytest.mark.parametrize("step", ["auto", "analytic", "autograd"])
def test_a_gpu_that_is_not_there(step: str) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this system has a GPU")
    with pytest.raises(UsageError, match="finds no CUDA GPU; use --device cpu"):
        check_step(dataclasses.replace(SLIDES, device="cuda", step=step))


def test_compiling_must_pay() -> None:
    assert choose_step(SLIDES, SMALL, 7_500)[0] == "analytic"
    name, why = choose_step(SLIDES, SMALL, 750_000)
    assert name == "compiled" and "750,000 updates" in why


def test_large_products_are_blass() -> None:
    config = dataclasses.replace(RECIPES["best"], batch_size=512)
    assert choose_step(config, LARGE, 10**6) == ("analytic", "large matrix products, on all cores")
