"""A whole run: photographs with rendered letters beside them, or rendered letters alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charmlp.config import View
from charmlp.data import open_source
from charmlp.errors import DataError, UsageError
from charmlp.evaluation import evaluate
from charmlp.letters.letterset import LetterSet
from charmlp.recognizer import Recognizer
from charmlp.rendering import render
from charmlp.rendering.fonts import Font, find_fonts
from charmlp.training import Callback, prepare, train

QUICK = {"hidden_size": (24,), "norm_size": (12, 12), "batch_size": 32, "synth_count": 400}


class Listener(Callback):
    """Remembers what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bars: dict[str, tuple[int, int]] = {}

    def message(self, line: str) -> None:
        self.lines.append(line)

    def progress(self, what: str, done: int, total: int) -> None:
        self.bars[what] = (done, total)


@pytest.fixture(scope="module")
def fonts() -> list[Font]:
    """Three families: drawing all of them takes seconds."""
    return [font for font in find_fonts() if font.family in ("Arimo", "Arvo", "DejaVu Sans")]


@pytest.fixture
def few_fonts(fonts: list[Font], monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs render from few fonts."""

    def render_few(count: int, **options: Any) -> LetterSet:
        return render(count, fonts=fonts, **options)

    monkeypatch.setattr(prepare, "render", render_few)


@pytest.fixture
def photographs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Noise that is labelled as it comes: 40 training and 20 validation images of three classes."""
    monkeypatch.chdir(tmp_path)
    return make_photographs(tmp_path / "photographs", "ABC")


def make_photographs(folder: Path, classes: Any) -> Path:
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    for split, count in (("train", 40), ("validation", 20)):
        labels = {f"{split}{number}.png": classes[number % len(classes)] for number in range(count)}
        for name in labels:
            Image.fromarray(rng.integers(0, 255, (12, 12), np.uint8)).save(folder / "images" / name)
        (folder / f"{split}.json").write_text(json.dumps(labels), "utf-8")
    return folder


def test_rendered_letters_join_the_photographs(photographs: Path, few_fonts: None) -> None:
    listener = Listener()
    result = train(photographs, **QUICK, updates=40, synth_ratio=0.75, callbacks=[listener])
    # Eight of each batch of 32 are photographs: 40 photographs make 5 updates, 40 updates 8 epochs.
    assert len(result.fit.history) == 8
    assert "400 rendered letters mixed in" in listener.lines
    assert "8 epochs of 5 updates, 32 images each" in listener.lines
    assert listener.bars["rendering letters"] == (400, 400)
    facts = {"rendered_letters": 400, "rendered_share": 0.75, "rendered_style": "print"}
    assert facts.items() <= result.model.provenance.items()
    assert "epochs = 8\n" in (result.path / "config.toml").read_text("utf-8")


def test_without_the_share_nothing_is_rendered(photographs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepare, "render", None)
    result = train(photographs, **QUICK, epochs=2, synth_ratio=0.0)
    facts = result.model.provenance
    assert facts["rendered_letters"] == facts["rendered_share"] == 0 and "rendered_style" not in facts


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        (["cat", "dog"], "no rendered letters: the class cat is not a single character"),
        ("AB\U00013000", "no rendered letters: no font can draw the class \U00013000"),
    ],
)
def test_classes_that_fonts_cannot_draw_are_trained_on_photographs_alone(
    tmp_path: Path, few_fonts: None, monkeypatch: pytest.MonkeyPatch, classes: Any, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    listener = Listener()
    result = train(make_photographs(tmp_path / "data", classes), **QUICK, epochs=2, callbacks=[listener])
    assert any(line.startswith(words) for line in listener.lines)
    assert result.model.provenance["rendered_letters"] == 0


def test_one_class_is_trained_beside_rendered_letters_only(tmp_path: Path, few_fonts: None) -> None:
    """Alone it would be a model that always says A, with an accuracy of 100 %."""
    folder, heard = make_photographs(tmp_path / "photographs", "A"), Listener()
    options = QUICK | {"data": folder, "epochs": 1, "callbacks": [heard]}
    with pytest.raises(DataError, match='all training images are of one class, "A"; at least two are needed'):
        train(**options, recipe="slides", out=tmp_path / "alone")
    train(**options, recipe="best", out=tmp_path / "beside")
    assert any(
        line.endswith('"A"; the others are learned from rendered letters alone') for line in heard.lines
    )


def test_large_pictures_come_in_smaller_numbers(
    photographs: Path, few_fonts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "RENDERED_BYTES", 144 * 50)
    assert train(photographs, **QUICK, epochs=1).model.provenance["rendered_letters"] == 50


def test_rendered_letters_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held-out families validate; nothing is rendered beside what is rendered already."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(prepare, "render", None)
    result = train("synth:2000", classes="AB", norm_size=(16, 16), hidden_size=(32,), epochs=6)
    facts = {"source": "rendered from fonts", "rendered_share": 1.0, "rendered_style": "print"}
    assert facts.items() <= result.model.provenance.items() and result.model.familiarity is not None
    assert result.accuracy is not None and result.accuracy > 0.85
    assert result.fit.scores is not None and result.fit.scores.support.sum() == 200


def test_epochs_and_updates_displace_each_other(photographs: Path, few_fonts: None) -> None:
    assert len(train(photographs, **QUICK, epochs=3, out="a").fit.history) == 3
    with pytest.raises(UsageError, match="--epoch and --updates: give one or the other"):
        train(photographs, **QUICK, epochs=3, updates=10)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("epoch", "epochs"),
        ("hsize", "hidden_size"),
        ("hidden", "hidden_size"),
        ("batchsize", "batch_size"),
        ("learning_rate", "lr"),
        ("Optimiser", "optimizer"),
        ("num_epochs", "epochs"),
        ("model_file", "model_path"),
        ("overwrit", "overwrite"),
    ],
)
def test_a_setting_that_is_none_names_the_one_that_was_meant(given: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"^no setting is called '{given}'; did you mean '{meant}'\\?$"):
        train("data", **{given: 3})
    with pytest.raises(UsageError, match=r"^no setting is called 'colour'$"):
        train("data", colour=3)


