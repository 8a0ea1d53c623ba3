"""Settings as TOML: `config.toml` in a run folder holds them, and is read back."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

from charmlp.config.recipes import RECIPES
from charmlp.config.rules import one_of
from charmlp.config.settings import TrainingConfig, fitted, flag_of, settings
from charmlp.errors import CharmlpError, UsageError
from charmlp.text import did_you_mean, shown_value


def to_toml(config: TrainingConfig) -> str:
    """The settings as TOML, one line each; JSON's strings, numbers and arrays are TOML's too."""
    values = {"recipe": config.recipe, **dataclasses.asdict(config)}  # it comes first: a run is known by it
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())


def from_toml(text: str, name: str = "config.toml", recipe: str = "best") -> TrainingConfig:
    """The settings that `to_toml` wrote, or some of them: the others are those of the entry `recipe`.

    `recipe` is for a text without that entry. Raises `CharmlpError` that says where in the file called
    `name` what is wrong.
    """
    entries = read_toml(text, name)
    recipe = entries.pop("recipe", recipe)
    if not isinstance(recipe, str) or recipe not in RECIPES:
        raise CharmlpError(f"{name}: recipe: {one_of(*RECIPES).misfit(recipe)}")
    fields = {field.name: field for field in settings()}
    if unknown := [entry for entry in entries if entry not in fields]:
        hint = did_you_mean(unknown[0], fields)
        raise CharmlpError(f"{name}: no setting is called {', '.join(map(shown_value, unknown))}{hint}")
    values = {entry: value_of(fields[entry], value, name) for entry, value in entries.items()}
    if "epochs" in values:  # where both are given, as in a run folder, `updates` has settled the epochs
        values.setdefault("updates", 0)
    return dataclasses.replace(RECIPES[recipe], **values)


def read_toml(text: str, name: str) -> dict[str, Any]:
    """The entries of a TOML text; raises `CharmlpError` with the line where it is none."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError: or a number of thousands of digits
        reason = "brackets in brackets" if isinstance(error, RecursionError) else error
        raise CharmlpError(f"{name}: is not TOML: {reason}") from None


def value_of(field: dataclasses.Field[Any], value: Any, name: str) -> Any:
    """A setting's value from TOML, in the setting's own type; raises `CharmlpError` naming the entry."""
    try:
        return fitted(field, value)
    except UsageError as error:
        reason = str(error).partition(":")[2]
        raise CharmlpError(f"{name}: {field.name} ({flag_of(field)}):{reason}") from None
