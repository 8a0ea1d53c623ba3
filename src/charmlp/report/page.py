"""A report as one HTML file: no library, no request to anywhere."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from charmlp.drawing.colours import CLASSES
from charmlp.drawing.marks import SHAPES
from charmlp.evaluation.pictures.scatter import densest, look
from charmlp.report import sections
from charmlp.report.contents import Contents
from charmlp.report.sprites import MOST_TILES, make_sheet
from charmlp.report.templating import digest, environment, template
from charmlp.report.words import Words
from charmlp.text import printable
from charmlp.version import __version__

MOST_RIGHT = 20  # letters of a cell of the diagonal
MOST_WORST = 24
INK = CLASSES[-1]  # nearly black: in a dark page nearly white
MOST_SMALL = 200  # classes of a whole confusion matrix, in small
SECTIONS = (
    "run", "curves", "confusion", "worst", "classes", "map", "calibration", "coverage", "leaks", "search",
    "environment",
)  # fmt: skip


def html(contents: Contents, language: str, report_command: Sequence[str]) -> str:
    """The page."""
    say = Words(language)
    pictures = Pictures(contents)
    style = template("report.css") + pictures.style
    script = template("report.js")
    evaluation = contents.evaluation
    chance = {
        "error": evaluation.calibration.error,
        "chance": evaluation.calibration.by_chance,
        "most": evaluation.calibration.by_chance_95,
    }
    words = {
        "n": f"{len(contents.letters):,}",
        "split": say(f"split.{contents.split}"),
        "right": f"{int(evaluation.is_right.sum()):,}",
    }
    page = environment().get_template("report.html")
    return page.render(
        say=say,
        style=Markup(style),
        script=Markup(script),
        style_hash=digest(style),
        script_hash=digest(script),
        title=say("title", name=printable(contents.run.name)),
        name=printable(contents.run.name),
        version=__version__,
        sections=SECTIONS,
        lede=say("lede", **words),
        notes=sections.notes(contents, say),
        tiles=sections.tiles(contents, say),
        facts_of_run=sections.facts_of_run(contents, say),
        **sections.commands(contents, say, report_command),
        **sections.table_of_settings(contents),
        curves=sections.curves(contents, say),
        pairs=sections.pairs(contents),
        is_perfect=not len(evaluation.errors),
        classes=sections.table_of_classes(contents, say),
        map_note=sections.map_note(contents, say),
        reliability=sections.reliability(contents, say),
        bins=len(evaluation.calibration.bins),
        calibration_words=say("calibration.error", **{name: say.share(x) for name, x in chance.items()}),
        coverage=sections.coverage(contents, say),
        targets=sections.targets(contents, say),
        suspects=sections.suspects(contents, say),
        leaks=sections.leaks(contents, say),
        twins=pictures.twins,
        environment=[
            (say(name) if name.startswith("environment.") else name, value)
            for name, value in contents.environment
        ],
        data=as_script(data_of(contents, say, pictures)),
    )


class Pictures:
    """Which letters are shown, on which tile of the sheet: all misread ones, some that are read right.

    Those are the least sure ones of each cell of the diagonal, the points of the map, and near-twins.
    """

    def __init__(self, contents: Contents) -> None:
        evaluation = contents.evaluation
        wrong = evaluation.errors
        chosen = list(wrong[:MOST_TILES])
        leaks = contents.leaks
        if leaks is not None:
            chosen += list(sections.closest_twins(leaks))
        order = np.argsort(evaluation.confidences, kind="stable")
        for number in range(len(evaluation.classes)):
            right = order[(evaluation.letters.labels[order] == number) & evaluation.is_right[order]]
            chosen += list(right[:MOST_RIGHT])
        if contents.map is not None:
            chosen += list(contents.map.numbers)
        numbers = list(dict.fromkeys(chosen))[:MOST_TILES]
        self.tile = np.full(len(evaluation.letters), -1)
        self.tile[numbers] = np.arange(len(numbers))
        images = evaluation.letters.images[numbers]
        self.twins = []
        if leaks is not None:
            closest = sections.closest_twins(leaks)
            theirs = leaks.twins.index[closest]
            self.twins = [
                {"letter": letter, "tile": len(images) + at, "name": printable(leaks.training.names[twin])}
                for at, (letter, twin) in enumerate(zip(closest.tolist(), theirs.tolist(), strict=True))
            ]
            images = np.concatenate([images, leaks.training.images[theirs]])
        self.sheet = make_sheet(images)

    @property
    def style(self) -> str:
        return f'.letter:not(.none) {{ background-image: url("{self.sheet.uri}"); }}\n'


def data_of(contents: Contents, say: Words, pictures: Pictures) -> dict[str, Any]:
    """What the page's script works with."""
    evaluation = contents.evaluation
    sheet = pictures.sheet
    found: dict[str, Any] = {
        "classes": [printable(name) for name in evaluation.classes],
        "letters": {
            "names": [printable(name) for name in evaluation.letters.names],
            "truth": evaluation.letters.labels.tolist(),
            "guess": evaluation.predictions.tolist(),
            "p": np.rint(1000 * evaluation.confidences).astype(int).tolist(),
            "tile": pictures.tile.tolist(),
        },
        "sheet": {"rows": sheet.rows, "columns": sheet.columns, "height": sheet.height, "width": sheet.width},
        "confused": sections.confused(contents),
        "most_classes": MOST_SMALL,
        "worst": [[int(n), f"{evaluation.losses[n]:.2f}"] for n in evaluation.errors[:MOST_WORST]],
        "suspects": [] if contents.suspects is None else contents.suspects.index[:MOST_WORST].tolist(),
        "twins": pictures.twins,
        "map": None,
        "words": {
            key: sentence
            for prefix in (
                "cell.",
                "letter.",
                "search.",
                "confusion.",
                "map.",
                "worst.loss",
                "leaks.training",
            )
            for key, sentence in say.section(prefix).items()
        }
        | {"no-picture": say("no-picture"), "row.label": say("row.label")},
    }
    if contents.map is not None:
        points = contents.map.points - contents.map.points.min(axis=0)
        if np.ptp(points[:, 1]) > np.ptp(points[:, 0]):  # a screen is wide; the axes have no meaning
            points = points[:, ::-1]
        points = np.rint(1000 * points / max(float(points.max()), 1e-9)).astype(int)
        (x, y), (width, height) = points.T.tolist(), points.max(axis=0).tolist()
        labels = evaluation.letters.labels[contents.map.numbers]
        names = {int(label): densest(points[labels == label].astype(float)) for label in np.unique(labels)}
        looks = [look(number) for number in range(len(evaluation.classes))]
        found["map"] = {
            "numbers": contents.map.numbers.tolist(),
            "x": x,
            "y": y,
            "width": width,
            "height": height,
            "names": [[label, *np.rint(place).astype(int).tolist()] for label, place in names.items()],
            "colours": ["currentColor" if colour == INK else colour for colour, _ in looks],
            "shapes": [SHAPES[shape] for _, shape in looks],
        }
    return found


def as_script(value: Any) -> Markup:
    """JSON that ends no script, whatever the names in it hold."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)
