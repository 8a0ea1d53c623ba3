"""What stands in the sections of the page: figures, tables and charts, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from charmlp.config import RECIPES, changes, flag_of, settings, spell
from charmlp.evaluation.leaks import Leaks
from charmlp.report.charts import Chart, Line
from charmlp.report.command import training_command, typed
from charmlp.report.contents import Contents
from charmlp.report.words import Words
from charmlp.text import printable

MOST_PAIRS, MOST_TWINS = 10, 48
MOST_CLASSES = 40  # of a confusion matrix; of more, the most confused
TARGETS = (0.9, 0.95, 0.98, 0.99)  # accuracies for which a threshold is looked for


def closest_twins(leaks: Leaks) -> Any:
    """Numbers of the letters with the closest near-twins, the closest first."""
    there = np.flatnonzero(leaks.twins.there)
    return there[np.argsort(-leaks.twins.likeness[there], kind="stable")][:MOST_TWINS]


def suspects(contents: Contents, say: Words) -> str:
    """What there is to say about labels that look wrong."""
    found = contents.suspects
    if found is None:
        return say("suspects.seen")
    if not found.could_judge:
        return say("suspects.unknown")
    return say("suspects.note" if len(found) else "suspects.none")


def leaks(contents: Contents, say: Words) -> str:
    """How many letters look almost like a training letter, and what that does to the accuracy."""
    found = contents.leaks
    if found is None:
        why = contents.no_leaks
        return say("leaks.unknown", reason=say(why) if why.startswith("leaks.") else why)
    if not len(found):
        return say("leaks.none")
    seen, alone = say.share(found.accuracy_of_twins), say.share(found.accuracy)
    return say("leaks.note", count=f"{len(found):,}", n=f"{len(contents.letters):,}", seen=seen, alone=alone)


def confused(contents: Contents) -> list[int]:
    """Numbers of the classes that a matrix shows: those that occur; of many, the ones with most mistakes."""
    scores = contents.evaluation.scores
    predicted = scores.confusion.sum(axis=0)
    occurring = np.flatnonzero(scores.support + predicted)
    if len(occurring) <= MOST_CLASSES:
        return occurring.tolist()
    mistakes = scores.support + predicted - 2 * np.diag(scores.confusion)
    return np.sort(occurring[np.argsort(-mistakes[occurring], kind="stable")[:MOST_CLASSES]]).tolist()


def notes(contents: Contents, say: Words) -> list[str]:
    if contents.is_changed:
        return [say("run.changed-data")]
    return [] if contents.is_own_data else [say("run.other-data", data=printable(contents.data))]


def tiles(contents: Contents, say: Words) -> list[dict[str, str]]:
    """The figures at the page's top."""
    evaluation, scores = contents.evaluation, contents.evaluation.scores
    low, high = evaluation.interval
    occurring = int(((scores.support + scores.confusion.sum(axis=0)) > 0).sum())
    few = len(evaluation.classes) <= 3  # among the first three is then no figure
    twins = []
    if (leaks := contents.leaks) is not None:
        n = f"{len(contents.letters) - len(leaks):,}"
        note = say("tile.alone-note", n=n) if len(leaks) else say("tile.twins-none")
        twins = [("alone", say.share(leaks.accuracy), note)]
    as_one = []
    if (one := evaluation.counted_as_one) is not None:
        as_one = [("as-one", say.share(one.accuracy), say("tile.as-one-note", groups=one.words))]
    interval = say("tile.interval", low=say.share(low), high=say.share(high))
    rows = [
        ("accuracy", say.share(evaluation.accuracy), interval),
        *as_one,
        *twins,
        *([] if few else [("top3", say.share(evaluation.top3), "")]),
        ("macro_f1", say.share(scores.macro_f1), say("tile.macro_f1-note", n=occurring)),
        ("ece", say.share(evaluation.calibration.error),
         say("tile.ece-note", chance=say.share(evaluation.calibration.by_chance))),
        ("loss", f"{scores.loss:.3f}", say("tile.loss-note")),
    ]  # fmt: skip
    return [{"name": say(f"tile.{key}"), "value": value, "note": note} for key, value, note in rows]


