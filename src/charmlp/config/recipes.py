"""Recipes: settings that go together, and what a run changes in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from charmlp.config.rules import one_of
from charmlp.config.settings import TrainingConfig, flag_of, settings, spell
from charmlp.errors import UsageError

SLIDES = TrainingConfig()
BEST = TrainingConfig(  # chosen by validation accuracy on photographs: docs/accuracy.md
    recipe="best",
    hidden_size=(512, 256),
    norm_size=(24, 24),
    preprocessing="light_ink",
    updates=3400,
    batch_size=256,
    val_interval=1,
    optimizer="adamw",
    lr=3e-3,
    weight_decay=0.05,
    schedule="cosine",
    warmup=0.05,
    ema_decay=0.99,
    label_smoothing=0.1,
    augment=True,
    synth_ratio=0.75,
    keep="late",
)
HAND = dataclasses.replace(BEST, recipe="hand", synth_style="all")
RECIPES = {recipe.recipe: recipe for recipe in (SLIDES, BEST, HAND)}


def override(config: TrainingConfig, given: Mapping[str, Any]) -> TrainingConfig:
    """The settings with the given ones in place; `epochs` and `updates` displace each other.

    Raises `UsageError` for values that are not allowed, alone or together.
    """
    if given.get("epochs") and given.get("updates"):
        raise UsageError("--epoch and --updates: give one or the other")
    optimizer = given.get("optimizer", config.optimizer)
    if given.get("momentum") and optimizer != "sgd":
        raise UsageError(f"--momentum {given['momentum']:g}: --optim_type {optimizer} has no momentum")
    if "epochs" in given:
        given = {**given, "updates": 0}
    return dataclasses.replace(config, **given)


def find_recipe(name: str) -> TrainingConfig:
    """The recipe of that name; raises `UsageError`."""
    if name not in RECIPES:
        raise UsageError(f"--recipe: {one_of(*RECIPES).misfit(name)}")
    return RECIPES[name]


def changed(config: TrainingConfig) -> list[tuple[dataclasses.Field[Any], Any]]:
    """The settings that differ from the recipe, with their values."""
    recipe = RECIPES[config.recipe]
    return [
        (field, value)
        for field in settings()
        if (value := getattr(config, field.name)) != getattr(recipe, field.name)
        and not (field.name == "epochs" and config.updates)  # which settles them
    ]


def changes(config: TrainingConfig) -> list[str]:
    """What differs from the recipe, as flags: `--lr 0.01`."""
    return [f"{flag_of(field)} {spell(value)}" for field, value in changed(config)]
