"""The ONNX graph against Pillow and the Recognizer, run by onnxruntime."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import charmlp
from charmlp.calculus import ACTIVATIONS
from charmlp.config import PREPROCESSINGS, View
from charmlp.errors import CharmlpError, DataError, MissingExtraError
from charmlp.exporting.pictures import pictures, scrawl
from charmlp.images import read_grey
from charmlp.images.crop import letter_box
from charmlp.images.inputs import have_dark_ink
from charmlp.letters.letterset import LetterSet
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from tests.cli.conftest import FONTS
from tests.exporting.models import make_model

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

from onnx import helper  # noqa: E402

from charmlp.exporting import onnx as writer  # noqa: E402
from charmlp.exporting.onnx import network, resize  # noqa: E402
from charmlp.exporting.onnx.graph import Graph, Value  # noqa: E402
from charmlp.exporting.onnx.running import runner  # noqa: E402
from charmlp.exporting.rows import quantised  # noqa: E402

Grey = NDArray[np.uint8]
MOST_DIFFERENT = 2e-6  # float32 sums in another order

# From one pixel to photographs; taller and wider than what they become, or both, or neither.
SIZES = [(1, 1), (1, 1000), (1000, 1), (3, 5), (16, 16), (20, 3000), (3000, 20), (40, 44), (47, 23), (17, 60),
         (100, 31), (31, 100), (160, 160), (211, 40)]  # fmt: skip


def seen_by_graph(model: Model) -> Callable[[Grey], NDArray[Any]]:
    """The graph up to what the network sees: pictures N×H×W → N×height×width."""
    g = Graph()
    value = network.seen(g, Value(g, "grey", np.dtype(np.uint8)), model)
    inputs = [helper.make_tensor_value_info("grey", onnx.TensorProto.UINT8, ["n", "h", "w"])]
    outputs = [helper.make_tensor_value_info(value.name, onnx.TensorProto.DOUBLE, None)]
    graph = helper.make_graph(g.nodes, "seen", inputs, outputs, g.constants)
    opset = [helper.make_opsetid("", 13)]
    content = helper.make_model(graph, opset_imports=opset, ir_version=7).SerializeToString()
    session = runtime.InferenceSession(content)
    return lambda grey: session.run(None, {"grey": grey})[0]


def probabilities_of(model: Model) -> Callable[[Grey], tuple[NDArray[Any], NDArray[Any]]]:
    found = runner(network.onnx_model(model).SerializeToString())
    assert found is not None
    return found[0]


def noise(*shape: int) -> Grey:
    return np.random.default_rng(shape).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("norm_size", [(16, 16), (32, 24), (1, 1), (7, 40)])
def test_the_resize_is_pillows(norm_size: tuple[int, int]) -> None:
    run = seen_by_graph(make_model(norm_size=norm_size))
    for size in SIZES:
        picture = noise(*size)
        assert np.array_equal(run(picture[np.newaxis])[0], read_grey(picture, norm_size)), size


def test_older_pillows_always_begin_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resize, "COLUMNS_MAY_COME_FIRST", False)
    run = seen_by_graph(make_model())
    for size in SIZES:
        picture = noise(*size)
        rows = Image.fromarray(picture).resize((16, size[0]), Image.Resampling.BILINEAR)
        both = rows.resize((16, 16), Image.Resampling.BILINEAR)
        assert np.array_equal(run(picture[np.newaxis])[0], np.asarray(both)), size


def test_a_resize_without_its_rounding_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resize, "rounded", lambda sums: sums / resize.ONE)
    picture = noise(40, 44)
    found = np.rint(seen_by_graph(make_model())(picture[np.newaxis])[0])
    assert 0 < np.abs(found - read_grey(picture, (16, 16))).max() <= 1


def letters_on_paper() -> list[Grey]:
    """Letters anywhere on a page, dark on light or light on dark, some with noise."""
    generator, made = np.random.default_rng(4), []
    for number in range(60):
        height, width = generator.integers(12, 300, 2).tolist()
        ground, ink = [(230, 30), (20, 200)][number % 2]
        picture = Image.new("L", (width, height), ground)
        font = ImageFont.truetype(str(FONTS / "DejaVuSans.ttf"), max(4, int(0.6 * min(height, width))))
        place = generator.uniform(0.3, 0.7, 2) * (width, height)
        ImageDraw.Draw(picture).text(tuple(place), "AbIm."[number % 5], ink, font, anchor="mm")
        made.append(
            np.clip(np.asarray(picture) + generator.normal(0, number % 3 * 6, (height, width)), 0, 255)
        )
    return [picture.astype(np.uint8) for picture in made]


def test_the_crop_is_that_of_training() -> None:
    run, view, cropped = seen_by_graph(make_model(crop="auto")), View("auto"), 0
    for picture in [*letters_on_paper(), *pictures()[::2], *(noise(*size) for size in SIZES)]:
        assert np.array_equal(run(picture[np.newaxis])[0], read_grey(picture, (16, 16), view)), picture.shape
        cropped += letter_box(Image.fromarray(picture)) != (0, 0, *picture.shape[::-1])
    assert cropped >= 40


@pytest.mark.parametrize("preprocessing", PREPROCESSINGS)
@pytest.mark.parametrize("act_type", ACTIVATIONS)
def test_every_activation_and_preprocessing(act_type: str, preprocessing: str) -> None:
    model = make_model(act_type, preprocessing=preprocessing)
    check_same(model, pictures()[::4])


@pytest.mark.parametrize("norm_size", [(1, 1), (1, 9), (2, 3), (3, 3), (16, 16)])
def test_dark_ink_is_made_light(norm_size: tuple[int, int]) -> None:
    model = make_model(norm_size=norm_size, preprocessing="light_ink")
    shown = [noise(8, *norm_size), np.zeros((1, *norm_size), np.uint8), noise(1, 40, 44) // 200 * 200]
    assert 0 < have_dark_ink(noise(8, 16, 16)).sum() < 8
    check_same(model, [picture for batch in shown for picture in batch])


@pytest.mark.parametrize("hidden", [(), (9,), (9, 8, 7), (40, 30, 20, 10, 5)])
def test_any_number_of_layers(hidden: tuple[int, ...]) -> None:
    check_same(make_model("tanh", hidden), pictures()[::8])


def check_same(model: Model, shown: list[Grey]) -> None:
    """Probabilities and class of each picture are the Recognizer's."""
    run, recognizer = probabilities_of(model), Recognizer(model)
    for picture in shown:
        expected = recognizer.predict_proba(recognizer.grey(picture)[np.newaxis])
        probabilities, number = run(picture[np.newaxis])
        assert np.abs(probabilities - expected).max() <= MOST_DIFFERENT, picture.shape
        assert number[0] == expected.argmax() or np.ptp(np.sort(expected[0])[-2:]) <= MOST_DIFFERENT


