"""`charmlp report`: what it writes, where, and what it refuses."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.modelfile import read_model
from charmlp.training.rundata import DATA
from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.fixture
def first(course: Path, trained: Path) -> Path:
    """A copy of the run, in an empty working folder."""
    return Path(shutil.copytree(trained, "first"))


def test_the_page_is_in_the_runs_folder(run: Run, first: Path) -> None:
    answer = run("report", first)
    assert answer.status == 0 and answer.out == f"report    {first / 'report.html'}\n"
    page = (first / "report.html").read_text("utf-8")
    assert "test letters" in page and '<html lang="en">' in page and "charmlp report first" in page
    assert run("report", first, "--lang", "zh", "--split", "val", "--out", "other.html").status == 0
    assert "张验证图像" in Path("other.html").read_text("utf-8")


def test_the_newest_run_is_taken(run: Run, course: Path) -> None:
    assert "no model" in run("report").err
    flags = ("--recipe", "slides", "--epoch", "1", "--pictures", "off", "--report", "on")
    answer = run("train", course, *flags)
    (folder,) = (path for path in Path("runs").iterdir() if path.is_dir())
    assert f"report    {folder / 'report.html'}" in answer.out and answer.status == 0
    again = run("report", "--out", "again.html")
    assert again.status == 0 and f"no RUN: the newest one, {folder}" in again.err


def test_other_data(run: Run, course: Path, first: Path) -> None:
    answer = run("report", first, "--test_file_path", course / "validation.json", "--out", "other.html")
    assert answer.status == 0
    page = Path("other.html").read_text("utf-8")
    assert "Measured on other data than that of training" in page and "validation.json" in page


def test_markdown_and_latex_have_their_pictures_beside_them(run: Run, first: Path) -> None:
    for form, name in (("md", "report.md"), ("latex", "report.tex")):
        answer = run("report", first, "--format", form, "--out", f"homework/{name}")
        assert answer.status == 0
        text = Path("homework", name).read_text("utf-8")
        pictures = [line.split("/")[-1] for line in answer.out.splitlines()[1:]]
        assert len(pictures) == 6 and all(f"figures/{picture}" in text for picture in pictures)
        assert all(Path("homework", "figures", picture).is_file() for picture in pictures)


def test_pdf_without_tex_is_one_line(run: Run, first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    answer = run("report", first, "--format", "pdf")
    assert answer.status == 1 and answer.err.count("\n") == 1
    assert "needs xelatex" in answer.err and not (first / "report.pdf").exists()


@pytest.mark.parametrize("module", ["jinja2", "markdown_it"])
def test_without_the_extra_one_line_says_how_to_get_it(
    run: Run, first: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    answer = run("report", first, "--format", "html" if module == "jinja2" else "md")
    assert answer.status == 1 and answer.err.count("\n") == 1 and "pip install" in answer.err


def test_what_is_not_there_is_named(run: Run, course: Path, first: Path) -> None:
    Path("empty").mkdir()
    Path("taken").mkdir()
    Path("taken", "figures").touch()
    for arguments, words in (
        (("nowhere",), "nowhere: no such file; a model or a run folder is expected"),
        (("empty",), "empty: no run with a model: model.safetensors is expected in it"),
        (("firts",), "did you mean 'first'?"),
        ((first, "--data", "nowhere"), "nowhere: no such file or folder"),
        ((first, "--out", "first"), "a folder; a file is to be written there"),
        ((first, "--format", "word"), "--format"),
        ((first, "--classes", "AB"), "--classes goes with --data"),
        ((first, "--any_path", "on"), "--any_path goes with --data"),
        ((first, "--format", "md", "--out", "taken/report.md"), "figures is not a folder"),
    ):
        answer = run("report", *arguments)
        assert answer.status in (1, 2) and words in answer.err, answer.err
        assert answer.err.count("\n") <= 2 and answer.out == ""
    assert not (first / "report.html").exists()


def test_data_that_is_gone_or_unknown(run: Run, course: Path, first: Path) -> None:
    entries = json.loads((first / DATA).read_text("utf-8"))
    (first / DATA).write_text(json.dumps(entries | {"data": "gone"}), "utf-8")
    answer = run("report", first)
    assert answer.status == 1 and "the data of first: " in answer.err and "give --data" in answer.err
    (first / DATA).unlink()
    answer = run("report", first)
    assert answer.status == 1 and "does not say what it was trained on; give --data" in answer.err
    answer = run("report", first, "--data", course)
    assert answer.status == 0
    page = (first / "report.html").read_text("utf-8")
    assert "Near-twins were not looked for" in page and "no command can repeat it" in page


def test_a_model_alone(run: Run, course: Path, first: Path) -> None:
    shutil.copy(first / "model.safetensors", "alone.safetensors")
    answer = run("report", "alone.safetensors", "--data", course)
    assert answer.status == 0 and Path("report.html").is_file()
    assert "The figures by epoch are not there." in Path("report.html").read_text("utf-8")


def test_classes_that_are_others(run: Run, course: Path, first: Path) -> None:
    assert len(read_model(first / "model.safetensors").classes) == 26
    answer = run("report", first, "--data", course, "--classes", "AB")
    assert answer.status == 1 and not (first / "report.html").exists()


@pytest.mark.parametrize(
    "text", ["epoch,loss\n1,2\n", "epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds\nx\n"]
)
def test_a_table_that_is_none(run: Run, first: Path, text: str) -> None:
    (first / "metrics.csv").write_text(text, "utf-8")
    answer = run("report", first)
    assert answer.status == 1 and "metrics.csv: line 2 is not an epoch's figures" in answer.err