def facts_of_run(contents: Contents, say: Words) -> list[tuple[str, str]]:
    """What was trained on what."""
    run, model = contents.run, contents.run.model
    provenance = model.provenance
    rows = [
        ("data", printable(contents.data)),
        ("letters", ", ".join(
            say("run.of-split", count=f"{count:,}", split=say(f"split.{split}"))
            for split, count in contents.splits.items())),
        ("classes", f"{len(model.classes):,}: {' '.join(printable(name) for name in model.classes[:40])}"
         + (" …" if len(model.classes) > 40 else "")),
        ("images", say("run.images-value", height=model.norm_size[0], width=model.norm_size[1],
                       preprocessing=say(f"run.pre-{model.preprocessing}"))),
        ("network", say("run.network-value", sizes="–".join(map(str, model.sizes)), act=model.act_type,
                        parameters=f"{model.n_parameters:,}")),
    ]  # fmt: skip
    if run.config is not None:
        changed = ", ".join(changes(run.config))
        key = "run.recipe-changed" if changed else "run.recipe-plain"
        rows.append(("recipe", say(key, recipe=run.config.recipe, changes=changed)))
    if run.history:
        kept = provenance.get("epoch", "?")
        rows.append(("epochs", say("run.epochs-value", epochs=f"{len(run.history):,}", kept=kept)))
    if isinstance(count := provenance.get("rendered_letters"), int) and count:
        rows.append(("rendered", f"{count:,}"))
    if model.temperature != 1:
        rows.append(("temperature", say("run.temperature-value", temperature=f"{model.temperature:.3g}")))
    return [(say(f"run.{key}"), value) for key, value in rows]


def commands(contents: Contents, say: Words, report_command: Sequence[str]) -> dict[str, str]:
    """The command that repeats the run, or why there is none; the one that writes the report."""
    arguments = training_command(contents.run)
    known = contents.run.config is not None and contents.run.given is not None
    return {
        "command": "" if arguments is None else typed(arguments),
        "no_command": say("run.repeat-words" if known else "run.repeat-unknown"),
        "report_command": typed(report_command),
    }


def table_of_settings(contents: Contents) -> dict[str, Any]:
    """Every setting beside its recipe's."""
    config = contents.run.config
    if config is None:
        return {"settings": [], "recipe": ""}
    recipe = RECIPES[config.recipe]
    rows = [
        {
            "flag": flag_of(field),
            "value": printable(spell(getattr(config, field.name))) or "–",
            "usual": spell(getattr(recipe, field.name)) or "–",
            "changed": getattr(config, field.name) != getattr(recipe, field.name),
        }
        for field in settings()
    ]
    return {"settings": rows, "recipe": config.recipe}


def curves(contents: Contents, say: Words) -> list[dict[str, Any]]:
    """Loss, validation accuracy and, where it changes, the learning rate by epoch."""
    history = contents.run.history
    if not history:
        return []
    first, last = history[0].epoch, history[-1].epoch
    x = (first, last) if last > first else (first - 1, first + 1)
    kept = contents.run.kept
    mark = [] if kept is None else [kept.epoch]
    validated = [(epoch.epoch, epoch.validation) for epoch in history if epoch.validation is not None]
    losses = [(epoch.epoch, epoch.loss) for epoch in history]
    finite = [loss for _, loss in losses if np.isfinite(loss)] + [each.loss for _, each in validated]
    top = 1.05 * max([loss for loss in finite if np.isfinite(loss)], default=1.0) or 1.0

    def drawn(chart: Chart, lines: Sequence[Line], words: str) -> Markup:
        marks = [chart.mark(epoch, say("curves.kept")) for epoch in mark]
        return chart.drawn([*marks, *map(chart.line, lines), chart.keys(lines)], words)

    few = len(history) < 20
    lines = [Line("first", losses, few, say("curves.training"))]
    if validated:
        points = [(number, each.loss) for number, each in validated]
        lines.append(Line("second", points, len(points) < 20, say("curves.validation")))
    chart = Chart(x, (0, top), say("axis.epoch"), say("axis.loss"), whole=True)
    note = "" if kept is None else say("curves.loss-note", kept=kept.epoch)
    found = [
        {
            "title": say("curves.loss"),
            "chart": drawn(chart, lines, say("curves.loss")),
            "note": " ".join(filter(None, (note, above(contents, say)))),
        }
    ]
    if validated:
        figures = [(number, each.accuracy) for number, each in validated]
        low = max(0.0, min(share for _, share in figures) - 0.05)
        high = min(1.0, max(share for _, share in figures) + 0.05)
        chart = Chart(x, (low, high), say("axis.epoch"), say("axis.accuracy"), percent="%", whole=True)
        words = ""
        if kept is not None and kept.validation is not None:
            words = say("curves.accuracy-note", last=say.share(kept.validation.accuracy))
        line = Line("second", figures, len(figures) < 20)
        found.append(
            {
                "title": say("curves.accuracy"),
                "chart": drawn(chart, [line], say("curves.accuracy")),
                "note": words,
            }
        )
    rates = [(epoch.epoch, epoch.lr) for epoch in history]
    if len({rate for _, rate in rates}) > 1:
        chart = Chart(
            x, (0, 1.05 * max(rate for _, rate in rates)), say("axis.epoch"), say("axis.lr"), whole=True
        )
        line = Line("first", rates, few)
        found.append({"title": say("curves.lr"), "chart": drawn(chart, [line], say("curves.lr")), "note": ""})
    return found


