"""The course's commands, typed as the slides have them, in a folder with the course's layout."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Result, run_program
from tests.sampling import in_full

pytest.importorskip("torch")  # the course's .pth files need it

PROGRAM = ROOT / "recognition.py"


@pytest.fixture(scope="module")
def folder(course_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The student's working folder: the data, and a model trained with the slides' first command."""
    folder = tmp_path_factory.mktemp("student")
    shutil.copytree(course_data / "data", folder / "data")
    return folder


def command(folder: Path, line: str) -> Result:
    return run_program(PROGRAM, *line.split(), cwd=folder)


def test_train_test_predict(folder: Path) -> None:
    trained = command(folder, "--mode train")
    assert trained.status == 0, trained.err
    lines = trained.out.splitlines()
    assert [line for line in lines if re.fullmatch(r"Epoch \d\d: loss = \d\.\d{3}", line)] == lines[:9] + [
        line for line in lines[9:] if ": loss" in line
    ]
    assert sum(": loss = " in line for line in lines) == 50
    validated = [line for line in lines if re.fullmatch(r"Epoch \d0: validation accuracy = \d+\.\d%", line)]
    assert [line[6:8] for line in validated] == ["10", "20", "30", "40", "50"]
    assert "Model saved in saved_models/recognition.pth" in lines
    assert (folder / "saved_models" / "recognition.pth").is_file()

    tested = command(folder, "--mode test")
    assert tested.status == 0, tested.err
    assert tested.out.startswith("[Info] Load model from saved_models/recognition.pth\n")
    assert re.search(r"^\[Info\] Test accuracy = \d+\.\d%$", tested.out, re.MULTILINE)
    assert (folder / "saved_models" / "figures" / "tsne.png").is_file()

    predicted = command(
        folder, "--mode predict --im_path data/character_classification/new_images/predict02.png"
    )
    assert predicted.status == 0, predicted.err
    assert re.fullmatch(r"\[Info\] Load model from \S+\nPrediction: [A-Z]\n", predicted.out)


@pytest.mark.full
@pytest.mark.parametrize(
    ("line", "layers"),
    [
        in_full(
            (
                "--mode train --hsize 64 --lr 2e-3 --optim_type adam --momentum 0 --weight_decay 0.1",
                "1024-64-26",
            )
        ),
        ("--mode train --hsize 32,32 --layer 3", "1024-32-32-26"),
    ],
)
def test_the_slides_other_commands(folder: Path, line: str, layers: str) -> None:
    trained = command(folder, line)
    assert trained.status == 0, trained.err
    described = run_program("-m", "charmlp", "info", "saved_models/recognition.pth", cwd=folder)
    assert f"layers         {layers}\n" in described.out


def test_reading_the_folder_of_new_images(folder: Path) -> None:
    command(folder, "--mode train --lr 0.02")
    answers = [
        command(
            folder, f"--mode predict --im_path data/character_classification/new_images/{name}.png"
        ).out.splitlines()[-1]
        for name in ("predict01", "predict02")
    ]
    assert answers == ["Prediction: A", "Prediction: B"]


def test_a_missing_model_is_one_line(tmp_path: Path) -> None:
    answer = command(tmp_path, "--mode predict")
    assert answer.status == 1
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("charmlp: error: saved_models/recognition.pth: no such file")


def test_a_missing_list_is_one_line_before_anything_is_written(tmp_path: Path) -> None:
    answer = command(tmp_path, "--mode train")
    assert answer.status == 1
    assert answer.err.startswith("charmlp: error: data/character_classification/train.json: no such file")
    assert list(tmp_path.iterdir()) == []


def test_an_odd_label_is_an_error_that_names_it_and_its_list(folder: Path) -> None:
    images = folder / "data" / "character_classification" / "images"
    (folder / "odd.json").write_text('{"0000.png": "A", "0001.png": "b", "0002.png": "AB"}', "utf-8")
    answer = command(
        folder, f"--mode train --train_file_path odd.json --val_file_path odd.json --im_dir {images}"
    )
    assert answer.status == 1 and answer.err.count("\n") == 1
    assert answer.err.startswith('charmlp: error: odd.json: "AB" of "0002.png" is not a letter A–Z')
