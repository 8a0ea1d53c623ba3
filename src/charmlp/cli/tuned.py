"""What `charmlp tune` says: how far it is, the table, and whether the best is more than the luckiest."""

from __future__ import annotations

from collections.abc import Iterator

from charmlp.cli.compare import LEAST, UNBROKEN, aligned, wrapped, written
from charmlp.cli.notes import is_verbose
from charmlp.cli.progress import LineReporter
from charmlp.config import spell
from charmlp.evaluation.comparison import LEVEL
from charmlp.language import spoken, translated
from charmlp.search import Found
from charmlp.search.measured import Tried
from charmlp.search.page import page
from charmlp.search.searching import Standing
from charmlp.search.table import name_of, shown
from charmlp.text import printable

MOST_LINES = 25  # of progress
MOST_ROWS = 20  # of the table; trials.csv has all


def tell(reporter: LineReporter, standing: Standing, monitor: str) -> None:
    """How far it is: on a terminal a bar that moves, elsewhere some lines."""
    done, total = standing.done, standing.total
    best = "" if standing.best is None else f"best so far: {described(standing.best, monitor)}"
    reporter.progress("training", done, total)
    if done % max(1, total // MOST_LINES) == 0 or done == total or is_verbose():
        reporter.message(
            f"{done:,} of {total:,} settings  {best}".rstrip()
            if standing.of_settings
            else f"{done:,} of {total:,} trainings  {best}".rstrip()
        )
    if standing.trial.failed and not standing.trial.pruned:
        reporter.message(
            f"{name_of(standing.values)}, seed {standing.trial.seed}: failed: {standing.trial.failed}"
        )


def described(tried: Tried, monitor: str) -> str:
    """`momentum 0.95: 79.40 ± 0.52`."""
    return f"{name_of(tried.values)}: {figure_of(tried, monitor)}"


def figure_of(tried: Tried, monitor: str) -> str:
    return shown(tried.mean(monitor), tried.deviation(monitor), monitor)


def describe(found: Found) -> Iterator[str]:
    """The result as text: the table, the best first, and whether that is more than luck."""
    yield from aligned(table(found), left=1 + len(found.plan.names))
    yield from wrapped(*remarks(found))
    yield ""
    yield from wrapped(*verdict(found))


def table(found: Found) -> list[list[str]]:
    """A row a setting under the head: its place, its values, the mean of its figure, its seeds."""
    monitor = found.plan.base.monitor
    unit = "" if monitor == "loss" else ", %"
    rows = [["", *found.plan.names, translated(f"{monitor}{unit}"), translated("seeds")]]
    for place, each in enumerate(found.ranking[:MOST_ROWS], 1):
        rows.append([str(place), *values_of(each), figure_of(each, monitor), str(len(each.trials))])
    for each in [each for each in found.tried if each.failed][: MOST_ROWS - len(rows) + 1]:
        good = f"{len(each.trials) - len(each.failed)}/{len(each.trials)}"
        why = translated("pruned" if each.pruned else "failed")
        rows.append(["-", *values_of(each), why, good])
    return rows


def remarks(found: Found) -> Iterator[str]:
    """What the table leaves out."""
    if (more := len(found.tried) - len(table(found)) + 1) > 0:
        yield f"and {more:,} more settings, in trials.csv"
    if first := next((each for each in found.tried if each.failed and not each.pruned), None):
        yield f"failed, {name_of(first.values)}: {first.failed[0].failed}"


def as_page(found: Found) -> str:
    """The same as a page, with the picture, and the command that trains the best."""
    return page(
        translated("Which setting is best"),
        spoken(),
        [translated(line).replace(UNBROKEN, " ") for line in (*verdict(found), *remarks(found))],
        table(found),
        found.files["picture"].read_bytes(),
        f"charmlp train {found.plan.given['data'] or ''} --config {found.files['settings']}",
    )


def values_of(tried: Tried) -> list[str]:
    return [printable(spell(value)) for value in tried.values.values()]


def verdict(found: Found) -> Iterator[str]:
    """Which setting is best, and how sure that is, in plain words."""
    choice, monitor = found.choice, found.plan.base.monitor
    best, other, pair = choice.best, choice.other, choice.pair
    if other is None:
        yield f"{name_of(best.values)}: nothing else trained well, so there was nothing to choose."
        return
    fresh = len(best.trials)
    yield (
        f"The two best, trained again with {fresh} fresh seeds each, since the best of many is partly the "
        "luckiest:"
    )
    for each in (best, other):
        if not each.failed:
            yield f"{name_of(each.values)}: {figure_of(each, monitor)}"
    if pair is None:
        yield f"{name_of(other.values)} failed: {other.failed[0].failed}"
        return
    p = f"p {'' if pair.p < LEAST else '= '}{written(pair.p)}".replace(" ", UNBROKEN)
    if choice.told_apart:
        yield (
            f"On the same {found.images:,} validation images {name_of(best.values)} is better, by "
            f"{100 * pair.difference:.1f} points of accuracy ({p})."
        )
    elif pair.p < LEVEL:
        yield (
            f"The search preferred {name_of(other.values)}, fresh seeds prefer {name_of(best.values)} ({p}): "
            "the latter is taken, but more seeds are needed to tell the two apart."
        )
    else:
        yield (
            f"On the same {found.images:,} validation images the two cannot be told apart ({p}). A true "
            f"difference of {100 * pair.detectable:.1f} points would be shown four times in five."
        )
