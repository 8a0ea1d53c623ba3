"""The command line as people type it: other names, data without a flag, mistyped words, help that fits."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from charmlp.cli import VERBS
from charmlp.cli.recognition import ARGUMENTS
from charmlp.cli.train import make_parser
from charmlp.config import OTHER_NAMES, settings
from charmlp.errors import UsageError
from tests.cli.conftest import ROOT, Result, run_program

Run = Callable[..., Result]


@pytest.mark.parametrize(
    ("typed", "name", "value"),
    [
        ("--epochs 3", "epochs", "3"),
        ("--batch_size 4", "batch_size", "4"),
        ("--batch 4", "batch_size", "4"),
        ("--optimizer adam", "optimizer", "adam"),
        ("--hidden 64", "hidden_size", "64"),
        ("--hidden-size 64 32", "hidden_size", "64,32"),
        ("--learning_rate=1", "lr", "1"),
        ("--activation tanh", "act_type", "tanh"),
        ("--num_classes 10", "n_classes", 10),
        ("--layers 2", "layer", 2),
        ("--norm_size 20 12", "norm_size", "20,12"),
        ("--dataset photos", "data", "photos"),
        ("photos", "data", "photos"),
        ("photos --epoch 3", "data", "photos"),
        ("--epoch 3 photos", "data", "photos"),
        ("--hsize 64 32 photos", "data", "photos"),
        ("--hsize=64 photos", "data", "photos"),
        ("--hsize 64 -- 7", "data", "7"),
    ],
)
def test_what_people_type_is_understood(typed: str, name: str, value: object) -> None:
    assert getattr(make_parser().parse_args(typed.split()), name) == value


def test_every_setting_is_known_by_its_own_name_too() -> None:
    for field in settings():
        args = make_parser().parse_args([f"--{field.name}", (*field.metadata["rule"].choices, "1")[0]])
        assert getattr(args, field.name) is not None


def test_no_other_name_is_a_flag_of_its_own() -> None:
    own = set(make_parser()._option_string_actions)
    assert not own & {name for names in OTHER_NAMES.values() for name in names}


@pytest.mark.parametrize("typed", ["--lr=--", "--data=--", "--lr", "--data"])
def test_a_flag_without_a_value_is_named(typed: str) -> None:
    with pytest.raises(UsageError, match=r"^--\w+: expected "):
        make_parser().parse_args([typed])


@pytest.mark.parametrize("typed", ["--data a b", "a --data b", "--data a --data b"])
def test_data_that_is_given_twice_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="data is given twice: 'a' and 'b'"):
        make_parser().parse_args(typed.split())


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("trian", "train"),
        ("help tset", "test"),
        ("train --epcoh 3", "--epoch"),
        ("train --optim_type adma", "adam"),
        ("train --recipe slide", "slides"),
        ("predict a.png --format jsno", "json"),
        ("train phtos", "phtoos"),
        ("info phtos", "phtoos"),
        ("predict a.png --model phtos", "phtoos"),
        ("predict a.png --model frist", "runs/first"),
        ("predict a.png --model runs/frist", "runs/first"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_right_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, meant: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("phtoos", "runs/first"):
        Path(folder).mkdir(parents=True)
    answer = run(*typed.split())
    assert answer.status != 0 and answer.err.count("\n") == 1
    assert f"; did you mean '{Path(meant)}'?" in answer.err


@pytest.mark.parametrize("typed", ["coffee", "train --colour red", "train --step magic", "train nowhere"])
def test_what_is_like_nothing_is_not_guessed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(*typed.split())
    assert answer.status != 0 and "did you mean" not in answer.err


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("arguments", [*([verb] for verb in VERBS), ["--mode", "test"]])
def test_help_fits_the_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = run(*arguments, "--help").out
    # names of flags and what is to be copied are not cut
    lines = [line for line in text.splitlines() if columns >= 80 or line.startswith(" " * 10)]
    assert max(map(len, lines), default=0) <= columns
    assert columns < 200 or max(map(len, lines)) > 80


def test_help_of_all_fits_80_columns(run: Run) -> None:
    assert max(map(len, run("--help").out.splitlines())) <= 80


def test_help_names_every_choice(run: Run) -> None:
    text = run("train", "--help").out
    for field in settings():
        assert all(re.search(rf"\b{choice}\b", text) for choice in field.metadata["rule"].choices)


@pytest.mark.parametrize("verb", VERBS)
def test_help_may_come_first(run: Run, verb: str) -> None:
    assert run("help", verb).out == run(verb, "--help").out != ""


def test_the_courses_program_shows_the_courses_arguments(run: Run) -> None:
    assert len(set(ARGUMENTS)) == 20
    text = run("--mode", "train", "--help").out
    assert len(re.findall(r"^  --", text, re.MULTILINE)) == 20


def test_the_courses_program_trains_unless_told_otherwise(tmp_path: Path) -> None:
    for arguments, file in (([], "train.json: "), (["--mode", "predict"], "recognition.pth: ")):
        answer = run_program(ROOT / "recognition.py", *arguments, cwd=tmp_path)
        assert answer.status == 1 and file in answer.err
    assert "python recognition.py" in run_program(ROOT / "recognition.py", "--help", cwd=tmp_path).out


def numeric_flags() -> list[tuple[str, str, str]]:
    """Verb, flag, and what stands behind it in the help, for all that take numbers."""
    parsers = {verb: importlib.import_module(f"charmlp.cli.{verb}").make_parser() for verb in VERBS}
    return [
        (verb, action.option_strings[0], action.metavar)
        for verb, parser in parsers.items()
        for action in parser._actions
        if action.metavar in ("N", "K", "X", "S", "N,N", "H,W")
    ]


NO_NUMBERS = ("9" * 20, "9" * 5000, "-" + "9" * 5000, "1e999", "nan", "\x1b[31m", " ")
ALLOWED = {("X", "9" * 20), ("N,N", " ")}  # a rate may be large, and a net have no hidden layer


@pytest.mark.parametrize(
    ("verb", "flag", "value"),
    [
        (verb, flag, value)
        for (verb, flag, kind), value in product(numeric_flags(), NO_NUMBERS)
        if (kind, value) not in ALLOWED
    ],
)
def test_a_number_that_is_none_costs_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, flag: str, value: str
) -> None:
    monkeypatch.chdir(tmp_path)
    needed = {"synth": ["--out", "a", "--count", "3"], "predict": ["a.png"], "doctor": ["a.py"]}
    answer = run(verb, *needed.get(verb, []), f"{flag}={value}")
    assert answer.status == 2
    assert answer.err.startswith(f"charmlp: error: {flag}: expected ")
    assert answer.err.count("\n") == 1 and len(answer.err) < 250 and answer.err[:-1].isprintable()
    assert list(tmp_path.iterdir()) == []


def test_quiet_says_nothing_but_results_and_verbose_why(run: Run, course: Path) -> None:
    said = {}
    for flags in ((), ("--quiet",), ("--verbose",)):
        arguments = ("--recipe", "slides", "--epoch", "2", "--lr", "0.01", "--out", f"a{len(said)}", *flags)
        answer = run("train", course, *arguments)
        assert answer.status == 0 and len(answer.out.splitlines()) == 3
        said[flags] = answer.err.splitlines()
    assert said["--quiet",] == []
    assert any(line.startswith("step: ") for line in said["--verbose",])
    assert "recipe slides, --epoch 2, --lr 0.01" in said["--verbose",]
    assert any(line.startswith("training: ") and line.endswith(" s") for line in said["--verbose",])
    assert 0 < len(said[()]) < len(said["--verbose",])
    assert "step: " in Path("a0/log.txt").read_text("utf-8")  # the log has it all
    assert run("test", course, "--model", "a0", "--quiet", "--format", "json").err == ""
    assert run("train", "-q", "-v").status == 2
    assert run("train", course, "--lr", "x", "--quiet").err.startswith("charmlp: error: ")
