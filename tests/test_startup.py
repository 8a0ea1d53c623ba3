"""What each command imports: start-up is held by what is loaded, not by a clock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from charmlp.cli import VERBS

HEAVY = {"torch", "sklearn", "matplotlib", "scipy", "numba", "rich", "pyarrow", "fontTools"}

RUN = """
import sys
from charmlp.cli import main
try:
    status = main(sys.argv[1:])
except SystemExit as end:
    status = end.code
print("\\n".join(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
sys.exit(status)
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    """The packages that a command has imported when it ends well."""
    answer = subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stderr.split())


def test_the_package_alone_imports_nothing_of_weight(tmp_path: Path) -> None:
    script = "import charmlp, sys; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    names = {name.partition(".")[0] for name in answer.stdout.split()}
    assert not names & (HEAVY | {"numpy", "PIL"})


@pytest.mark.parametrize("arguments", [[verb, "--help"] for verb in VERBS] + [["--help"], ["--version"]])
def test_help_imports_nothing_of_weight(tmp_path: Path, arguments: list[str]) -> None:
    assert not loaded(tmp_path, *arguments) & (HEAVY | {"numpy", "PIL"})


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, set[str]]:
    """A folder with letters and a run, and what training loaded."""
    folder = tmp_path_factory.mktemp("start")
    for index in range(20):
        (folder / "letters" / "AB"[index % 2]).mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").rotate(9 * index).save(
            folder / "letters" / "AB"[index % 2] / f"{index}.png"
        )
    flags = ("--data", "letters", "--recipe", "slides", "--epoch", "2", "--out", "run")
    return folder, loaded(folder, "train", *flags)


def test_training_draws_elsewhere_and_needs_no_framework(trained: tuple[Path, set[str]]) -> None:
    folder, modules = trained
    assert {"numpy"} <= modules and not modules & HEAVY
    assert (folder / "run" / "figures" / "loss.png").is_file()


def test_predicting_needs_no_framework(trained: tuple[Path, set[str]]) -> None:
    folder, _ = trained
    modules = loaded(folder, "predict", "letters/A/0.png", "--model", "run")
    assert not modules & (HEAVY | {"concurrent", "secrets", "tempfile"})


def test_predicting_imports_what_explains_only_where_it_is_asked_for(trained: tuple[Path, set[str]]) -> None:
    script = RUN.replace('name.partition(".")[0]', "name")
    for flags, wanted in (((), False), (("--explain", "why"), True)):
        arguments = ("predict", "letters/A/0.png", "--model", "run", *flags)
        answer = subprocess.run(
            [sys.executable, "-c", script, *arguments], cwd=trained[0], capture_output=True, text=True
        )
        assert answer.returncode == 0, answer.stderr
        names = set(answer.stderr.split())
        assert ("charmlp.explanation" in names) is wanted and "charmlp.html" not in names
        assert wanted or "charmlp.data" not in names
        assert not {name.partition(".")[0] for name in names} & (HEAVY - {"pyarrow"})
    assert (trained[0] / "why" / "0-explained.png").is_file()


def test_what_a_run_loads_is_seen(trained: tuple[Path, set[str]]) -> None:
    folder, _ = trained
    flags = (
        "--data",
        "letters",
        "--recipe",
        "slides",
        "--epoch",
        "1",
        "--out",
        "second",
        "--step",
        "compiled",
    )
    assert "numba" in loaded(folder, "train", *flags)


def test_info_needs_no_framework(trained: tuple[Path, set[str]]) -> None:
    assert not loaded(trained[0], "info", "run") & HEAVY
