"""`charmlp export`: what it writes and says, and what it refuses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import charmlp
from charmlp.exporting import FORMATS
from charmlp.exporting.rows import Rows
from charmlp.modelfile import read_model
from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.fixture
def first(course: Path, trained: Path) -> Path:
    """A copy of the run, in an empty working folder."""
    return Path(shutil.copytree(trained, "first"))


def test_a_model_file(run: Run, first: Path) -> None:
    answer = run("export", first, "--to", "safetensors", "--out", "copy.safetensors")
    size = Path("copy.safetensors").stat().st_size
    assert answer.status == 0 and answer.out == (
        f"export    copy.safetensors ({size:,} bytes)\n"
        "compared  read again, with the model on 64 pictures\n"
        "          largest difference of a probability 0\n"
    )
    assert read_model(Path("copy.safetensors")).classes == read_model(first / "model.safetensors").classes


def test_a_file_of_the_course_gives_the_same_probabilities(run: Run, first: Path) -> None:
    """Its layout has no temperature: that is in the weights."""
    pytest.importorskip("torch")
    assert read_model(first / "model.safetensors").temperature != 1
    assert run("export", first, "--to", "pth").status == 0
    assert read_model(first / "model.pth").temperature == 1


@pytest.mark.parametrize(("to", "suffix"), [("c", "h"), ("python", "py")])
def test_programs_are_measured_on_the_runs_own_letters(run: Run, first: Path, to: str, suffix: str) -> None:
    answer = run("export", first, "--to", to, "--bits", "4", "--out", f"net.{suffix}", "--max_loss", "100")
    assert answer.status == 0, answer.err
    assert "number for number with the model of 4 bits on" in answer.out and "% of " in answer.out
    assert "letters are read right, with floats" in Path(f"net.{suffix}").read_text("utf-8")
    assert run("export", first, "--to", to, "--bits", "16").status == 2


def test_names_in_c_begin_with_the_prefix(run: Run, first: Path) -> None:
    wrong = run("export", first, "--to", "c", "--prefix", "1a")
    assert wrong.status == 2 and "a name in C is expected" in wrong.err
    right = run("export", first, "--to", "c", "--prefix", "mine", "--out", "net.h", "--max_loss", "100")
    assert right.status == 0, right.err
    text = Path("net.h").read_text("utf-8")
    assert "int mine_predict(" in text and "net_predict" not in text


def test_the_newest_run(run: Run, first: Path) -> None:
    assert "no model" in run("export", "--to", "pth").err
    Path("runs").mkdir()
    Path("runs", "latest").write_text(str(first.resolve()), "utf-8")
    for names in ((), ("latest",), ("runs/latest",)):
        answer = run("export", *names, "--to", "safetensors", "--out", "new.safetensors", "--overwrite")
        assert answer.status == 0 and "the newest run's model" in answer.err


@pytest.mark.parametrize(
    ("flags", "status", "said"),
    [
        ("first", 2, "--to"),
        ("first --to onxn", 2, "--to: expected one of "),
        ("nothing --to pth", 1, "nothing: no such file"),
        ("first --to pth --bits 8", 2, "--bits 8: pth has weights of 32 bits"),
        ("first --to pth --out model.onnx", 2, "the name of a file for pth ends in .pth"),
        (
            "first --to safetensors",
            2,
            "first/model.safetensors: is the model itself; --out names another file",
        ),
        ("first --to pth --out old.pth", 1, "old.pth: is there already; --overwrite replaces it"),
        ("first --to pth --out first/model.safetensors/a.pth", 1, "cannot be written"),
        ("first --to onnx --prefix mine", 2, "--prefix: there are no names in a file for onnx"),
        ("first --to pth --max_loss 101", 2, "--max_loss: expected a number from 0 to 100, not '101'"),
        ("first --to pth --data nowhere", 1, "nowhere: no such file or folder"),
    ],
)
def test_what_is_refused(run: Run, first: Path, flags: str, status: int, said: str) -> None:
    Path("old.pth").write_bytes(b"old")
    before = sorted(Path().rglob("*"))
    answer = run("export", *flags.split())
    assert (answer.status, answer.out) == (status, "") and said in answer.err and answer.err.count("\n") == 1
    assert sorted(Path().rglob("*")) == before and Path("old.pth").read_bytes() == b"old"


def test_from_python(first: Path) -> None:
    done = charmlp.export(first, "safetensors", out="copy.safetensors")
    assert done.difference == 0 and done.bits == 32 and done.size == Path("copy.safetensors").stat().st_size
    assert repr(done) == f"Exported('copy.safetensors', safetensors, 32 bits, {done.size:,} bytes)"
    with pytest.raises(charmlp.UsageError, match="unknown format 'onxn'"):
        charmlp.export(first, "onxn")


def test_fewer_bits_are_measured_on_what_the_run_was_trained_on(run: Run, first: Path) -> None:
    pytest.importorskip("onnxruntime")
    answer = run("export", first, "--to", "onnx", "--bits", "8", "--max-loss", "4")
    assert answer.status == 0
    assert re.search(
        r"^accuracy  [\d.]+ % of 32 validation letters, before [\d.]+ %: ", answer.out, re.MULTILINE
    )
    again = run(
        "export", first, "--to", "onnx", "--bits", "8", "--max_loss", "4", "--overwrite", "--lang", "zh"
    )
    assert "32 个验证字母" in again.out and "由 onnxruntime " in again.out


def test_what_was_lost_is_told_where_it_is_too_much(
    run: Run, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx")
    from charmlp.exporting import onnx as writer

    def to_signs(weight: NDArray[np.float32]) -> Rows:
        return Rows(np.sign(weight).astype(np.int8), np.ones(len(weight), np.float32))

    monkeypatch.setattr(writer, "quantised", to_signs)
    answer = run("export", first, "--to", "onnx", "--bits", "8")
    assert answer.status == 1 and not (first / "model.onnx").exists()
    assert re.search(
        r"8 bits lose [\d.]+ percentage points .* at most 0\.5 are allowed \(--max_loss\)", answer.err
    )


def test_a_model_that_was_handed_on_says_what_is_missing(run: Run, first: Path) -> None:
    pytest.importorskip("onnx")
    shutil.copy(first / "model.safetensors", "mine.safetensors")
    answer = run("export", "mine.safetensors", "--to", "onnx", "--bits", "8")
    assert answer.status == 1 and "give --data; --max_loss 100 takes 8 bits unmeasured" in answer.err
    done = run("export", "mine.safetensors", "--to", "onnx", "--bits", "8", "--max_loss", "100")
    assert done.status == 0 and "accuracy  not measured: the model does not say" in done.out


def test_only_onnx_needs_onnx() -> None:
    modules = {each.module for each in FORMATS.values()} - {FORMATS["onnx"].module}
    lines = ["import sys", "sys.modules['onnx'] = sys.modules['onnxruntime'] = None"]
    lines += [f"import {each}" for each in sorted(modules)]
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines += ["import charmlp.exporting.onnx.resize"]  # a control
    assert subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True).returncode != 0
