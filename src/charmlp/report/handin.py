"""The report to hand in: the sections that the course asks for, filled as far as a run can fill them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from charmlp.config import TrainingConfig
from charmlp.data import SPLITS
from charmlp.errors import CharmlpError
from charmlp.evaluation.runs import Comparison, compare, differences
from charmlp.report.blocks import Block, Code, Figure, Formula, Heading, Inline, Paragraph, Span, Table, plain
from charmlp.report.command import setting_flags, training_command, typed
from charmlp.report.contents import Contents
from charmlp.report.derivations import derivation, of_activation
from charmlp.report.words import Words
from charmlp.system.files import is_file
from charmlp.text import printable, short
from charmlp.training.pastrun import PastRun, read_run
from charmlp.training.runfiles import MODEL, SETTINGS

MOST_RUNS = 200  # beside this one
MOST_MISREAD = 10
COMPARED = {"optimizer", "momentum", "lr", "seed"}

UPDATES = {  # as torch.optim has them; θ are all parameters
    "sgd": [r"v \leftarrow \mu v + g", r"\theta \leftarrow \theta - \eta v"],
    "adagrad": [
        r"s \leftarrow s + g^{2}",
        r"\theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \varepsilon}",
    ],
    "rmsprop": [
        r"s \leftarrow \alpha s + (1 - \alpha) g^{2}",
        r"\theta \leftarrow \theta - \eta \frac{g}{\sqrt{s} + \varepsilon}",
    ],
    "adadelta": [
        r"s \leftarrow \rho s + (1 - \rho) g^{2}",
        r"\Delta = \frac{\sqrt{u + \varepsilon}}{\sqrt{s + \varepsilon}} g",
        r"u \leftarrow \rho u + (1 - \rho) \Delta^{2}",
        r"\theta \leftarrow \theta - \eta \Delta",
    ],
    "adam": [
        r"m \leftarrow \beta_{1} m + (1 - \beta_{1}) g",
        r"s \leftarrow \beta_{2} s + (1 - \beta_{2}) g^{2}",
        r"\hat{m} = \frac{m}{1 - \beta_{1}^{t}}, \quad \hat{s} = \frac{s}{1 - \beta_{2}^{t}}",
        r"\theta \leftarrow \theta - \eta \frac{\hat{m}}{\sqrt{\hat{s}} + \varepsilon}",
    ],
}
PICTURES = {  # name in the report and among the pictures of a test
    "map": "tsne", "confusion": "test_confusion", "letters": "test_letters", "reliability": "reliability",
    "weights": "weights",
}  # fmt: skip
UPDATES["adamw"] = [r"\theta \leftarrow \theta - \eta \lambda \theta", *UPDATES["adam"]]


def blocks_of(contents: Contents, language: str, figures: dict[str, str]) -> Iterator[Block]:
    """The report; `figures` are the pictures beside it, by name: see `draw_figures`."""
    say = Words(language)
    yield from purpose(contents, say)
    yield from environment(contents, say)
    yield from method(contents, say)
    yield from experiments(contents, say, figures)
    yield from visualisation(contents, say, figures)
    yield from prediction(contents, say, figures)
    for name in ("questions", "conclusion"):
        yield heading(say, name)
        yield fill(say, name)


def heading(say: Words, name: str, level: int = 1) -> Heading:
    return Heading(level, plain(say(f"hand.{name}")))


def fill(say: Words, name: str) -> Paragraph:
    return Paragraph(plain(say("hand.fill", what=say(f"hand.{name}-fill"))), fill=True)


def sentence(say: Words, key: str, **values: object) -> Paragraph:
    return Paragraph(plain(say(key, **values)))


def purpose(contents: Contents, say: Words) -> Iterator[Block]:
    model = contents.run.model
    yield heading(say, "purpose")
    height, width = model.norm_size
    yield sentence(say, "hand.purpose-text", n=len(model.classes), height=height, width=width)
    yield fill(say, "purpose")


def environment(contents: Contents, say: Words) -> Iterator[Block]:
    yield heading(say, "environment")
    yield sentence(say, "hand.environment-text")
    rows = [
        [plain(say(name) if name.startswith("environment.") else name), plain(value)]
        for name, value in contents.environment
    ]
    yield Table([plain(say("hand.item")), plain(say("hand.value"))], rows, "ll")


def method(contents: Contents, say: Words) -> Iterator[Block]:
    """The network as formulas, and the derivations of what it is made of."""
    model, language = contents.run.model, say.language
    yield heading(say, "method")
    yield heading(say, "network", 2)
    yield sentence(
        say, "hand.network-text",
        inputs=model.input_size, sizes="–".join(map(str, model.sizes)), parameters=f"{model.n_parameters:,}",
    )  # fmt: skip
    last = len(model.weights)
    if last > 1:
        yield Formula(r"h^{(0)} = x")
        layers = "1" if last == 2 else rf"1, \dots, {last - 1}"
        rule = r"h^{(l)} = f \left( h^{(l-1)} {W^{(l)}}^{\top} + b^{(l)} \right), \quad l = "
        yield Formula(rule + layers)
        yield Formula(rf"z = h^{{({last - 1})}} {{W^{{({last})}}}}^{{\top}} + b^{{({last})}}")
        yield sentence(say, "hand.network-activation", act=model.act_type)
    else:
        yield Formula(r"z = x W^{\top} + b")
    yield heading(say, "derivations", 2)
    yield sentence(say, "hand.derivations-text")
    yield from derivation("linear", language, ["Rows and batches"], level=3)
    if last > 1 and model.act_type != "none":
        yield from derivation("activations", language, ["In general"], level=3)
        yield from of_activation(model.act_type, language, level=3)
    parts = ["One right class, in two cases", "Any target, through the logarithm", "A batch"]
    yield from derivation("softmax-cross-entropy", language, parts, level=3)
    if (config := contents.run.config) is not None:
        yield heading(say, "optimizer", 2)
        yield sentence(say, "hand.optimizer-text", optimizer=config.optimizer)
        yield from map(Formula, updates(config))


def updates(config: TrainingConfig) -> Sequence[str]:
    """The optimizer's rule, with the numbers that were set."""
    rules = list(UPDATES[config.optimizer])
    numbers = [rf"\eta = {config.lr:g}"]
    if config.optimizer == "sgd":
        numbers.append(rf"\mu = {config.momentum:g}")
    if config.weight_decay:
        numbers.append(rf"\lambda = {config.weight_decay:g}")
        if config.optimizer != "adamw":
            rules.insert(0, r"g \leftarrow g + \lambda \theta")
    return [*rules, r", \quad ".join(numbers)]


