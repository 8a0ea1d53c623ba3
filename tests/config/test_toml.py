"""Settings as TOML: written and read back, and refused by file and entry."""

from __future__ import annotations

import dataclasses
import sys

import pytest

from charmlp.config import RECIPES, from_toml, to_toml
from charmlp.errors import CharmlpError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.mark.parametrize("recipe", RECIPES)
def test_settings_are_written_as_toml(recipe: str) -> None:
    read = tomllib.loads(to_toml(RECIPES[recipe]))
    assert tuple(read["hidden_size"]) == RECIPES[recipe].hidden_size
    assert read["lr"] == RECIPES[recipe].lr
    assert read["augment"] is RECIPES[recipe].augment


@pytest.mark.parametrize("recipe", RECIPES)
def test_settings_are_read_back(recipe: str) -> None:
    """Also where `updates` has settled the epochs, as in a run folder."""
    config = dataclasses.replace(
        RECIPES[recipe], epochs=17, updates=300, hidden_size=(), lr=1e-07, augment=True, seed=2**63 - 1
    )
    assert from_toml(to_toml(config)) == config


def test_what_a_text_leaves_out_is_its_recipes() -> None:
    assert from_toml("") == RECIPES["best"]
    assert from_toml("", recipe="slides") == RECIPES["slides"]
    assert from_toml('recipe = "slides"\nlr = 1', recipe="best") == dataclasses.replace(
        RECIPES["slides"], lr=1.0
    )
    best = from_toml("epochs = 5")  # displaces the updates of recipe best
    assert (best.epochs, best.updates, best.recipe) == (5, 0, "best")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lr = 1\nlr 2", r"is not TOML: .*line 2"),
        ("a = " + "[" * 5000, "is not TOML: "),
        ("colour = 1\n[table]\n", "no setting is called 'colour', 'table'"),
        ("recipe = 'finest'", "recipe: expected one of slides, best, hand, not 'finest'"),
        ("recipe = ['best']", "recipe: expected one of slides, best, hand"),
        ("lr = 'fast'", r"lr \(--lr\): expected a number above 0, not 'fast'"),
        ("lr = nan", r"lr \(--lr\): expected a number above 0, not nan"),
        ("lr = true", r"lr \(--lr\): expected a number above 0, not True"),
        ("epochs = 2.0", r"epochs \(--epoch\): expected a whole number, at least 1 .*, not 2.0"),
        ("epochs = true", r"epochs \(--epoch\): expected"),
        ("augment = 1", r"augment \(--augment\): expected on or off, not 1"),
        ("hidden_size = [32, 0]", r"hidden_size \(--hsize\): expected .*, not \[32, 0\]"),
        ("hidden_size = [32.5]", r"hidden_size \(--hsize\): expected"),
        ("hidden_size = true", r"hidden_size \(--hsize\): expected"),
        ("norm_size = [32]", r"norm_size \(--norm_size\): expected height,width"),
        ("seed = 9223372036854775808", r"seed \(--seed\): expected"),
        ("act_type = 1979-05-27", r"act_type \(--act\): expected one of"),
    ],
    ids=lambda value: value[:20],
)
def test_a_text_that_holds_no_settings_is_refused_by_file_and_entry(text: str, words: str) -> None:
    with pytest.raises(CharmlpError, match=f"^runs/a.toml: {words}"):
        from_toml(text, "runs/a.toml")
