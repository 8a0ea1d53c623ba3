"""An installation that nobody may write to trains and predicts, and keeps what it makes elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import charmlp

Listing = dict[str, tuple[int, int]]


def installed(site: Path) -> Path:
    """A copy of the package, as pip would lay it down."""
    skip = shutil.ignore_patterns("__pycache__")
    return Path(shutil.copytree(Path(charmlp.__file__).parent, site / "charmlp", ignore=skip))


def set_writable(package: Path, writable: bool) -> None:
    for path in (package, *package.rglob("*")):
        path.chmod((0o755 if path.is_dir() else 0o644) if writable else (0o555 if path.is_dir() else 0o444))


def listing(package: Path) -> Listing:
    """Every file and folder with its size and time of change: for root, whom no mode binds, this must do."""
    return {
        str(path.relative_to(package)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in (package, *package.rglob("*"))
    }


def run(home: Path, site: Path, *arguments: str, bytecode: Path | None = None) -> str:
    """What `charmlp` prints to stdout, installed in `site` and run by a user whose home is `home`."""
    ours = ("CHARMLP_", "NUMBA_", "PYTHON", "XDG_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"PYTHONPATH": str(site), "HOME": str(home)}
    if sys.platform == "win32":  # asks the system, not the environment, for the user's folders
        environment["CHARMLP_CACHE"] = str(home / "cache")
    if bytecode is not None:  # for what Python itself would write beside the sources
        environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    done = subprocess.run(
        [sys.executable, "-m", "charmlp", *arguments],
        cwd=home,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.full
def test_training_and_predicting(tmp_path: Path) -> None:
    home, site, bytecode = tmp_path / "home", tmp_path / "site", tmp_path / "bytecode"
    for index in range(40):
        picture = (
            Image.linear_gradient("L")
            .rotate(180 * (index % 2))
            .point([level // 2 + index for level in range(256)])
        )
        path = home / "letters" / "AB"[index % 2] / f"{index}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
    package = installed(site)
    set_writable(package, False)
    before = listing(package)
    try:
        flags = (
            "--recipe",
            "slides",
            "--lr",
            "0.01",
            "--epoch",
            "20",
            "--step",
            "analytic",
            "--hsize",
            "100",
        )
        made = ("--data", "letters", "--pictures", "off", "--out", "run")
        run(home, site, "train", *flags, *made, bytecode=bytecode)
        told = run(home, site, "predict", "letters", "--model", "run", bytecode=bytecode)
        after = listing(package)
    finally:
        set_writable(package, True)  # whoever tidies up must be able to
    answers = [line.split()[:2] for line in told.splitlines()]
    assert len(answers) == 40
    assert all(Path(path).parent.name == letter for path, letter in answers)
    assert after == before
    assert list(home.rglob("charmlp-code/*.kept")), "the step's compiled passes were kept nowhere"
    assert list(bytecode.rglob("charmlp/**/*.pyc")), "it was another charmlp that ran"


def test_what_is_written_into_it_is_seen(tmp_path: Path) -> None:
    package = installed(tmp_path / "site")
    before = listing(package)
    run(tmp_path, tmp_path / "site", "--version")  # Python keeps what it has translated beside the sources
    assert set(listing(package)) > set(before)