def experiments(contents: Contents, say: Words, figures: dict[str, str]) -> Iterator[Block]:
    run, evaluation = contents.run, contents.evaluation
    yield heading(say, "experiments")
    yield heading(say, "data", 2)
    counts = ("、" if say.language == "zh" else ", ").join(
        say("run.of-split", count=f"{count:,}", split=say(f"split.{split}"))
        for split, count in contents.splits.items()
    )
    if run.config is not None:
        yield sentence(
            say, "hand.data-text", data=printable(contents.data), counts=counts,
            epochs=len(run.history) or run.config.epochs, batch=run.config.batch_size,
        )  # fmt: skip
    if (arguments := training_command(run)) is not None:
        yield sentence(say, "hand.repeat")
        yield Code(typed(arguments))
    if "curves" in figures:
        yield heading(say, "curves", 2)
        yield Figure(figures["curves"], say("hand.curves-caption"), 0.75)
    yield heading(say, "results", 2)
    low, high = evaluation.interval
    yield sentence(
        say, "hand.results-text", n=f"{len(contents.letters):,}", split=say(f"split.{contents.split}"),
        right=f"{int(evaluation.is_right.sum()):,}", accuracy=say.share(evaluation.accuracy),
        low=say.share(low), high=say.share(high), macro_f1=say.share(evaluation.scores.macro_f1),
        loss=f"{evaluation.scores.loss:.3f}",
    )  # fmt: skip
    if (as_one := evaluation.counted_as_one) is not None:
        yield sentence(say, "hand.as-one", groups=as_one.words, accuracy=say.share(as_one.accuracy))
    yield by_class(contents, say)
    yield Figure(figures["reliability"], say("hand.reliability-caption"), 0.55)
    yield from by_optimizer(run, say)


def by_class(contents: Contents, say: Words) -> Table:
    scores = contents.evaluation.scores
    keys = ("class", "support", "recall", "precision", "f1")
    rows = [
        [
            plain(short(contents.evaluation.classes[number], 16)),
            plain(f"{scores.support[number]:,}"),
            *(
                plain(say.share(float(figure[number])))
                for figure in (scores.recall, scores.precision, scores.f1)
            ),
        ]
        for number in np.flatnonzero(scores.support + scores.confusion.sum(axis=0)).tolist()
    ]
    return Table([plain(say(f"classes.{key}")) for key in keys], rows, "lrrrr", say("hand.results-caption"))


def by_optimizer(run: PastRun, say: Words) -> Iterator[Block]:
    """The runs in the same folder that differ in how the weights are updated, on the same letters."""
    yield heading(say, "optimizers", 2)
    beside = runs_beside(run)
    if len(beside) < 2:
        yield sentence(say, "hand.optimizers-none")
        yield Code("\n".join(others(run)))
    else:
        try:
            found = compare(beside)
        except CharmlpError as error:
            yield sentence(say, "hand.optimizers-failed", reason=printable(error))
        else:
            yield sentence(say, "hand.optimizers-text")
            names = ("optimizer", "momentum", "lr", "seeds", "accuracy", "interval", "p")
            head = [plain(say(f"hand.column-{name}")) for name in names]
            caption = say(
                "hand.optimizers-caption", n=f"{len(found.letters):,}", split=say(f"split.{found.split}")
            )
            yield Table(head, table_of(found, run, say), "lrrrrrr", caption)
    yield fill(say, "optimizers")


