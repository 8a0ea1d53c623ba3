"""`charmlp test`: figures, and where they go."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.modelfile import read_model, write_model
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


PICTURES = ("tsne", "test_confusion", "test_letters", "reliability", "coverage", "weights")


def test_the_pictures(run: Run, course: Path, trained: Path) -> None:
    answer = run("test", "--data", course, "--model", trained, "--out", "figures")
    assert answer.status == 0
    for name in PICTURES:
        assert f"picture   {Path('figures') / name}.png" in answer.out
        with Image.open(Path("figures") / f"{name}.png") as picture:
            assert max(picture.size) > 600


def test_pictures_as_svg_say_of_which_run_and_data(run: Run, course: Path, trained: Path) -> None:
    common = ("test", "--data", course, "--model", trained, "--figure_format", "svg")
    assert run(*common, "--out", "a").status == run(*common, "--out", "b").status == 0
    files = sorted(path for path in Path("a").iterdir() if path.suffix != ".csv")
    assert [path.name for path in files] == sorted(f"{name}.svg" for name in PICTURES)
    for path in files:
        text = path.read_text("utf-8")
        assert f"run {trained.name}" in text and str(course.parent) not in text
        assert (f"data {course.name} · test images" in text) is (path.stem != "weights")
        assert text == (Path("b") / path.name).read_text("utf-8")


def test_the_t_sne_of_a_layer(run: Run, course: Path, trained: Path) -> None:
    common = ("test", "--data", course, "--model", trained, "--figure_format", "svg", "--out", "figures")
    picture = Path("figures", "tsne.svg")
    assert run(*common, "--tsne", "off").status == 0 and not picture.exists()
    assert run(*common, "--tsne", "1", "--tsne-points", "20").status == 0
    text = picture.read_text("utf-8")
    assert "t-SNE of hidden layer 1" in text and "(20 of 32)" in text
    for wrong, reason in (("7", "hidden layer"), ("first", "expected logits, off"), ("0", "expected logits")):
        answer = run(*common, "--tsne", wrong)
        assert answer.status == 2 and answer.out == "" and answer.err.count("\n") == 1
        assert "--tsne" in answer.err and reason in answer.err


def test_pictures_need_no_package_that_is_not_installed(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sklearn", "scipy", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, module, None)
    answer = run("test", "--data", course, "--model", trained, "--out", "figures")
    assert answer.status == 0 and answer.out.count("picture   ") == len(PICTURES)
    model = trained / "model.safetensors"
    lists = ("--test_file_path", course / "test.json", "--im_dir", course / "images")
    answer = run("--mode", "test", "--model_path", model, *lists, "--out", "course")
    assert answer.status == 0 and answer.out.count("[Info] Picture saved in") == len(PICTURES)
    assert "[Info] Test accuracy = " in answer.out


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


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def copied(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run folder of one's own, of a model that misreads some letters; and no t-SNE, which takes a while."""
    for module in ("sklearn", "sklearn.manifold"):
        monkeypatch.setitem(sys.modules, module, None)
    model = read_model(trained / "model.safetensors")
    noise = np.random.default_rng(0).normal(0, 0.1, model.weights[0].shape)
    weights = ((model.weights[0] + noise).astype(np.float32), *model.weights[1:])
    write_model(dataclasses.replace(model, weights=weights), tmp_path / "run" / "model.safetensors")
    return tmp_path / "run"