@pytest.mark.parametrize("crop", ["none", "auto"])
def test_a_batch_is_its_pictures(crop: str) -> None:
    run = probabilities_of(make_model("silu", preprocessing="standardize", crop=crop))
    generator = np.random.default_rng(1)
    batch = np.stack([scrawl(40, 44, generator) for _ in range(12)])
    alone = np.concatenate([run(picture[np.newaxis])[0] for picture in batch])
    probabilities, numbers = run(batch)
    assert np.abs(probabilities - alone).max() <= MOST_DIFFERENT
    assert probabilities.dtype == np.float32 and numbers.dtype == np.int64
    empty, none = run(batch[:0])
    assert empty.shape == (0, 10) and none.shape == (0,)


def test_real_letters(scene_letters: Path) -> None:
    paths = sorted((scene_letters / "images").iterdir())[::8]
    recognizer = Recognizer(make_model(hidden=(32,), norm_size=(32, 32), preprocessing="standardize"))
    run = probabilities_of(recognizer.model)
    for path in paths:
        with Image.open(path) as picture:
            grey = np.asarray(picture.convert("L"))
        expected = recognizer.predict_proba(recognizer.grey(path)[np.newaxis])
        assert np.abs(run(grey[np.newaxis])[0] - expected).max() <= MOST_DIFFERENT
    assert len(paths) >= 200


def test_what_the_file_says(tmp_path: Path) -> None:
    model = make_model(classes="甲乙😀\\\"'<>")
    done = charmlp.export(model, "onnx", out=tmp_path / "model.onnx")
    found = onnx.load(done.path)
    onnx.checker.check_model(found, full_check=True)
    facts = {entry.key: entry.value for entry in found.metadata_props}
    assert tuple(json.loads(facts["classes"])) == model.classes
    assert facts["charmlp"] == charmlp.__version__
    assert (found.ir_version, found.opset_import[0].version) == (7, 13)
    shapes = {
        value.name: [side.dim_param or side.dim_value for side in value.type.tensor_type.shape.dim]
        for value in (*found.graph.input, *found.graph.output)
    }
    assert shapes == {
        "grey": ["pictures", "height", "width"],
        "probabilities": ["pictures", 8],
        "class": ["pictures"],
    }


