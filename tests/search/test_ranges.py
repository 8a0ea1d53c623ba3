"""What Optuna may suggest, as a file has it, and what is wrong with it."""

from __future__ import annotations

import doctest

import pytest

from charmlp.config import RECIPES, override
from charmlp.errors import CharmlpError, UsageError
from charmlp.search import ranges
from charmlp.search.ranges import corners, read_space, usual_space
from charmlp.search.space import setting_of


def test_ranges_and_choices() -> None:
    text = 'lr = { low = 1e-4, high = 1, log = true }\nhsize = ["", [64, 32], 16]\naugment = [true, false]'
    space = read_space(text, "s.toml")
    assert space == {
        "lr": {"low": 1e-4, "high": 1.0, "log": True},
        "hidden_size": {"choices": ["", "64,32", "16"]},
        "augment": {"choices": ["on", "off"]},
    }
    tried = corners(space)
    assert tried[1] == {"lr": 1.0, "hidden_size": (), "augment": True} and len(tried) == 2 + 3 + 2


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=str)
def test_each_recipe_has_a_space_of_which_all_is_allowed(recipe: object) -> None:
    for values in corners(usual_space(recipe)):  # type: ignore[arg-type]
        setting_of(recipe, values, 1)  # type: ignore[arg-type]


def test_an_optimizer_without_a_space_of_its_own() -> None:
    with pytest.raises(UsageError, match="--optim_type adadelta give --space FILE; sgd and adamw need none"):
        usual_space(override(RECIPES["best"], {"optimizer": "adadelta"}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr =", "s.toml: is not TOML"),
        ("", "s.toml: no setting to try in it"),
        ("lrr = [1]", "s.toml: no setting is called 'lrr'; did you mean 'lr'?"),
        ("lr = [1]\nlearning_rate = [2]", "s.toml: lr is given twice"),
        ("lr = 1", "s.toml: lr: expected choices"),
        ("lr = []", "s.toml: lr: expected choices"),
        ("lr = [1, 1.0]", "s.toml: lr: a choice is given twice"),
        ("lr = [-1]", "s.toml: lr: expected a number above 0, not '-1'"),
        ("lr = { low = 1 }", "s.toml: lr: expected low and high"),
        ("lr = { low = 1, high = 2, step = 1 }", "s.toml: lr: expected low and high"),
        ("lr = { low = 2, high = 1 }", "s.toml: lr: low must be less than high"),
        ("momentum = { low = 0, high = 0.9, log = true }", "s.toml: momentum: low must be less than high"),
        ("augment = { low = 0, high = 1 }", "s.toml: augment: has no range"),
        ("seed = [1, 2]", "s.toml: seed is the same for all"),
    ],
)
def test_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(CharmlpError) as error:
        read_space(text, "s.toml")
    assert said in str(error.value)


def test_examples_in_docstrings() -> None:
    result = doctest.testmod(ranges)
    assert result.attempted and not result.failed
