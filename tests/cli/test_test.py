"""`charmlp test`: figures, and where they go."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Result

Run = Callable[..., Result]


def test_json_holds_the_figures_and_nothing_else(run: Run, course: Path, trained: Path) -> None:
    answer = run("test", "--data", course, "--model", trained, "--format", "json", "--out", "figures")
    found = json.loads(answer.out)
    assert answer.status == 0
    assert found["n"] == 32
    assert 0.9 <= found["accuracy"] <= 1
    assert found["loss"] > 0
    assert set(found["per_class"]) == set("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert sum(entry["support"] for entry in found["per_class"].values()) == 32


def test_the_pictures(run: Run, course: Path, trained: Path) -> None:
    answer = run("test", "--data", course, "--model", trained, "--out", "figures")
    assert answer.status == 0
    for name in ("tsne.png", "test_confusion.png", "test_letters.png"):
        assert f"picture   {Path('figures') / name}" in answer.out
        with Image.open(Path("figures") / name) as picture:
            assert max(picture.size) > 600


def test_without_scikit_learn_one_line_says_how_to_get_the_scatter(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = ("test", "--data", course, "--model", trained)
    whole = run(*common, "--out", "with")  # the control: all pictures, and nothing said
    for module in ("sklearn", "sklearn.manifold"):
        monkeypatch.setitem(sys.modules, module, None)
    answer = run(*common, "--out", "without")
    assert answer.status == 0
    (line,) = set(answer.err.splitlines()) - set(whole.err.splitlines())
    assert "t-SNE" in line and "pip install" in line
    always = ["errors.csv", "predictions.csv", "test_confusion.png", "test_letters.png"]
    assert sorted(path.name for path in Path("with").iterdir()) == [*always, "tsne.png"]
    assert sorted(path.name for path in Path("without").iterdir()) == always
    expected = whole.out.replace(f"picture   {Path('with') / 'tsne.png'}\n", "").replace("with", "without")
    assert answer.out == expected
    json_answer = run(*common, "--format", "json", "--out", "without")
    assert json.loads(json_answer.out)["n"] == 32 and json_answer.err.count("pip install") == 1


def test_the_courses_form_without_scikit_learn(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sklearn", "sklearn.manifold"):
        monkeypatch.setitem(sys.modules, module, None)
    model = trained / "model.safetensors"
    lists = ("--test_file_path", course / "test.json", "--im_dir", course / "images")
    answer = run("--mode", "test", "--model_path", model, *lists, "--out", "figures")
    assert answer.status == 0 and answer.err.count("pip install") == 1
    assert "[Info] Test accuracy = " in answer.out
    drawn = sorted(path.name for path in Path("figures").iterdir())
    assert drawn == ["errors.csv", "predictions.csv", "test_confusion.png", "test_letters.png"]


def test_pictures_that_cannot_be_written_cost_no_figures(run: Run, course: Path, trained: Path) -> None:
    shutil.copy(trained / "model.safetensors", "model.safetensors")
    Path("figures").touch()
    answer = run("test", "--data", course, "--model", "model.safetensors")
    assert answer.status == 0 and "accuracy" in answer.out and "picture" not in answer.out
    assert "figures is not a folder" in answer.err
    asked = run("test", "--data", course, "--model", "model.safetensors", "--out", "figures")
    assert asked.status == 1 and asked.err.count("\n") == 1 and asked.out == ""  # before any work


def test_one_list_is_tested_whole(run: Run, course: Path, trained: Path) -> None:
    answer = run("test", "--data", course / "train.json", "--model", trained, "--out", "figures")
    assert answer.status == 0
    assert "of 96 test images" in answer.out


def test_an_archive_is_tested_as_its_folder_is(run: Run, course: Path, trained: Path) -> None:
    archive = shutil.make_archive("letters", "zip", course.parent.parent)
    common = ("--model", trained, "--format", "json", "--out", "figures")
    answers = [json.loads(run("test", "--data", place, *common).out) for place in (archive, course)]
    assert answers[0] == answers[1] and answers[0]["n"] == 32


@pytest.mark.parametrize(("split", "n"), [("train", 96), ("val", 32), ("test", 32)])
def test_a_split(run: Run, course: Path, trained: Path, split: str, n: int) -> None:
    answer = run(
        "test", "--data", course, "--model", trained, "--split", split, "--format", "json", "--out", "f"
    )
    assert json.loads(answer.out)["n"] == n


def test_a_list_with_a_label_that_the_model_does_not_know(run: Run, course: Path, trained: Path) -> None:
    Path("digits.json").write_text(json.dumps({"0000.png": "7"}), "utf-8")
    answer = run("test", "--test_file_path", "digits.json", "--im_dir", course / "images", "--model", trained)
    assert answer.status == 1
    assert answer.err.count("\n") == 1
    assert "digits.json" in answer.err and "'7'" in answer.err.replace('"', "'")


def test_versions_of_each_image_are_averaged(run: Run, course: Path, trained: Path) -> None:
    common = ("test", "--data", course, "--model", trained, "--format", "json")
    plain, again, averaged = (
        json.loads(run(*common, *flags).out) for flags in ([], ["--tta", "1"], ["--tta", "8"])
    )
    assert plain == again and plain["loss"] != averaged["loss"]
    refused = run(*common, "--tta", "none")
    assert refused.status == 2 and "--tta: expected a whole number" in refused.err


def test_predict_averages_as_well(run: Run, course: Path, trained: Path) -> None:
    common = ("predict", course / "new_images" / "predict01.png", "--model", trained, "--format", "json")
    first, second = (json.loads(run(*common, *flags).out)[0] for flags in ([], ["--tta", "8"]))
    assert first["prediction"] == second["prediction"]
    assert first["probability"] != second["probability"]
    assert run(*common, "--tta", "0").status == 2
