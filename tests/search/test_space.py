"""What is typed as a grid, and what is wrong with it."""

from __future__ import annotations

import doctest

import pytest

from charmlp.config import BEST, SLIDES
from charmlp.errors import UsageError
from charmlp.search import measured, space, table
from charmlp.search.space import cells, read_grid, setting_of


def test_a_grid_and_its_settings() -> None:
    grid = read_grid(["--learning-rate=0.1,1e-2", "hsize=,64,32x16", "augment=on,off"])
    assert grid == {"lr": [0.1, 0.01], "hidden_size": [(), (64,), (32, 16)], "augment": [True, False]}
    settings = cells(grid)
    assert len(settings) == 12
    assert settings[1] == {"lr": 0.1, "hidden_size": (), "augment": False}
    config = setting_of(BEST, {"epochs": 7}, 5)
    assert (config.epochs, config.updates, config.seed) == (7, 0, 5)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["momentum"], "--grid: expected NAME=V,V…"),
        (["momentun=0.9"], "--grid: no setting is called 'momentun'; did you mean 'momentum'?"),
        (["nothing=0.9"], "expected one of hidden_size, act_type"),
        (["momentum=0.9,high"], "--grid momentum: expected a number from 0 to less than 1, not 'high'"),
        (["momentum=0.9,"], "--grid momentum: expected a number from 0 to less than 1, not ''"),
        (["lr=1,1.0"], "--grid lr: 1.0 is given twice"),
        (["lr=1", "learning_rate=2"], "--grid: lr is given twice"),
        (["seed=1,2"], "--grid: seed is the same for all: --seeds K tries K of them"),
        (["monitor=loss"], "--grid: monitor is the same for all"),
        (["any_path=on"], "--grid: no setting is called 'any_path'"),
    ],
)
def test_what_is_wrong(texts: list[str], said: str) -> None:
    with pytest.raises(UsageError) as error:
        read_grid(texts)
    assert said in str(error.value)


def test_too_many_settings() -> None:
    values = ",".join(map(str, range(1, 201)))
    with pytest.raises(UsageError, match="40,000 settings; at most 10,000"):
        cells(read_grid([f"epochs={values}", f"batch_size={values}"]))


def test_values_that_do_not_go_together() -> None:
    with pytest.raises(UsageError, match="adam has no momentum"):
        setting_of(SLIDES, {"optimizer": "adam", "momentum": 0.5}, 1)


@pytest.mark.parametrize("module", [space, measured, table])
def test_examples_in_docstrings(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted and not result.failed
