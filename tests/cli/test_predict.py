"""`charmlp predict`: every way to name images, every format, and bad ones among good ones."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]


def files(answer: Result) -> list[str]:
    return [entry["file"] for entry in json.loads(answer.out)]


def test_json(run: Run, course: Path, trained: Path) -> None:
    image = course / "new_images" / "predict01.png"
    answer = run("predict", image, "--model", trained, "--topk", "3", "--format", "json")
    assert answer.status == 0 and answer.err == ""
    (entry,) = json.loads(answer.out)
    assert entry["file"] == str(image)
    assert entry["prediction"] == "A"
    assert entry["top"][0] == {"class": "A", "probability": entry["probability"]}
    shares = [candidate["probability"] for candidate in entry["top"]]
    assert len(shares) == 3 and shares == sorted(shares, reverse=True)


def test_csv(run: Run, course: Path, trained: Path) -> None:
    answer = run("predict", course / "new_images", "--model", trained, "--topk", "2", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert [row["prediction"] for row in rows] == ["A", "B"]
    assert list(rows[0]) == ["file", "prediction", "probability", "class_2", "probability_2"]


def test_text(run: Run, course: Path, trained: Path) -> None:
    answer = run("predict", course / "new_images" / "predict02.png", "--model", trained)
    assert answer.out.startswith(f"{course / 'new_images' / 'predict02.png'}: B ")


def test_folders_patterns_and_stdin(
    run: Run, course: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = course / "new_images"
    names = [str(folder / "predict01.png"), str(folder / "predict02.png")]
    common = ("--model", trained, "--format", "json")
    assert files(run("predict", folder, *common)) == names
    assert files(run("predict", folder / "predict0?.png", *common)) == names
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(names) + "\n"))
    assert files(run("predict", "-", *common)) == names
    assert files(run("predict", names[1], "--im_path", names[0], *common)) == names[::-1]


def test_a_folder_is_read_as_training_reads_it(run: Run, course: Path, trained: Path, tmp_path: Path) -> None:
    image = (course / "new_images" / "predict01.png").read_bytes()
    folder = tmp_path / "scans"
    for name in ("@/a.png", "deep/er/b.JPG_", "c", ".hidden/d.png", "@eaDir/e.png", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"words" if name == "notes.txt" else image)
    answer = run("predict", folder, "--model", trained, "--format", "json")
    assert answer.status == 0
    assert [Path(file).relative_to(folder).as_posix() for file in files(answer)] == [
        "@/a.png",
        "c",
        "deep/er/b.JPG_",
    ]
    assert answer.err.startswith("left out: notes.txt: not an image")


def test_a_bad_image_does_not_stop_the_others(run: Run, course: Path, trained: Path) -> None:
    Path("notes.png").write_text("no image")
    good = course / "new_images" / "predict01.png"
    answer = run("predict", "notes.png", good, "gone.png", "--model", trained, "--format", "json")
    assert answer.status == 1
    assert files(answer) == [str(good)]
    lines = answer.err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("charmlp: error: notes.png: ")
    assert lines[1].startswith("charmlp: error: gone.png: no such file")


def test_no_image_at_all(run: Run, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("predict", "--model", trained).status == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("predict", empty, "--model", trained).status == 1


@pytest.mark.parametrize("topk", ["0", "-1", "two"])
def test_topk_that_is_no_number(run: Run, course: Path, trained: Path, topk: str) -> None:
    answer = run("predict", course / "new_images", "--model", trained, f"--topk={topk}")
    assert answer.status == 2
    assert "--topk" in answer.err


def test_the_python_face_says_the_same(course: Path, trained: Path, run: Run) -> None:
    import charmlp

    image = course / "new_images" / "predict01.png"
    prediction = charmlp.Recognizer.load(trained / "model.safetensors").predict(image, topk=2)
    entry = json.loads(run("predict", image, "--model", trained, "--format", "json", "--topk", "2").out)[0]
    assert (prediction.prediction, prediction.probability) == (entry["prediction"], entry["probability"])
    assert repr(prediction).startswith("Prediction('A', ")
