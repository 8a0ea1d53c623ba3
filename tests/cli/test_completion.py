"""`charmlp completion`: a script for each shell."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from charmlp.cli import VERBS
from charmlp.cli.completion import SHELLS, whole_parser
from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_verb_is_in_the_script(run: Run, shell: str) -> None:
    pytest.importorskip("shtab")
    answer = run("completion", shell)
    assert answer.status == 0 and answer.err == ""
    assert all(verb in answer.out for verb in VERBS) and "optim_type" in answer.out


COMPLETE = """
source "$1"
COMP_WORDS=(charmlp train --optim_type ad) COMP_CWORD=3
_shtab_charmlp charmlp ad --optim_type
echo "${COMPREPLY[@]}"
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_with_it(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("shtab")
    script = tmp_path / "script"
    script.write_text(run("completion", "bash").out, "utf-8")
    done = subprocess.run(
        ["bash", "-c", COMPLETE, "bash", script], capture_output=True, encoding="utf-8", check=True
    )
    assert set(done.stdout.split()) == {"adagrad", "adam", "adadelta", "adamw"}


def test_each_verb_is_there_with_its_flags_and_paths() -> None:
    (verbs,) = whole_parser("a path")._subparsers._group_actions  # type: ignore[union-attr]
    assert list(verbs.choices) == list(VERBS)  # type: ignore[arg-type]
    flags = verbs.choices["train"]._option_string_actions  # type: ignore[index, call-overload]
    assert flags["--data"].complete == "a path" and not hasattr(flags["--lr"], "complete")


def test_without_shtab_one_line_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    answer = run("completion", "bash")
    assert answer.status == 1
    assert answer.err.startswith(
        "charmlp: error: charmlp completion needs shtab, which is not installed: pip "
    )
