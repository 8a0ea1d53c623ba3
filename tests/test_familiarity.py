"""What a model's file says of its training letters, and which pictures are unlike all of them."""

from __future__ import annotations

import base64
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from charmlp.calculus.familiarity import (
    LEAST_SIDE,
    LOOK,
    RINGS,
    SHAPE,
    Familiarity,
    features,
    fit_gaussian,
    parts,
    strangeness,
)
from charmlp.config import SLIDES, override
from charmlp.errors import ModelFileError
from charmlp.images import to_inputs
from charmlp.letters import LetterSet
from charmlp.modelfile import Model, read_model, write_model
from charmlp.modelfile.familiarity import pack
from charmlp.recognizer import Recognizer
from charmlp.training.familiarity import LEAST_HELD_OUT, LEAST_SEEN
from charmlp.training.fit import fit
from charmlp.training.prepare import Prepared
from charmlp.training.record import make_model
from tests.modelfile.making import model, native_parts, pack_native

SIZE = (16, 12)
CONFIG = override(SLIDES, {"norm_size": SIZE, "epochs": 4, "batch_size": 16, "lr": 0.02})


def bars(count: int, seed: int) -> LetterSet:
    """Bars that stand (I) or lie (–), dark or light, with a little noise."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count)
    images = generator.normal(0, 6, (count, *SIZE))
    for image, label in zip(images, labels, strict=True):
        at = generator.integers(4, 8)
        (image.T if label == 0 else image)[at : at + 3] += 120
    images = np.where(generator.random(count)[:, None, None] < 0.5, 200 - images, 40 + images)
    names = tuple(f"{number}.png" for number in range(count))
    return LetterSet(images.clip(0, 255).astype(np.uint8), labels, ("I", "-"), names)


@pytest.fixture(scope="module", params=["scale", "standardize"])
def trained(request: pytest.FixtureRequest) -> Model:
    prepared = Prepared(bars(600, 1), bars(300, 2), None, "")
    return make_model(fit(override(CONFIG, {"preprocessing": request.param}), prepared), prepared)


@pytest.fixture(scope="module")
def noise() -> Any:
    return np.random.default_rng(3).integers(0, 256, (40, *SIZE)).astype(np.uint8)


class TestTraining:
    def test_letters_of_training_are_not_flagged_and_noise_is(self, trained: Model, noise: Any) -> None:
        recognizer = Recognizer(trained)
        shares = [
            np.mean([answer.unfamiliar for answer in recognizer.predict_grey(images)])
            for images in (bars(600, 1).images, bars(600, 4).images, noise)
        ]
        assert shares[0] < 0.04 and shares[1] < 0.04 and shares[2] == 1

    def test_the_limit_is_that_of_the_letters_held_out(self, trained: Model) -> None:
        found = Recognizer(trained).strangeness(bars(300, 2).images)
        known = trained.familiarity
        assert found is not None and known is not None
        assert (found > known.limit).sum() == 3 and (found > known.tenth).sum() == 30

    @pytest.mark.parametrize("seen", [LEAST_SEEN - 1, LEAST_SEEN])
    @pytest.mark.parametrize("held_out", [LEAST_HELD_OUT - 1, LEAST_HELD_OUT])
    def test_few_letters_say_nothing(self, seen: int, held_out: int) -> None:
        prepared = Prepared(bars(seen, 1), bars(held_out, 2), None, "")
        there = fit(override(CONFIG, {"epochs": 1}), prepared).familiarity is not None
        assert there == (seen == LEAST_SEEN and held_out == LEAST_HELD_OUT)

    def test_without_validation(self) -> None:
        assert (
            fit(override(CONFIG, {"epochs": 1}), Prepared(bars(300, 1), None, None, "")).familiarity is None
        )


class TestNotes:
    def note(self, m: Model, images: Any) -> list[str]:
        said: list[str] = []
        list(Recognizer(m).predict_many(list(images), note=said.append))
        return [line for line in said if "trained with" in line]

    def test_one_image(self, trained: Model, noise: Any) -> None:
        assert self.note(trained, noise[:1]) == [
            "image: like nothing that the model was trained with; do not trust what is read there"
        ]

    def test_control_letters_and_models_that_do_not_know(self, trained: Model, noise: Any) -> None:
        assert self.note(trained, bars(8, 5).images) == []
        assert self.note(replace(trained, familiarity=None), noise) == []

    def test_versions_of_an_image_change_no_judgement(self, trained: Model, noise: Any) -> None:
        images = np.concatenate([bars(20, 6).images, noise])
        one, three = (Recognizer(trained, tta).predict_grey(images) for tta in (1, 3))
        assert [each.unfamiliar for each in one] == [each.unfamiliar for each in three]

    def test_from_python_it_is_a_warning(self, trained: Model, noise: Any) -> None:
        with pytest.warns(UserWarning, match="like nothing that the model"):
            assert Recognizer(trained).predict(noise[0]).unfamiliar
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not Recognizer(replace(trained, familiarity=None)).predict(noise[0]).unfamiliar


class TestFormulas:
    INPUTS = to_inputs(bars(400, 7).images, "standardize")

    def test_the_transform_keeps_the_energy(self) -> None:
        """Parseval: the energies of the rings are those of all pixels, whose mean is 0."""
        fine = features(self.INPUTS, SIZE)[1][:, :RINGS]
        assert (np.exp(fine) - 0.1).sum(axis=1) == pytest.approx(SIZE[0] * SIZE[1], rel=1e-3)

    def test_ink_may_be_dark_or_light(self) -> None:
        for one, other in zip(features(self.INPUTS, SIZE)[1], features(-self.INPUTS, SIZE)[1], strict=True):
            assert one == pytest.approx(other, abs=1e-4)

    def test_the_distance_is_mahalanobis(self) -> None:
        x = np.random.default_rng(8).normal(size=(500, 3)) @ [[2, 0, 0], [1, 3, 0], [0, 0, 0.5]] + 4
        found = fit_gaussian(x)
        precision = found.whitening.astype(float) @ found.whitening.T
        assert precision == pytest.approx(np.linalg.inv(np.cov(x.T)), rel=0.03, abs=0.01)
        assert found.mean == pytest.approx(x.mean(axis=0), abs=0.01)

    def test_what_is_more_usual_than_usual_makes_up_for_nothing(self) -> None:
        coarse, fine = features(self.INPUTS, SIZE)
        shape, look = fit_gaussian(coarse), fit_gaussian(fine)
        logits = np.zeros((len(fine), 2))
        e = parts(shape, look, coarse, fine, logits)
        known = Familiarity(shape, look, e.mean(axis=0), np.ones(3), 1.0, 1.0)
        usual, sure = (strangeness(known, self.INPUTS, logits + more, SIZE) for more in (0, 100))
        assert np.array_equal(usual, sure)
        assert strangeness(known, self.INPUTS, logits - 2, SIZE) == pytest.approx(usual + 4)


class TestFile:
    def test_it_is_read_as_it_was_written_and_takes_little(self, trained: Model, tmp_path: Path) -> None:
        for name, m in (("new", trained), ("old", replace(trained, familiarity=None))):
            write_model(m, tmp_path / f"{name}.safetensors")
        new, old = (read_model(tmp_path / f"{name}.safetensors") for name in ("new", "old"))
        assert old.familiarity is None
        images = bars(50, 9).images
        assert np.array_equal(Recognizer(new).strangeness(images), Recognizer(trained).strangeness(images))
        sizes = [(tmp_path / f"{name}.safetensors").stat().st_size for name in ("new", "old")]
        assert 0 < sizes[0] - sizes[1] < 3000

    WRONG: ClassVar[dict[str, Callable[[dict[str, Any]], Any]]] = {
        "no table": lambda facts: [1],
        "an entry is missing": lambda facts: {k: v for k, v in facts.items() if k != "limit"},
        "an entry more": lambda facts: facts | {"more": 1},
        "no text": lambda facts: facts | {"numbers": 7},
        "no base64": lambda facts: facts | {"numbers": "é" * 10},
        "cut off": lambda facts: facts | {"numbers": facts["numbers"][:-8]},
        "odd bytes": lambda facts: facts | {"numbers": base64.b64encode(b"abc").decode()},
        "not finite": lambda facts: facts | {"numbers": base64.b64encode(b"\xff" * 1830).decode()},
        "two means": lambda facts: facts | {"means": [0.0, 0.0]},
        "a spread of 0": lambda facts: facts | {"spreads": [1.0, 0.0, 1.0]},
        "a limit of text": lambda facts: facts | {"limit": "9"},
        "an endless limit": lambda facts: facts | {"tenth": 1e300},
    }

    @pytest.mark.parametrize("fault", WRONG)
    def test_what_cannot_be_is_refused(self, trained: Model, tmp_path: Path, fault: str) -> None:
        assert trained.familiarity is not None
        facts, table, content = native_parts(replace(trained, provenance={}))
        facts["familiarity"] = self.WRONG[fault](pack(trained.familiarity))
        (tmp_path / "a.safetensors").write_bytes(pack_native(facts, table, content))
        with pytest.raises(ModelFileError, match="familiarity"):
            read_model(tmp_path / "a.safetensors")

    def test_control_the_same_file_with_nothing_wrong(self, trained: Model, tmp_path: Path) -> None:
        assert trained.familiarity is not None
        facts, table, content = native_parts(replace(trained, provenance={}))
        facts["familiarity"] = pack(trained.familiarity)
        (tmp_path / "a.safetensors").write_bytes(pack_native(facts, table, content))
        assert read_model(tmp_path / "a.safetensors").familiarity is not None

    def test_pictures_too_small_for_it(self, trained: Model, tmp_path: Path) -> None:
        assert trained.familiarity is not None and min(2, 3) < LEAST_SIDE
        facts, table, content = native_parts(model())
        facts["familiarity"] = pack(trained.familiarity)
        (tmp_path / "a.safetensors").write_bytes(pack_native(facts, table, content))
        with pytest.raises(ModelFileError, match="familiarity"):
            read_model(tmp_path / "a.safetensors")


def test_no_picture_at_all() -> None:
    """Where none of the images could be read, there is nothing to measure, and nothing goes wrong."""
    shape, look = features(np.empty((0, SIZE[0] * SIZE[1]), np.float32), SIZE)
    assert (shape.shape, look.shape) == ((0, SHAPE), (0, LOOK))


def test_the_numbers_of_features() -> None:
    coarse, fine = features(TestFormulas.INPUTS, SIZE)
    assert (coarse.shape[1], fine.shape[1]) == (SHAPE, LOOK)
