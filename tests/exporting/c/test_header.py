"""The header: compiled by whatever is there, it computes what the integer model does, or the model."""

from __future__ import annotations

import dataclasses
import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.calculus import ACTIVATIONS
from charmlp.errors import CharmlpError, UsageError
from charmlp.exporting import c, export
from charmlp.exporting.c import prefix_of
from charmlp.exporting.c.header import in_chunks
from charmlp.exporting.c.integer import integer_parts
from charmlp.exporting.c.running import answers, compile_header, compiler
from charmlp.exporting.job import Job
from charmlp.exporting.pictures import pictures
from charmlp.exporting.quantised import IntegerModel, quantise
from charmlp.modelfile import Model
from charmlp.recognizer import Recognizer
from tests.exporting.nets import CLASSES, letters, net

QUICK = ("leaky_relu", "tanh")  # of a straight activation with a knee, and of one with a table
STRICT = ("-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Werror")
LETTERS = letters(40)
SOME = [*pictures()[:44:4], *LETTERS[:5]]


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"no {program}")


def whole_of(model: Model, bits: int) -> IntegerModel:
    return quantise(model, bits, letters(30, model.norm_size))


def header_of(model: Model, bits: int, prefix: str = "net") -> str:
    """The text, without anything being compared."""
    picture = SOME[5]
    parts = c.float_parts(model, picture) if bits == 32 else integer_parts(whole_of(model, bits), picture)
    return c.header(model, parts, prefix, "A net.")


def check(folder: Path, model: Model, bits: int, command: tuple[str, ...]) -> None:
    """The compiled header's classes, scores and probabilities, beside the model's."""
    is_whole = bits != 32
    program = compile_header(header_of(model, bits), "net", folder, command=command, is_whole=is_whole)
    numbers, scores, shares = answers(program, SOME, len(model.classes), is_whole=is_whole)
    if is_whole:
        whole = whole_of(model, bits)
        expected = np.array([whole.scores_of(picture) for picture in SOME])
        assert np.array_equal(scores, expected) and np.array_equal(shares, whole.softmax(expected))
    else:
        recognizer = Recognizer(model)
        expected = recognizer.predict_proba(np.stack([recognizer.grey(picture) for picture in SOME]))
        assert np.abs(shares - expected).max() < 1e-6
    assert np.array_equal(numbers, scores.argmax(axis=1))


@pytest.mark.parametrize(
    "act_type",
    [*QUICK, *(pytest.param(name, marks=pytest.mark.full) for name in ACTIVATIONS if name not in QUICK)],
)
def test_each_activation(act_type: str, tmp_path: Path) -> None:
    need("gcc")
    check(tmp_path, net(act_type=act_type), 8, ("gcc", *STRICT))
    check(tmp_path, net(act_type=act_type, preprocessing="scale"), 32, ("gcc", *STRICT))


@pytest.mark.parametrize(
    ("model", "bits"),
    [
        (net(), 4),
        (net(preprocessing="scale"), 4),
        (net(preprocessing="light_ink"), 8),
        (net(preprocessing="light_ink"), 32),
        (net(()), 4),
        (net((), "leaky_relu"), 8),
        (net((), "sigmoid"), 32),
        (net(sides=(64, 40), hidden=(30, 4)), 8),
    ],
    ids=repr,
)
def test_each_form(model: Model, bits: int, tmp_path: Path) -> None:
    need("gcc")
    check(
        tmp_path,
        model,
        bits,
        ("gcc", *STRICT, "-fsanitize=undefined,address", "-fno-sanitize-recover"),
    )


@pytest.mark.parametrize("bits", [8, 4, 32])
def test_by_clang(bits: int, tmp_path: Path) -> None:
    if shutil.which("clang") is None:
        pytest.skip("no clang in this system")
    check(tmp_path, net(), bits, ("clang", *STRICT))


@pytest.mark.full
@pytest.mark.parametrize("command", ["gcc", "clang"])
@pytest.mark.parametrize("bits", [8, 4])
def test_all_validation_letters_as_they_lie_on_disk(
    command: str, bits: int, scene_letters: Path, tmp_path: Path
) -> None:
    """400 photographs of 373 sizes."""
    need(command)
    names = json.loads((scene_letters / "validation.json").read_text("utf-8"))
    photographs = [np.asarray(Image.open(scene_letters / "images" / name).convert("L")) for name in names]
    for model in (net((32,), sides=(32, 32)), net((16, 8), preprocessing="scale", sides=(24, 24))):
        whole = whole_of(model, bits)
        program = compile_header(
            header_of(model, bits), "net", tmp_path, command=(command, *STRICT), is_whole=True
        )
        numbers, scores, _ = answers(program, photographs, len(CLASSES), is_whole=True)
        expected = np.array([whole.scores_of(photograph) for photograph in photographs])
        assert len(expected) == 400 and np.array_equal(scores, expected)
        assert np.array_equal(numbers, expected.argmax(axis=1))


def test_what_is_wrong_is_seen(tmp_path: Path) -> None:
    """One bit of one weight: the self-test of the program says so."""
    need("gcc")
    text = header_of(net(), 8)
    start = text.index("net_rows_1_1[")
    place = text.index("{", start) + 6
    wrong = text[:place] + text[place:].replace(" 1", " 2", 1)
    program = compile_header(wrong, "net", tmp_path, command=("gcc",), is_whole=True)
    with pytest.raises(CharmlpError, match="status 2"):
        answers(program, SOME, len(CLASSES), is_whole=True)