def others(run: PastRun) -> list[str]:
    """Commands of runs that differ from this one in optimizer and momentum."""
    usual = TrainingConfig()
    config = run.config or usual
    commands = []
    for other in (
        replace(config, optimizer="sgd", momentum=0.0),
        replace(config, optimizer="adam", momentum=usual.momentum, lr=1e-3),
    ):
        arguments = training_command(replace(run, config=other))
        commands.append(typed(arguments or ["train", "DATA", *setting_flags(other)]))
    return commands


def runs_beside(run: PastRun) -> list[Path]:
    """This run and those in the same folder that differ in how the weights are updated, and in the seed."""
    if run.config is None:
        return []
    found = []
    beside = sorted(path for path in run.folder.resolve().parent.iterdir() if is_file(path / MODEL))
    for folder in beside[:MOST_RUNS]:
        if not is_file(folder / SETTINGS):
            continue
        try:
            other = read_run(folder)
        except CharmlpError:  # whatever lies there is nobody's fault here
            continue
        apart = {*differences([run, other])} - COMPARED
        if other.model.classes == run.model.classes and apart <= {"data_hash"}:  # which a seed changes, too
            found.append(folder)
    return found


def table_of(found: Comparison, run: PastRun, say: Words) -> list[list[Inline]]:
    """A row for each setting: its runs, their mean accuracy, and p against the setting of this run."""
    mine = next(
        setting.name
        for setting in found.settings
        if any(each.run.folder.resolve() == run.folder.resolve() for each in setting.runs)
    )
    p_of = {}
    for pair in found.pairs:
        if not pair.same_setting and mine in (pair.a, pair.b):
            p_of[pair.b if pair.a == mine else pair.a] = pair.p_holm
    rows = []
    for setting in sorted(found.settings, key=lambda setting: -setting.accuracy):
        config = setting.runs[0].run.config
        assert config is not None  # as `runs_beside` has seen
        low, high = setting.interval
        deviation = "" if setting.deviation is None else f" ± {100 * setting.deviation:.1f}"
        p = p_of.get(setting.name)
        row = (
            config.optimizer,
            f"{config.momentum:g}" if config.optimizer == "sgd" else "–",
            f"{config.lr:g}",
            str(len(setting.runs)),
            say.share(setting.accuracy) + deviation,
            f"{say.share(low)} – {say.share(high)}",
            "–" if p is None else f"{p:.3f}" if p >= 0.001 else "< 0.001",
        )
        rows.append([plain(each) for each in row])
    return rows


def visualisation(contents: Contents, say: Words, figures: dict[str, str]) -> Iterator[Block]:
    yield heading(say, "visualisation")
    yield Figure(figures["confusion"], say("hand.confusion-caption"), 0.95)
    yield Figure(figures["map"], say("hand.map-caption"), 0.7)
    yield Figure(figures["weights"], say("hand.weights-caption"), 0.8)
    yield fill(say, "visualisation")


def prediction(contents: Contents, say: Words, figures: dict[str, str]) -> Iterator[Block]:
    evaluation = contents.evaluation
    yield heading(say, "prediction")
    yield Figure(figures["letters"], say("hand.prediction-caption"), 1.0)
    if len(evaluation.errors):
        yield sentence(say, "hand.prediction-text", n=f"{len(evaluation.errors):,}")
        names = ("file", "label", "prediction", "probability")
        rows = [
            [
                (Span("code", short(file, 40, end=True)),),
                plain(short(truth)),
                plain(short(guess)),
                plain(say.share(probability)),
            ]
            for file, truth, guess, probability in evaluation.rows(evaluation.errors[:MOST_MISREAD])
        ]
        yield Table([plain(say(f"hand.column-{name}")) for name in names], rows, "lllr")
        yield fill(say, "prediction")


def draw_figures(contents: Contents, language: str, folder: Path) -> dict[str, Path]:
    """The pictures of a report to hand in, written into the folder."""
    from charmlp.evaluation.pictures.about import About
    from charmlp.evaluation.pictures.loss import loss_curve
    from charmlp.evaluation.pictures.of_test import LOGITS, pictures_of_test
    from charmlp.evaluation.pictures.scatter import MOST_POINTS

    run, evaluation = contents.run, contents.evaluation
    about = About(run.name, Path(contents.data).name or contents.data, SPLITS[contents.split], language)
    found = {}
    if run.history:
        kept = None if run.kept is None else run.kept.epoch
        curves = loss_curve(run.history, kept, run.config, replace(about, split="training"))
        found["curves"] = curves.save(folder / "report_curves.png")
    drawn = dict(pictures_of_test(evaluation, run.model, about, LOGITS, MOST_POINTS, contents.seed))
    for name, theirs in PICTURES.items():
        found[name] = drawn[theirs].save(folder / f"report_{name}.png")
    return found