def test_every_activation_and_preprocessing_can_be_said() -> None:
    assert set(network.OPERATORS) == set(ACTIVATIONS)
    assert set(network.INPUTS) == set(PREPROCESSINGS)


def test_what_cannot_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(network.OPERATORS, "gelu")
    monkeypatch.delitem(network.INPUTS, "standardize")
    with pytest.raises(CharmlpError, match=r"m\.onnx: the activation gelu cannot be said in ONNX"):
        charmlp.export(make_model("gelu"), "onnx", out=tmp_path / "m.onnx")
    with pytest.raises(CharmlpError, match=r"m\.onnx: the preprocessing standardize cannot be said in ONNX"):
        charmlp.export(make_model(preprocessing="standardize"), "onnx", out=tmp_path / "m.onnx")
    monkeypatch.setattr(writer, "MOST_BYTES", 20_000)
    with pytest.raises(CharmlpError, match=r"m\.onnx: the weights take more than the 2 GB"):
        charmlp.export(make_model(), "onnx", out=tmp_path / "m.onnx")
    assert not [*tmp_path.iterdir()]


def test_a_graph_that_answers_otherwise_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(network.OPERATORS, "relu", network.OPERATORS["silu"])
    with pytest.raises(
        CharmlpError, match=r"m\.onnx: not written: a probability differs by 0\.\d+, more than"
    ):
        charmlp.export(make_model(), "onnx", out=tmp_path / "m.onnx")
    assert not [*tmp_path.iterdir()]


def make_letters(model: Model) -> LetterSet:
    """Scrawls, each with the label that the model gives it."""
    generator = np.random.default_rng(2)
    images = np.stack([scrawl(*model.norm_size, generator) for _ in range(500)])
    labels = Recognizer(model).logits(images).argmax(axis=1)
    return LetterSet(images, labels, model.classes, tuple(map(str, range(500))))


def test_eight_bits(tmp_path: Path) -> None:
    model = make_model(hidden=(64,))
    full = charmlp.export(model, "onnx", out=tmp_path / "32.onnx")
    done = charmlp.export(
        model, "onnx", bits=8, data=make_letters(model), out=tmp_path / "8.onnx", max_loss=3
    )
    assert full.cost is None and done.cost is not None
    assert done.cost.before == 1 and 0.97 <= done.cost.after < 1 and done.cost.n == 500
    assert done.size < full.size - 2.5 * model.n_parameters
    assert done.difference is not None and done.difference <= MOST_DIFFERENT
    with pytest.raises(
        CharmlpError, match=r"8 bits lose \d\.\d\d percentage points .* at most 0 are allowed"
    ):
        charmlp.export(model, "onnx", bits=8, data=make_letters(model), out=tmp_path / "x.onnx", max_loss=0)
    assert not (tmp_path / "x.onnx").exists()


def test_eight_bits_are_measured_or_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="give --data; --max_loss 100 takes 8 bits unmeasured"):
        charmlp.export(make_model(), "onnx", bits=8, out=tmp_path / "m.onnx")
    other = make_letters(make_model(classes="KLMNOPQRST"))
    with pytest.raises(DataError, match="the data has the classes K L M"):
        charmlp.export(make_model(), "onnx", bits=8, out=tmp_path / "m.onnx", data=other)
    done = charmlp.export(make_model(), "onnx", bits=8, out=tmp_path / "m.onnx", max_loss=100)
    assert done.cost is None and "does not say what it was trained on" in done.unmeasured


def test_rows_of_eight_bits() -> None:
    weight = make_model().weights[0].copy()
    weight[3] = 0
    rows = quantised(weight)
    assert (np.abs(rows.weight - weight) <= rows.scales[:, np.newaxis] * 0.5001).all()
    assert np.abs(rows.integers).max(axis=1).tolist() == [
        0 if row == 3 else 127 for row in range(len(weight))
    ]


def test_without_what_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    done = charmlp.export(make_model(), "onnx", out=tmp_path / "m.onnx")
    assert done.difference is None and done.path.exists()
    assert done.compared.startswith("not compared: onnxruntime is missing: pip install ")


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(
        MissingExtraError, match=r"an ONNX file needs onnx, which is not installed: pip install"
    ):
        charmlp.export(make_model(), "onnx", out=tmp_path / "m.onnx")


def test_a_graph_that_it_does_not_take() -> None:
    with pytest.raises(CharmlpError, match=r"onnxruntime \S+ does not take the graph: "):
        runner(b"no graph")