MAIN = """
#include <stdio.h>
#include <string.h>
{declared}
#include "first.h"
#include "second.h"
int other(void);
int main(void)
{{
    static const uint8_t grey[6] = {{0, 50, 100, 150, 200, 250}};
    int32_t scores[5];
    float reals[5];
    if (first_predict(grey, 2, 3, scores) < 0 || second_predict(grey, 2, 3, reals) < 0)
        return 1;
    if (first_predict(grey, 0, 3, scores) >= 0 || first_predict(grey, 2, -1, scores) >= 0)
        return 2;
    if (first_predict(NULL, 2, 3, scores) >= 0 || first_predict(grey, 1, 40000, scores) >= 0)
        return 3;
    for (int k = 0; k < 5; k++)
        puts(second_classes[k]);
    return other();
}}
"""
OTHER = """
#define FIRST_DECLARE_ONLY
#include "first.h"
int other(void);
int other(void) { return FIRST_CLASSES - 5; }
"""


@pytest.mark.parametrize("language", ["c", "c++"])
def test_two_nets_in_one_program_of_two_files(language: str, tmp_path: Path) -> None:
    """Errors are numbers below 0, and names are what they were."""
    need("gcc", "g++")
    (tmp_path / "first.h").write_text(header_of(net(), 8, "first"))
    (tmp_path / "second.h").write_text(header_of(net(act_type="tanh"), 32, "second"))
    (tmp_path / "main.c").write_text(MAIN.format(declared=""))
    (tmp_path / "other.c").write_text(OTHER)
    command = ("gcc", *STRICT) if language == "c" else ("g++", "-Wall", "-Wextra", "-Werror")
    line = [*command, "-x", language, "main.c", "other.c", "-o", "main"]
    subprocess.run(line, cwd=tmp_path, check=True)
    done = subprocess.run([tmp_path / "main"], capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == list(CLASSES)


def test_no_array_is_larger_than_an_avr_takes() -> None:
    for rows in (
        np.zeros((300, 1029), np.uint8),
        np.zeros((3, 40_000), np.uint8),
        np.zeros((40, 1000), np.float32),
    ):
        chunks = list(in_chunks(rows, "rows"))
        assert np.array_equal(np.concatenate([part for _, _, part in chunks]), rows)
        assert all(part.nbytes < 2**15 or len(part) == 1 for _, _, part in chunks)
        assert [first for _, first, _ in chunks] == np.cumsum(
            [0, *(len(part) for _, _, part in chunks[:-1])]
        ).tolist()
        assert len({name for name, _, _ in chunks}) == len(chunks)


@pytest.mark.parametrize(
    ("out", "prefix", "expected"),
    [
        ("letters.h", None, "letters"),
        ("1024-32-26.h", None, "net_1024_32_26"),
        ("字母.h", None, "net_"),
        ("my letters.h", None, "my_letters"),
        ("letters.h", "L2_x", "L2_x"),
    ],
)
def test_prefixes(out: str, prefix: str | None, expected: str) -> None:
    assert prefix_of(Job(net(), "c", 8, Path(out), prefix=prefix)) == expected


@pytest.mark.parametrize("prefix", ["", "1", "a-b", "_x", "字", "a b"])
def test_prefixes_that_are_no_names(prefix: str) -> None:
    with pytest.raises(UsageError, match=r"--prefix .*: a name in C is expected"):
        prefix_of(Job(net(), "c", 8, Path("letters.h"), prefix=prefix))


def test_it_is_exported_and_compared(tmp_path: Path) -> None:
    need("gcc")
    assert compiler() is not None
    out = tmp_path / "small.h"
    done = export(net(crop="auto"), "c", out=out, max_loss=100)
    assert done.compared == "compiled and run, number for number with the model of 8 bits on 64 pictures"
    text = out.read_text()
    assert "int small_predict(const uint8_t *grey, int height, int width, int32_t *scores);" in text
    assert "was not measured" in text and "crop\nthem before" in text
    assert not [
        word for word in ("float", "double", "malloc", "int64", "math.h") if word in text.split("*/", 1)[1]
    ]
    full = export(net(crop="auto"), "c", bits=32, out=tmp_path / "full.h")
    assert full.difference is not None and full.difference < 1e-6


def test_without_a_compiler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for bits in (8, 32):
        done = export(net(), "c", bits=bits, out=tmp_path / f"net{bits}.h", max_loss=100)
        assert done.compared == "not compared: no C compiler is there" and done.difference is None


def test_other_numbers_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("gcc")
    monkeypatch.setattr(c, "run_here", lambda *_, **__: (np.zeros(64),) * 3)
    with pytest.raises(CharmlpError, match="not written: compiled, it computes other numbers"):
        export(net(), "c", out=tmp_path / "net.h", max_loss=100)
    assert not (tmp_path / "net.h").exists()


def test_units_that_no_letter_moved() -> None:
    """All of a layer's units at 0, and rows of zeros: there is still a scale."""
    model = net((4,))
    dead = dataclasses.replace(
        model,
        weights=(np.zeros_like(model.weights[0]), model.weights[1]),
        biases=(-np.ones_like(model.biases[0]), model.biases[1]),
    )
    whole = quantise(dead, 8, LETTERS)
    assert np.allclose(whole.scores(LETTERS)[0] / 2.0**whole.fraction, model.biases[1], atol=1e-3)
