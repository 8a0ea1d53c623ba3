"""What a run can be told, and what is allowed.

rules.py     what a value may be          settings.py  every setting, its rule, its flag
view.py      what of a picture is seen    recipes.py   settings that go together
toml.py      settings as a file
"""

from charmlp.config.recipes import BEST, RECIPES, SLIDES, changed, changes, find_recipe, override
from charmlp.config.rules import (
    MAX_LAYERS,
    MAX_NORM_SIZE,
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    PERCENT,
    PROBABILITY,
    SEED,
    Rule,
    one_of,
    whole,
)
from charmlp.config.settings import (
    MONITORS,
    OPTIMIZERS,
    OTHER_NAMES,
    PREPROCESSINGS,
    STEPS,
    STYLES,
    Reading,
    TrainingConfig,
    flag_of,
    parse_setting,
    resolve_hidden_size,
    settings,
    spell,
)
from charmlp.config.toml import from_toml, to_toml
from charmlp.config.view import CROPS, DEFAULT_VIEW, GROUNDS, View

__all__ = [
    "BEST", "CROPS", "DEFAULT_VIEW", "GROUNDS", "MAX_LAYERS", "MAX_NORM_SIZE", "MAX_TEMPERATURE",
    "MIN_TEMPERATURE", "MONITORS", "OPTIMIZERS", "OTHER_NAMES", "PERCENT", "PREPROCESSINGS", "PROBABILITY",
    "RECIPES", "SEED", "SLIDES", "STEPS", "STYLES", "Reading", "Rule", "TrainingConfig", "View", "changed",
    "changes", "find_recipe", "flag_of", "from_toml", "one_of", "override",
    "parse_setting", "resolve_hidden_size", "settings", "spell", "to_toml", "whole",
]  # fmt: skip
