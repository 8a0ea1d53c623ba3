"""What `test` draws."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from charmlp import calculus
from charmlp.evaluation.pictures.about import NOTHING
from charmlp.evaluation.pictures.of_test import draw_test, outputs
from charmlp.images import to_inputs
from charmlp.modelfile import Model
from tests.evaluation.pictures.conftest import evaluation

ALWAYS = {"test_confusion", "test_letters", "reliability", "coverage", "weights"}


@pytest.fixture
def of() -> Model:
    rng = np.random.default_rng(0)
    shapes = ((6, 64), (5, 6), (3, 5))
    weights = tuple(rng.normal(size=shape).astype(np.float32) for shape in shapes)
    return Model(
        tuple("ABC"), (8, 8), "scale", "tanh", weights, tuple(np.ones(len(w), np.float32) for w in weights)
    )


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_pictures(tmp_path: Path, of: Model, suffix: str) -> None:
    letters = evaluation([0, 1, 2, 0], [0, 1, 1, 0], "ABC")
    drawn = draw_test(tmp_path, letters, of, NOTHING, layer=None, suffix=suffix)
    assert {path.name for path in drawn} == {f"{name}.{suffix}" for name in ALWAYS}
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in drawn}
    for layer in (-1, 1, 2):
        assert (tmp_path / f"tsne.{suffix}") in draw_test(
            tmp_path, letters, of, NOTHING, layer=layer, suffix=suffix
        )


def test_outputs_of_a_hidden_layer(of: Model) -> None:
    images = np.random.default_rng(1).integers(0, 255, (4, 8, 8)).astype(np.uint8)
    first = outputs(of, images, 1)
    assert first.shape == (4, 6) and outputs(of, images, 2).shape == (4, 5)
    expected = np.tanh(to_inputs(images, "scale") @ of.weights[0].T + of.biases[0])
    assert np.allclose(first, expected, atol=1e-5)
    whole = calculus.mlp(to_inputs(images, "scale"), of.weights, of.biases, "tanh")
    assert np.array_equal(outputs(of, images, 3), whole)


def test_a_training_imports_neither_matplotlib_nor_loops() -> None:
    code = (
        "import sys; from charmlp.evaluation.pictures.of_run import draw_run, loss_curve; "
        "from charmlp.training.state import Epoch; loss_curve([Epoch(1, 1.0, 0.1, 0.0, None)]).picture; "
        "sys.exit(bool({'matplotlib', 'numba', 'sklearn'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
