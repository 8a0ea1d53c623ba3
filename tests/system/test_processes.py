"""Another Python that finds this charmlp and nothing of the current folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import charmlp
from charmlp.system import processes


def run(folder: Path, code: str, *arguments: str) -> str:
    """What a module's `main` prints; the module is `told.py` in a folder of its own on PYTHONPATH."""
    (folder / "told").mkdir()
    (folder / "told" / "told.py").write_text(f"import sys\ndef main():\n    {code}\n")
    here = folder / "here"
    here.mkdir()
    (here / "random.py").write_text("raise SystemExit('the random.py of the current folder')")
    done = subprocess.run(
        processes.command("told", *arguments),
        cwd=here,
        env=processes.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def own_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "told"))


def test_it_is_this_charmlp(tmp_path: Path) -> None:
    assert run(tmp_path, "import charmlp; print(charmlp.__file__)") == charmlp.__file__


def test_the_current_folder_is_not_on_the_path(tmp_path: Path) -> None:
    assert run(tmp_path, "import random; print(random.__name__)") == "random"


def test_arguments(tmp_path: Path) -> None:
    assert run(tmp_path, "print(sys.argv[1:])", "a b", "ü") == "['a b', 'ü']"


def test_the_environment_is_this_one_with_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LETTER", "A")
    found = processes.environment(LETTER="B", MORE="C")
    assert (found["LETTER"], found["MORE"]) == ("B", "C") and "PATH" in found


@pytest.mark.parametrize(("executable", "frozen"), [("", False), ("program", True)])
def test_where_there_is_no_python(monkeypatch: pytest.MonkeyPatch, executable: str, frozen: bool) -> None:
    assert processes.can_start()
    monkeypatch.setattr(sys, "executable", executable)
    monkeypatch.setattr(sys, "frozen", frozen, raising=False)
    assert not processes.can_start()