def test_the_tables_lie_beside_the_model(run: Run, course: Path, copied: Path) -> None:
    answer = run("test", "--data", course, "--model", copied, "--format", "json")
    found, errors = json.loads(answer.out), table(copied / "test" / "errors.csv")
    everything = table(copied / "test" / "predictions.csv")
    assert found["tables"] == [str(copied / "test" / name) for name in ("errors.csv", "predictions.csv")]
    truth = json.loads((course / "test.json").read_text("utf-8"))
    assert {row["file"]: row["truth"] for row in everything} == {k: v.upper() for k, v in truth.items()}
    wrong = [row for row in everything if row["truth"] != row["prediction"]]
    assert len(wrong) == len(errors) == round(32 * (1 - found["accuracy"])) > 0
    assert sorted(map(str, errors)) == sorted(map(str, wrong))
    assert [row["file"] for row in errors][:10] == [each["file"] for each in found["worst"]]
    pictures = [course / "images" / row["file"] for row in everything]
    again = run("predict", *pictures, "--model", copied, "--format", "csv")
    predicted = list(csv.DictReader(again.out.splitlines()))
    assert [row["probability"] for row in predicted] == [row["probability"] for row in everything]
    assert [row["prediction"] for row in predicted] == [row["prediction"] for row in everything]


def test_the_figures_in_text_are_those_of_json(run: Run, course: Path, copied: Path) -> None:
    common = ("test", "--data", course, "--model", copied, "--reject", "0.5")
    found, out = json.loads(run(*common, "--format", "json").out), run(*common).out
    low, high = found["interval"]
    accuracy = f"accuracy {100 * found['accuracy']:.2f} % of 32 test images"
    assert f"{accuracy} (95 % interval {100 * low:.1f} to {100 * high:.1f} %)\n" in out
    assert f"right among the first 3 guesses {100 * found['top3']:.2f} %\n" in out
    assert f"calibration error {100 * found['ece']:.1f} %; by chance alone" in out
    assert f"temperature {found['temperature']:.3g}\n" in out
    for pair in found["pairs"]:
        assert f"  {pair['truth']} → {pair['prediction']}  {pair['count']}\n" in out
    for each in found["worst"]:
        shown = f"{each['truth']} → {each['prediction']}  {100 * each['probability']:.1f} %"
        assert f"  {each['file']}: {shown}\n" in out
    left = found["reject"]
    assert f"--reject 0.5: {100 * left['coverage']:.1f} % answered" in out


@pytest.mark.full
def test_classes_that_look_alike_are_counted_as_one(run: Run, tmp_path: Path) -> None:
    settings = ("--epoch", "1", "--hsize", "4", "--recipe", "slides", "--out", tmp_path / "run")
    assert run("train", "synth:300", "--classes", "Oo0X", *settings).status == 0
    common = ("test", "synth:300", "--model", tmp_path / "run", "--tsne", "off")
    found, out = json.loads(run(*common, "--format", "json").out)["counted_as_one"], run(*common).out
    assert found["groups"] == [["0", "O", "o"]] and "look alike when cut out of their line: 0Oo\n" in out
    low, high = found["interval"]
    interval = f"(95 % interval {100 * low:.1f} to {100 * high:.1f} %)"
    assert f"with these counted as one {100 * found['accuracy']:.2f} % {interval}\n" in out
    marked = [line for line in out.splitlines() if line.endswith("(look alike)")]
    assert all(set(line.split()[:3]) <= {"0", "O", "o", "→"} for line in marked)


def test_a_threshold_is_worth_what_predict_then_answers(run: Run, course: Path, copied: Path) -> None:
    flags = ("--model", copied, "--reject", "0.7")
    left = json.loads(run("test", "--data", course, *flags, "--format", "json").out)["reject"]
    truth = json.loads((course / "test.json").read_text("utf-8"))
    pictures = [course / "images" / name for name in truth]
    answers = json.loads(run("predict", *pictures, *flags, "--format", "json").out)
    given = [
        each["prediction"] == letter.upper()
        for each, letter in zip(answers, truth.values(), strict=True) if each["prediction"] is not None
    ]  # fmt: skip
    assert 0 < len(given) < 32
    assert left["coverage"] == len(given) / 32 and left["accuracy"] == sum(given) / len(given)