def above(contents: Contents, say: Words) -> str:
    """Why the training loss lies above the validation loss, where it does."""
    config, kept = contents.run.config, contents.run.kept
    if config is None or kept is None or kept.validation is None or kept.loss <= kept.validation.loss:
        return ""
    reasons = {
        "smoothing": config.label_smoothing,
        "dropout": config.dropout or config.input_dropout,
        "augment": config.augment,
        "synth": contents.run.model.provenance.get("rendered_letters"),
    }
    why = [say(f"curves.{key}") for key, used in reasons.items() if used]
    return say("curves.above", why=("、" if say.language == "zh" else ", ").join(why)) if why else ""


def pairs(contents: Contents) -> list[dict[str, Any]]:
    """The most frequent mistakes."""
    classes = contents.evaluation.classes
    return [
        {
            "truth": pair.label,
            "guess": pair.prediction,
            "from": printable(classes[pair.label]),
            "to": printable(classes[pair.prediction]),
            "count": pair.images,
        }
        for pair in contents.evaluation.scores.confusions[:MOST_PAIRS]
    ]


def table_of_classes(contents: Contents, say: Words) -> list[dict[str, Any]]:
    """A row for each class that occurs."""
    scores, classes = contents.evaluation.scores, contents.evaluation.classes
    mostly = {pair.label: pair for pair in reversed(scores.confusions)}  # the most frequent stays
    rows = []
    for number in np.flatnonzero(scores.support + scores.confusion.sum(axis=0)).tolist():
        pair = mostly.get(number)
        figures = (scores.recall[number], scores.precision[number], scores.f1[number])
        rows.append(
            {
                "name": printable(classes[number]),
                "support": int(scores.support[number]),
                "figures": [
                    {"raw": f"{value:.4f}", "text": say.share(float(value)), "bar": bar(float(value))}
                    for value in figures
                ],
                "truth": number,
                "guess": None if pair is None else pair.prediction,
                "mostly": "" if pair is None else printable(classes[pair.prediction]),
                "mostly_count": 0 if pair is None else pair.images,
            }
        )
    return rows


def bar(share: float) -> Markup:
    """A share as a bar."""
    return Markup(
        '<svg class="bar" viewBox="0 0 56 8" aria-hidden="true">'
        '<rect class="whole" width="56" height="8" rx="2"/>'
        f'<rect class="part" width="{56 * share:.1f}" height="8" rx="2"/></svg>'
    )


def map_note(contents: Contents, say: Words) -> str:
    if contents.map is None:
        return ""
    shown, count = len(contents.map.numbers), len(contents.letters)
    n = f"{shown:,}" if shown == count else f"{shown:,} {say('map.of', n=f'{count:,}')}"
    return say("map.note", n=n)


def reliability(contents: Contents, say: Words) -> Markup:
    """Accuracy over mean probability, a point for each bin."""
    bins = contents.evaluation.calibration.bins
    chart = Chart((0, 1), (0, 1), say("axis.confidence"), say("axis.accuracy"), percent="%", x_percent="%")
    whiskers = [chart.whisker(each.confidence, *each.interval) for each in bins]
    points = [(each.confidence, each.accuracy) for each in bins]
    lines = [Line("ideal", [(0, 0), (1, 1)]), Line("first", points, dots=True)]
    return chart.drawn([*whiskers, *map(chart.line, lines)], say("calibration.figure"))


def coverage(contents: Contents, say: Words) -> Markup:
    """Accuracy of the answers that are given over their share."""
    found = contents.evaluation.coverage
    shares, accuracies = found.shares.tolist(), found.accuracies.tolist()
    every = max(1, len(shares) // 300)
    points = [*zip(shares[::every], accuracies[::every], strict=True), (shares[-1], accuracies[-1])]
    low = max(0.0, np.floor(20 * min(accuracies)) / 20 - 0.05) if accuracies else 0.0
    chart = Chart((0, 1), (low, 1), say("axis.coverage"), say("axis.accuracy"), percent="%", x_percent="%")
    return chart.drawn([chart.line(Line("first", points))], say("coverage.figure"))


def targets(contents: Contents, say: Words) -> list[dict[str, str]]:
    """For which accuracy which threshold is needed, and how many letters are then answered."""
    rows = []
    for wanted in TARGETS:
        left = contents.evaluation.coverage.reaching(wanted)
        row = {"wanted": say.share(wanted, 0), "answered": "", "reject": ""}
        if left is not None:
            row |= {"answered": say.share(left.coverage), "reject": f"{left.reject:g}"}
        rows.append(row)
    return rows
