"""`charmlp train`: what a run leaves behind, and what it refuses before it starts."""

from __future__ import annotations

import csv
import itertools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from charmlp.calculus import ACTIVATIONS
from charmlp.cli.progress import LineReporter
from charmlp.config import OPTIMIZERS
from charmlp.errors import CharmlpError
from charmlp.evaluation.pictures import of_run
from charmlp.recognizer import Recognizer
from tests.cli.conftest import LETTERS, Result, run_program
from tests.data.making import make_image
from tests.sampling import one_in

Run = Callable[..., Result]

WITHOUT_TORCH = """
import sys
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, NoTorch())
from charmlp.cli import main
sys.exit(main(sys.argv[1:]))
"""


def metrics(folder: Path) -> list[dict[str, str]]:
    """The lines of a run's metrics.csv."""
    return list(csv.DictReader((folder / "metrics.csv").read_text("utf-8").splitlines()))


def test_a_run_folder_is_whole(run: Run, course: Path) -> None:
    answer = run("train", "--recipe", "slides", "--data", course, "--epoch", "12", "--out", "first")
    assert answer.status == 0
    folder = Path("first")
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.toml", "data.json", "figures", "log.txt", "metrics.csv", "model.safetensors",
    ]  # fmt: skip
    assert {path.name for path in (folder / "figures").iterdir()} == {"confusion.png", "loss.png"}
    rows = metrics(folder)
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(1, 13)]
    assert [row["epoch"] for row in rows if row["val_accuracy"]] == ["10", "12"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert "96 training, 32 validation" in (folder / "log.txt").read_text("utf-8")
    assert Path("runs/latest").read_text("utf-8").strip() == str(folder.resolve())
    assert "model     first" in answer.out


def test_results_go_to_stdout_and_the_rest_to_stderr(run: Run, course: Path) -> None:
    answer = run("train", "--recipe", "slides", "--data", course, "--epoch", "1", "--out", "first")
    assert "epoch" in answer.err and "loss" in answer.err
    assert len(answer.out.splitlines()) == 3


def test_the_newest_run_is_the_default_model(run: Run, course: Path) -> None:
    assert run("train", "--recipe", "slides", "--data", course, "--epoch", "1").status == 0
    image = course / "new_images" / "predict01.png"
    assert run("predict", image).status == 0
    assert run("test", "--data", course).status == 0


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_trains_and_loads_again(run: Run, course: Path, optimizer: str) -> None:
    answer = run(
        "train", "--recipe", "slides", "--data", course, "--epoch", "3", "--optim_type", optimizer,
        "--lr", "1.0" if optimizer == "adadelta" else "0.01", "--pictures", "off", "--out", "a",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    losses = [float(row["loss"]) for row in metrics(Path("a"))]
    assert losses[-1] < losses[0]
    assert Recognizer.load("a/model.safetensors").model.sizes == (1024, 32, 26)


@pytest.mark.parametrize(
    ("layers", "activation"), one_in(3, itertools.product(["1", "2", "3", "4"], ACTIVATIONS))
)
def test_every_activation_and_depth_with_a_picture_that_is_no_square(
    run: Run, course: Path, activation: str, layers: str
) -> None:
    sizes = ["--hsize", ",".join(["9", "8", "7"][: int(layers) - 1])] if layers != "1" else []
    answer = run(
        "train", "--recipe", "slides", "--data", course, "--epoch", "1", "--act", activation,
        "--layer", layers, *sizes, "--norm_size", "20", "12", "--pictures", "off", "--out", "a",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    recognizer = Recognizer.load("a/model.safetensors")
    assert recognizer.model.norm_size == (20, 12)
    assert recognizer.model.act_type == activation
    assert len(recognizer.model.weights) == int(layers)
    assert recognizer.predict(course / "new_images" / "predict01.png").prediction.isalpha()


def test_the_same_seed_gives_the_same_bits(run: Run, course: Path) -> None:
    for name, seed in (("a", "5"), ("b", "5"), ("c", "6")):
        arguments = ("--recipe", "slides", "--data", course, "--epoch", "2", "--seed", seed, "--out", name)
        assert run("train", *arguments).status == 0
    a, b, c = (Recognizer.load(f"{name}/model.safetensors").model.weights[0] for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_what_is_odd_is_said_before_training(run: Run, tmp_path: Path) -> None:
    for name in (*(f"A/{number}.png" for number in range(60)), "B/0.png", "B/1.png", "é/0.png", "test/x.png"):
        make_image(tmp_path / "data" / name)
    flags = ("--recipe", "slides", "--epoch", "1", "--pictures", "off", "--out", tmp_path / "run")
    answer = run("train", "--data", tmp_path / "data", *flags)
    assert answer.status == 0
    before, _, _ = answer.err.partition("epoch 1/1")
    for words in (
        'data/: "é" of "é/0.png" is not a letter A–Z',
        "left out: test/x.png: in no folder of a class",
        'a single training image each: "é"',
        "no validation images, so that accuracy does not count them",
        "classes of very different sizes",
    ):
        assert words in before


def test_classes_that_are_given(run: Run, course: Path) -> None:
    classes = LETTERS.upper()
    answer = run(
        "train", "--recipe", "slides", "--data", course, "--classes", classes, "--epoch", "1", "--out", "a"
    )
    assert answer.status == 0
    assert Recognizer.load("a/model.safetensors").classes == tuple(classes)


@pytest.mark.parametrize(
    ("flags", "status", "words"),
    [
        (["--hsize", "32,32", "--layer", "2"], 2, "--layer 2 needs 1 hidden sizes, but --hsize gives 2"),
        (["--hsize", "0"], 2, "--hsize: expected"),
        (["--lr", "nan"], 2, "--lr: expected a number above 0"),
        (["--lr", "-1"], 2, "--lr: expected a number above 0"),
        (["--epoch", "2.5"], 2, "--epoch: expected a whole number"),
        (["--optim_type", "lion"], 2, "--optim_type: expected one of sgd"),
        (["--norm_size", "32,-32"], 2, "--norm_size: expected height,width"),
        (["--device", "tpu"], 2, "--device: expected cpu, cuda or cuda:N"),
        (["--n_classes", "25"], 1, "26 classes"),
        (["--optim_type", "adam", "--momentum", "0.9"], 2, "adam has no momentum"),
        (["--classes", "ABC"], 1, "is none of the 3 classes"),
        (["--model_path", "model.onnx"], 1, "model.onnx: a model's name ends in"),
        (["--monitor", "auc"], 2, "--monitor: expected one of accuracy"),
        (["--colour", "red"], 2, "--colour"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_flag_costs_one_line_and_nothing_else(
    run: Run, course: Path, flags: list[str], status: int, words: str
) -> None:
    answer = run("train", "--recipe", "slides", "--data", course, *flags)
    assert answer.status == status
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("charmlp: error: ")
    assert words in answer.err
    assert list(Path().iterdir()) == []  # nothing was written


def test_a_gpu_that_is_not_there(run: Run, course: Path) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    answer = run("train", "--recipe", "slides", "--data", course, "--device", "cuda")
    assert answer.status == 2
    assert "finds no CUDA GPU" in answer.err


def test_an_existing_run_is_refused(run: Run, course: Path) -> None:
    arguments = ("train", "--recipe", "slides", "--data", course, "--epoch", "1", "--out", "a")
    assert run(*arguments).status == 0
    before = Path("a/model.safetensors").read_bytes()
    refused = run(*arguments, "--seed", "7")
    assert refused.status == 2 and "--overwrite" in refused.err
    assert Path("a/model.safetensors").read_bytes() == before
    assert run(*arguments, "--seed", "7", "--overwrite").status == 0
    assert Path("a/model.safetensors").read_bytes() != before


def test_side_matters_are_notes(run: Run, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`runs/latest` and the pictures cannot be written; the model and its copy are there."""

    def refuse(*arguments: object) -> None:
        raise CharmlpError("no room for pictures")

    monkeypatch.setattr(of_run, "draw_run", refuse)
    Path("runs").touch()
    flags = ("--recipe", "slides", "--data", course, "--epoch", "1")
    answer = run("train", *flags, "--out", "a", "--model", "copy.safetensors")
    assert answer.status == 0 and "pictures" not in answer.out
    notes = [line for line in answer.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 2 and "runs/latest" in notes[0].replace(os.sep, "/") and "no room" in notes[1]
    assert Path("copy.safetensors").read_bytes() == Path("a/model.safetensors").read_bytes()


@pytest.mark.parametrize("lost", ["a/model.safetensors", "copy.safetensors"])
def test_of_two_models_one_is_saved_where_the_other_cannot_be(
    run: Run, course: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(LineReporter, "epoch_ends", lambda self, training, epoch: Path(lost).mkdir())
    flags = ("--recipe", "slides", "--data", course, "--epoch", "1")
    answer = run("train", *flags, "--out", "a", "--model", "copy.safetensors")
    (saved,) = {"a/model.safetensors", "copy.safetensors"} - {lost}
    assert answer.status == 1 and Path(saved).is_file()
    assert f"{Path(lost)}: a folder" in answer.err and f"is saved in {Path(saved)}" in answer.err


@pytest.mark.parametrize("model", ["file/m.safetensors", "folder.safetensors"])
def test_a_model_that_cannot_be_written_is_told_before(run: Run, course: Path, model: str) -> None:
    Path("file").touch()
    Path("folder.safetensors").mkdir()
    answer = run("train", "--recipe", "slides", "--data", course, "--model", model)
    assert answer.status == 1 and answer.err.count("\n") == 1 and not Path("runs").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="this system keeps a folder that somebody is in")
def test_a_current_folder_that_is_gone(run: Run, course: Path, tmp_path: Path) -> None:
    flags = ("--recipe", "slides", "--data", course, "--epoch", "1")
    for name in ("gone", "here"):
        (tmp_path / name).mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for out, model in (("a", tmp_path / "m.safetensors"), (tmp_path / "here" / "a", "m.safetensors")):
        refused = run("train", *flags, "--out", out, "--model", model)
        assert refused.status == 1 and "the current folder has been removed" in refused.err
        assert refused.err.count("\n") == 1
    assert run("train", *flags, "--out", tmp_path / "here" / "a").status == 0
    assert (tmp_path / "here" / "a" / "figures" / "loss.png").exists()


def test_a_loss_that_runs_away_is_one_line(run: Run, course: Path) -> None:
    answer = run("train", "--recipe", "slides", "--data", course, "--lr", "1e20", "--out", "a")
    assert answer.status == 1
    assert "lower --lr" in answer.err.splitlines()[-1]


def test_without_torch_everything_but_pth_works(course: Path, tmp_path: Path) -> None:
    image = course / "new_images" / "predict01.png"
    train = ("train", "--recipe", "slides", "--data", course, "--epoch", "1", "--out", "a", "--overwrite")
    assert run_program("-c", WITHOUT_TORCH, *train, cwd=tmp_path).status == 0
    assert (
        run_program("-c", WITHOUT_TORCH, "test", "--data", course, "--model", "a", cwd=tmp_path).status == 0
    )
    assert run_program("-c", WITHOUT_TORCH, "predict", image, "--model", "a", cwd=tmp_path).status == 0
    for flags in (["--model_path", "m.pth"], ["--step", "autograd"], ["--device", "cuda"]):
        refused = run_program("-c", WITHOUT_TORCH, *train, *flags, cwd=tmp_path)
        assert refused.status == 1
        assert 'needs torch, which is not installed: pip install "torch>=2.4"' in refused.err.splitlines()[-1]


def test_a_run_is_repeated_by_its_config(run: Run, course: Path) -> None:
    flags = ("--epoch", "2", "--seed", "7", "--hsize", "16", "--dropout", "0.1", "--pictures", "off")
    assert run("train", "--recipe", "slides", "--data", course, *flags, "--out", "a").status == 0
    again = ("train", "--data", course, "--config", "a/config.toml", "--pictures", "off")
    assert run(*again, "--out", "b").status == 0
    assert run(*again, "--out", "c", "--epoch", "3").status == 0  # a flag beside it wins
    assert Path("a/config.toml").read_bytes() == Path("b/config.toml").read_bytes()
    assert Path("a/model.safetensors").read_bytes() == Path("b/model.safetensors").read_bytes()
    assert len(metrics(Path("c"))) == 3
    assert "hidden_size = [16]" in Path("c/config.toml").read_text("utf-8")


def test_a_config_of_the_recipe_best_settles_its_updates_anew(run: Run, course: Path) -> None:
    flags = ("--updates", "4", "--synth_ratio", "0", "--hsize", "8", "--pictures", "off")
    assert run("train", "--data", course, *flags, "--out", "a").status == 0
    assert (
        run("train", "--data", course, "--config", "a/config.toml", "--pictures", "off", "--out", "b").status
        == 0
    )
    assert len(metrics(Path("a"))) == len(metrics(Path("b"))) == 4
    assert "updates = 4" in Path("b/config.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("content", "flags", "status", "words"),
    [
        (None, [], 1, "own.toml: no such file; a run's config.toml is expected there"),
        (b"lr = 'fast'", [], 1, "own.toml: lr (--lr): expected a number above 0, not 'fast'"),
        (b"colour = 1", [], 1, "own.toml: no setting is called 'colour'"),
        (b"\xff", [], 1, "own.toml: byte 0xFF in line 1 is not UTF-8"),
        (b"#" * 2**21, [], 1, "own.toml: more than 1 MB; a run's config.toml is expected"),
        (b"lr = 1", ["--recipe", "best"], 2, "--recipe and --config: give one or the other"),
        (b"lr = 1", ["--lr", "-1"], 2, "--lr: expected a number above 0"),
        (b"optimizer = 'adam'", ["--momentum", "0.9"], 2, "adam has no momentum"),
    ],
)
def test_a_config_that_is_wrong_costs_one_line(
    run: Run, course: Path, content: bytes | None, flags: list[str], status: int, words: str
) -> None:
    if content is not None:
        Path("own.toml").write_bytes(content)
    answer = run("train", "--data", course, "--config", "own.toml", *flags)
    assert (answer.status, answer.err.count("\n")) == (status, 1)
    assert words in answer.err
    assert [path.name for path in Path().iterdir()] == ([] if content is None else ["own.toml"])