def test_a_perfect_model_has_no_mistakes_to_show(run: Run, course: Path, trained: Path) -> None:
    answer = run("test", "--data", course / "train.json", "--model", trained, "--out", "f", "--reject", "1")
    assert "accuracy 100.00 %" in answer.out
    assert "mistaken" not in answer.out and "worst" not in answer.out
    assert "100.0 %  0\n" in answer.out  # nothing need be rejected
    assert "--reject 1: 0.0 % answered\n" in answer.out
    assert table(Path("f") / "errors.csv") == []


def test_what_is_no_probability_is_refused(run: Run, course: Path, trained: Path) -> None:
    for verb, what in (("test", course), ("predict", course / "new_images")):
        for value in ("90", "-0.1", "nan", "half"):
            answer = run(verb, what, "--model", trained, f"--reject={value}")
            assert answer.status == 2 and answer.out == ""
            assert f"--reject: expected a probability from 0 to 1, not '{value}'" in answer.err


def test_tables_that_cannot_be_written_cost_no_figures(run: Run, course: Path, copied: Path) -> None:
    (copied / "test").touch()
    answer = run("test", "--data", course, "--model", copied)
    assert answer.status == 0 and "accuracy" in answer.out and "table " not in answer.out
    assert "test is not a folder" in answer.err


def test_the_courses_form_writes_them_as_well(run: Run, course: Path, copied: Path) -> None:
    lists = ("--test_file_path", course / "test.json", "--im_dir", course / "images")
    answer = run("--mode", "test", "--model_path", copied / "model.safetensors", *lists)
    assert f"[Info] Table saved in {copied / 'test' / 'errors.csv'}\n" in answer.out
    assert len(table(copied / "test" / "predictions.csv")) == 32


@pytest.mark.full
def test_accuracy_without_the_near_twins_of_training_letters(
    run: Run, course: Path, trained: Path, tmp_path: Path
) -> None:
    """Three test letters are copies of training letters: found where the run says, or --train_data."""
    lists = {name: json.loads((course / f"{name}.json").read_text("utf-8")) for name in ("train", "test")}
    leaked = dict(list(lists["test"].items())[:5] + list(lists["train"].items())[:3])
    Path("leaked.json").write_text(json.dumps(leaked), "utf-8")
    flags = ("test", "--test_file_path", "leaked.json", "--im_dir", course / "images", "--format", "json")
    leaks = json.loads(run(*flags, "--model", trained, "--out", "f").out)["leaks"]
    assert {"0000.png", "0001.png", "0002.png"} <= {each["file"] for each in leaks["files"]}
    assert leaks["n"] + leaks["n_without"] == 8
    shutil.copy(trained / "model.safetensors", "alone.safetensors")
    alone = (*flags, "--model", "alone.safetensors", "--out", "f")
    assert json.loads(run(*alone).out)["leaks"] is None
    assert json.loads(run(*alone, "--train_data", course).out)["leaks"] == leaks
    assert run(*alone, "--train_data", "nowhere").status == 1
    text = run(*flags[:-2], "--model", trained, "--out", "f").out
    assert f"near-twins of training letters {leaks['n']} of 8" in text


@pytest.mark.parametrize("form", ["png", "svg"])
def test_pictures_are_shown(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """PNG in the system's viewer, SVG in the browser."""
    shown: list[str] = []
    monkeypatch.setattr(Image.Image, "show", lambda picture, title: shown.append(title))
    monkeypatch.setattr("webbrowser.open", lambda address: shown.append(Path(address).name))
    common = ("test", "--data", course, "--model", trained, "--out", "figures", "--tsne", "off")
    assert run(*common, "--figure_format", form, "--show").status == 0
    assert shown == [f"{name}.{form}" for name in PICTURES if name != "tsne"]


def test_more_points_than_can_be_drawn_are_refused(run: Run, course: Path, trained: Path) -> None:
    answer = run("test", "--data", course, "--model", trained, "--tsne_points", "60000")
    assert answer.status == 2 and "--tsne_points" in answer.err and "50,000" in answer.err
