"""What takes minutes: schemathesis, a short soak, the lines of the Dockerfile. Run by `make test-full`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from charmlp.modelfile import write_model
from tests.modelfile.making import model
from tests.server.making import Served, jpeg, program

pytestmark = pytest.mark.full
ROOT = Path(__file__).resolve().parents[2]
CONFIG = Path(__file__).with_name("schemathesis.toml")


def test_schemathesis_finds_nothing(server: Served, tmp_path: Path) -> None:
    pytest.importorskip("schemathesis")
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command += [f"{server.address}/openapi.json", "--checks", "all", "--max-examples", "200"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert re.search(r"Tested: +\d", done.stdout) and "Failures" not in done.stdout


def test_a_short_soak(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "soak.py", "--minutes", "0.5"],
        cwd=ROOT / "benchmarks",
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def dockerfile() -> dict[str, list[str]]:
    """Its instructions, each with all that follows it."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "Dockerfile").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            instruction, _, rest = line.partition(" ")
            found.setdefault(instruction, []).append(rest)
    return found


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may read."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def unprivileged() -> tuple[str | None, str]:
    """A user without rights, and a Python that it may run; the user is None where we are that already."""
    if os.geteuid():
        return None, sys.executable
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            if subprocess.run([python, "-c", "import venv"], user="nobody").returncode == 0:
                return "nobody", python
        except OSError:
            continue
    pytest.skip("no Python here that the user nobody may run")


@pytest.mark.skipif(os.name != "posix", reason="this system has no such users")
def test_the_lines_of_the_dockerfile(open_folder: Path) -> None:
    """No image can be built here: its files are copied, its pip line is run in a fresh environment, and its
    program started by a user without rights."""
    tmp_path = open_folder
    user, base = unprivileged()
    lines = dockerfile()
    assert "slim" in lines["FROM"][0] and lines["USER"] == ["charmlp"] and "torch" not in str(lines)
    place = tmp_path / "srv"
    place.mkdir()
    for line in lines["COPY"]:
        *sources, target = line.split()
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place / target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, place / target)
    (pip,) = [line for line in lines["RUN"] if line.startswith("pip")]
    subprocess.run([base, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    done = subprocess.run(
        [str(python), "-m", *pip.replace('"', "").split()],
        cwd=place,
        env=clean,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert subprocess.run([str(python), "-c", "import torch"], capture_output=True).returncode == 1
    write_model(model((4,), (8, 8)), tmp_path / "model" / "model.safetensors")
    (tmp_path / "token").write_text("0123456789abcdef\n")
    arguments = [each.strip('", []') for each in lines["CMD"][0].split(",")]
    arguments = [str(tmp_path) + each if each in ("/model", "/token") else each for each in arguments]
    arguments[arguments.index("0.0.0.0")] = "127.0.0.1"  # nobody else is asked in here
    command = tmp_path / "venv" / "bin" / "charmlp"
    with program(*arguments, cwd=tmp_path, command=[str(command), "serve"], user=user, env=clean) as (
        _,
        address,
    ):
        import httpx

        right = {"Authorization": "Bearer 0123456789abcdef"}
        answer = httpx.post(f"{address}/v1/predict", content=jpeg(), headers=right, trust_env=False)
        assert answer.status_code == 200
        check = re.search(r'"(import urllib.*?)"\]', lines["HEALTHCHECK"][0])
        assert check
        script = check[1].replace("http://127.0.0.1:8000", address)
        assert subprocess.run([str(python), "-c", script]).returncode == 0
