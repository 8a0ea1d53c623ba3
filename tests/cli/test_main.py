"""What holds for every command: help, spelling, exit status, and what is imported when."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.cli import VERBS
from tests.cli.conftest import Result, run_program

Run = Callable[..., Result]
HEAVY = ("torch", "sklearn", "matplotlib", "numba", "scipy", "rich", "numpy")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_and_imports_nothing_heavy(verb: str, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom charmlp.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    answer = run_program("-c", script, verb, "--help", cwd=tmp_path)
    assert answer.status == 0, answer.err
    assert "example:\n  charmlp " in answer.out
    assert answer.out.endswith("[]\n")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["help"], ["--version"], ["--mode", "test", "--help"]]
)
def test_help_is_no_error(run: Run, arguments: list[str]) -> None:
    answer = run(*arguments)
    assert answer.status == 0
    assert answer.err == ""


def test_no_command_is_an_error_that_helps(run: Run) -> None:
    answer = run()
    assert answer.status == 2
    assert "verbs:" in answer.out


@pytest.mark.parametrize("arguments", [["trian"], ["--data", "x"], ["--mode", "fly"], ["--mode"]])
def test_a_wrong_command_line(run: Run, arguments: list[str]) -> None:
    answer = run(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert answer.err.startswith("charmlp: error: ") and answer.err.count("\n") == 1


@pytest.mark.parametrize("flag", ["--batch-size", "--batch_size", "--batchsize", "--BatchSize"])
def test_flags_are_known_in_every_spelling(run: Run, course: Path, flag: str) -> None:
    answer = run("train", "--recipe", "slides", "--data", course, f"{flag}=0")
    assert answer.status == 2
    assert "--batchsize: expected a whole number, at least 1" in answer.err


def test_import_charmlp_costs_nothing(tmp_path: Path) -> None:
    script = f"import sys, charmlp; print([name for name in {HEAVY} if name in sys.modules])"
    assert run_program("-c", script, cwd=tmp_path).out == "[]\n"


def test_all_is_complete_and_sorted() -> None:
    import charmlp

    assert sorted(charmlp.__all__) == charmlp.__all__
    for name in charmlp.__all__:
        assert callable(getattr(charmlp, name))
    with pytest.raises(AttributeError, match="no attribute 'tarin'"):
        _ = charmlp.tarin  # type: ignore[attr-defined]


def test_the_doctor_without_torch_finds_no_mistake(tmp_path: Path) -> None:
    """Status 2, could not examine: 1 would say that something is wrong. NumPy code needs no torch."""
    absent = tmp_path / "absent"
    absent.mkdir()
    absent.joinpath("torch.py").write_text("raise ModuleNotFoundError('none', name='torch')", "utf-8")
    (tmp_path / "mine.py").write_text("import torch\n", "utf-8")
    pair = "def double(x):\n    return 2 * x\ndef double_backward(dout, x):\n    return 2 * dout\n"
    (tmp_path / "numpy_one.py").write_text(pair, "utf-8")
    path = os.pathsep.join([str(absent), os.environ.get("PYTHONPATH", "")])
    command = ("-m", "charmlp", "doctor", "--lang", "en")
    answer = run_program(*command, "mine.py", cwd=tmp_path, PYTHONPATH=path)
    assert answer.status == 2 and "it imports torch, which is not installed: pip " in answer.out
    answer = run_program(*command, "numpy_one.py", cwd=tmp_path, PYTHONPATH=path)
    assert answer.status == 0 and answer.out == "numpy_one.py:double: healthy\n"


CLOSED = """
import os, sys
for descriptor in map(int, sys.argv[1].split()):
    os.close(descriptor)
os.execv(sys.executable, [sys.executable, "-m", "charmlp", *sys.argv[2:]])
"""


@pytest.mark.skipif(os.name != "posix", reason="this system hands streams on in another way")
@pytest.mark.parametrize("closed", ["0", "1", "2", "0 1 2"])
@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["--version"], 0, "charmlp ", ""),
        (["info"], 0, "charmlp ", ""),
        (["coffee"], 2, "", "charmlp: error: "),
    ],
)
def test_closed_streams(
    tmp_path: Path, closed: str, arguments: list[str], status: int, out: str, err: str
) -> None:
    answer = run_program("-c", CLOSED, closed, *arguments, cwd=tmp_path)
    assert answer.status == status
    assert answer.out[: len(out) or None] == ("" if "1" in closed else out)
    assert answer.err[: len(err) or None] == ("" if "2" in closed else err)


def test_a_net_that_no_machine_holds_costs_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("train", "synth:", "--hsize", "1000000000")
    assert answer.status == 2 and answer.err.count("\n") == 1 and "this machine has" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_too_little_memory_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: list[str]) -> int:
        raise MemoryError("Unable to allocate 3 TiB")

    monkeypatch.setattr("charmlp.cli.dispatch", fail)
    answer = run("train")
    assert (answer.status, answer.err) == (1, "charmlp: error: not enough memory: Unable to allocate 3 TiB\n")


@pytest.mark.parametrize("value", ["abc", "0", "-3", "99999", "9" * 5000, ""])
def test_a_number_of_threads_that_is_none_costs_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("NUMBA_NUM_THREADS", value)
    answer = run("train", "synth:")
    assert answer.status == 2 and answer.err.count("\n") == 1
    assert answer.err.startswith("charmlp: error: NUMBA_NUM_THREADS: expected a whole number from 1 to 999")


def test_variables_of_numba_change_nothing(tmp_path: Path) -> None:
    script = (
        "from charmlp.cli import main; main(['--version'])\n"
        "from charmlp.system.compiling import numba\n"
        "print(int(numba.config.OPT), numba.config.NUMBA_NUM_THREADS, numba.config.BOUNDSCHECK)"
    )
    given = {"NUMBA_OPT": "abc", "NUMBA_BOUNDSCHECK": "1", "NUMBA_DISABLE_JIT": "1", "NUMBA_NUM_THREADS": "1"}
    answer = run_program("-c", script, cwd=tmp_path, **given)
    assert (answer.out.splitlines()[1:], answer.err) == (["3 1 None"], "")