def test_a_recipe_is_a_name_or_a_config() -> None:
    with pytest.raises(TypeError, match="recipe: a name or a TrainingConfig is expected, not dict"):
        train("data", recipe={})  # type: ignore[arg-type]


def test_what_of_a_picture_is_seen_stands_in_the_model_and_is_seen_again(tmp_path: Path) -> None:
    """Letters in a corner of their pictures: what training saw, predictions and tests see."""
    folder = make_photographs(tmp_path / "data", "ABC")
    for path in (folder / "images").iterdir():
        corner = Image.new("L", (40, 40), 255)
        corner.paste(Image.open(path).point(lambda level: level // 2), (20, 24))
        corner.save(path)
    settings = QUICK | {"hidden_size": 8, "epochs": 1, "synth_ratio": 0.0, "crop": "auto"}
    result = train(folder, **settings, out=tmp_path / "run")
    recognizer = Recognizer.load(tmp_path / "run")
    assert recognizer.model.view == View("auto", "contrast") == result.model.view
    assert 'crop = "auto"\n' in (tmp_path / "run" / "config.toml").read_text("utf-8")
    letters = open_source(folder).load("val", (12, 12), view=recognizer.model.view)
    path = folder / "images" / letters.names[0]
    assert np.array_equal(recognizer.grey(path), letters.images[0])
    assert not np.array_equal(recognizer.grey(path), open_source(folder).load("val", (12, 12)).images[0])
    assert evaluate(recognizer, folder).accuracy == result.accuracy


def test_blank_images_and_those_of_fewer_bits_are_told(tmp_path: Path) -> None:
    folder = make_photographs(tmp_path / "data", "ABC")
    Image.new("L", (12, 12), 255).save(folder / "images" / "train3.png")
    deep = np.random.default_rng(0).integers(0, 4096, (12, 12)).astype(np.uint16)
    Image.fromarray(deep).save(folder / "images" / "validation1.png")
    listener = Listener()
    settings = QUICK | {"epochs": 1, "synth_ratio": 0.0}
    train(folder, **settings, out=tmp_path / "run", callbacks=[listener])
    assert "blank: 1 of 40 training images: train3.png" in listener.lines
    said = "fewer bits than the file has: 1 of 20 validation images: validation1.png: a file of 16"
    assert any(line.startswith(said) for line in listener.lines)


def test_the_same_seed_gives_the_same_bits(photographs: Path, few_fonts: None) -> None:
    options = QUICK | {"epochs": 3, "synth_ratio": 0.5}
    first, again, other = (
        train(photographs, **options, seed=seed, out=name).model.weights[0]
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_training_stops_when_patience_ends(photographs: Path) -> None:
    """Labels that nothing can learn: validation does not improve for long."""
    settings = QUICK | {"epochs": 200, "synth_ratio": 0.0, "augment": False, "patience": 5}
    result = train(photographs, **settings, monitor="loss")
    losses = [epoch.validation.loss for epoch in result.fit.history if epoch.validation]
    assert len(losses) < 200
    assert result.fit.kept_epoch == int(np.argmin(losses)) + 1 == len(losses) - 5


@pytest.mark.parametrize("monitor", ["accuracy", "macro_f1", "loss"])
def test_the_kept_epoch_is_the_monitors_best(photographs: Path, monitor: str) -> None:
    settings = QUICK | {"epochs": 12, "synth_ratio": 0.0, "augment": False}
    result = train(photographs, **settings, monitor=monitor)
    figures = [getattr(epoch.validation, monitor) for epoch in result.fit.history]
    best = int(np.argmin(figures) if monitor == "loss" else np.argmax(figures))
    assert result.fit.kept_epoch == best + 1
    last = train(photographs, **settings, monitor=monitor, keep="last", out="last")
    assert last.fit.kept_epoch == 12


@pytest.mark.parametrize("option", [{"class_weights": "balanced"}, {"sampling": "balanced"}])
def test_rare_classes_are_read_more_often_when_they_weigh_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: dict[str, Any]
) -> None:
    """Noise with nine A to each B: a plain model says A, one for which both weigh the same says B as well."""
    monkeypatch.chdir(tmp_path)
    folder = make_photographs(tmp_path / "data", "AAAAAAAAAB")
    settings = QUICK | {"epochs": 10, "synth_ratio": 0.0, "dropout": 0.8, "lr": 1e-3, "classes": "AB"}
    said = []
    for name, given in (("plain", {}), ("balanced", option)):
        run = train(folder, **settings, **given, keep="last", out=name)
        scores = run.fit.scores
        assert scores is not None
        said.append(scores.confusion[:, 1].sum())
    assert said[1] > said[0]
