"""The table of a search: trials.csv, a line a training, and a line a setting for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from charmlp.config import spell
from charmlp.search.measured import Trial, Tried
from charmlp.search.plan import Plan
from charmlp.search.space import Values
from charmlp.text import cell

COLUMNS = ("seed", "purpose", "accuracy", "macro_f1", "loss", "epoch", "seconds", "failed")


def to_csv(plan: Plan, tried: Sequence[Tried], fresh: Sequence[Trial]) -> str:
    """A line a training, by setting and seed, those with fresh seeds last; the same search, the same lines.

    But for the seconds that each has taken.
    """
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["setting", *plan.names, *COLUMNS])
    values = {each.number: each.values for each in tried}
    searched = [(trial, "search") for each in tried for trial in each.trials]
    for trial, purpose in [*searched, *((trial, "again") for trial in fresh)]:
        settings = [spell(values[trial.setting][name]) for name in plan.names]
        lines.writerow([trial.setting, *settings, trial.seed, purpose, *figures(trial)])
    return text.getvalue()


def figures(trial: Trial) -> list[str]:
    """What a training has shown; a failed one has its reason."""
    found = ["", "", "", ""]
    if not trial.failed:
        found = [f"{each:.6g}" for each in (trial.accuracy, trial.macro_f1, trial.loss)] + [str(trial.epoch)]
    return [*found, f"{trial.seconds:.2f}", cell(trial.failed)]


def name_of(values: Values) -> str:
    """`momentum 0.9, lr 0.01`; the base alone is called that.

    >>> name_of({"momentum": 0.9, "hidden_size": (64, 32)})
    'momentum 0.9, hidden_size 64x32'
    """
    parts = [f"{name} {spell(value).replace(',', 'x')}" for name, value in values.items()]
    return ", ".join(parts) or "base"


def shown(figure: float, deviation: float | None, monitor: str) -> str:
    """`79.40 ± 0.52`: shares in percent, a loss as it is; ± is the standard deviation over seeds."""
    factor, digits = (1, 4) if monitor == "loss" else (100, 2)
    text = f"{factor * figure:.{digits}f}"
    return text if deviation is None else f"{text} ± {factor * deviation:.{digits}f}"
