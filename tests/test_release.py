"""What is released is whole: a source archive, the wheel it gives, and an installation of that elsewhere."""

from __future__ import annotations

import email
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from email.message import Message
from pathlib import Path

import numpy
import pytest

import charmlp
from charmlp.modelfile import write_model
from tests.images.making import letter
from tests.modelfile.making import model

pytest.importorskip("hatchling")

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = "Scripts" if os.name == "nt" else "bin"


def build(kind: str, source: Path, into: Path) -> Path:
    """An `sdist` or a `wheel`, by the hook of the build backend that `python -m build` and pip call."""
    into.mkdir(exist_ok=True)
    script = f"from hatchling.build import build_{kind} as build; print(build({str(into)!r}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return into / done.stdout.split()[-1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("sdist", ROOT, folder)) as archive:
        archive.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return folder / f"charmlp-{charmlp.__version__}"


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sources() -> dict[str, bytes]:
    """What the wheel must hold: the package, and in it the derivations that the doctor prints."""
    homes = {ROOT / "src": "", ROOT / "docs" / "derivations": "charmlp/doctor/derivations/"}
    return {
        place + path.relative_to(home).as_posix(): path.read_bytes()
        for home, place in homes.items()
        for path in home.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def missing(wheel: Path) -> set[str]:
    held = contents(wheel)
    return {name for name, content in sources().items() if held.get(name) != content}


def metadata(held: Mapping[str, bytes]) -> Message:
    (content,) = (content for name, content in held.items() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(content)


def test_the_wheel_is_whole(wheel: Path) -> None:
    needed = {
        "py.typed",
        "doctor/words/zh.txt",
        "doctor/derivations/linear.md",
        "doctor/derivations/mean.zh-CN.md",
    }
    assert {f"charmlp/{name}" for name in needed} <= set(sources())
    assert missing(wheel) == set()
    assert any(name.endswith("/licenses/LICENSE") for name in contents(wheel))


def test_what_a_wheel_lacks_is_seen(unpacked: Path, tmp_path: Path) -> None:
    lacking = shutil.copytree(unpacked, tmp_path / "lacking")
    (lacking / "src/charmlp/doctor/words/zh.txt").unlink()
    (lacking / "src/charmlp/text.py").write_text("changed")
    (lacking / "docs/derivations/mean.md").unlink()
    lost = {"charmlp/doctor/words/zh.txt", "charmlp/text.py", "charmlp/doctor/derivations/mean.md"}
    assert missing(build("wheel", lacking, tmp_path)) == lost


def test_the_source_archive_gives_the_wheel_that_the_repository_gives(wheel: Path, tmp_path: Path) -> None:
    assert contents(build("wheel", ROOT, tmp_path)) == contents(wheel)


def test_the_source_archive_holds_what_testing_and_reading_need(unpacked: Path) -> None:
    needed = "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "constraints.txt", "recognition.py"
    assert [name for name in (*needed, "docs/cli.md") if not (unpacked / name).is_file()] == []
    assert (unpacked / "tests/test_release.py").read_bytes() == Path(__file__).read_bytes()


def test_the_metadata(wheel: Path) -> None:
    facts = metadata(contents(wheel))
    assert (facts["Name"], facts["Version"]) == ("charmlp", charmlp.__version__)
    assert facts["Description-Content-Type"] == "text/markdown"
    assert str(facts.get_payload()).startswith("# charmlp\n")
    assert (
        facts["License-Expression"] == "MIT AND OFL-1.1 AND Apache-2.0"
        and facts["Requires-Python"] == ">=3.10"
    )
    assert {"torch", "sklearn", "parquet", "all"} <= set(facts.get_all("Provides-Extra", []))


@pytest.mark.full
def test_an_installation_elsewhere_reads_an_image(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, which sees the packages of this one, but not its charmlp."""
    home = tmp_path / "installed"
    venv.create(home, symlinks=os.name == "posix")
    programs = home / PROGRAMS
    python = programs / Path(sys.executable).name
    ours = ("CHARMLP_", "PYTHON", "COV")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}

    def run(*command: str | Path) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=clean, capture_output=True, text=True, encoding="utf-8"
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    pip = (sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", str(wheel))
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    (site / "dependencies.pth").write_text(str(Path(numpy.__file__).parents[1]), "utf-8")
    found = run(python, "-c", "import charmlp; print(charmlp.__file__)").strip()
    assert Path(found) == site / "charmlp" / "__init__.py"

    program = programs / "charmlp"
    assert run(program, "--version").split()[-1] == charmlp.__version__
    assert "charmlp VERB" in run(program, "--help")
    assert "∂L/∂z = ∂L/∂h ⊙ [h > 0]" in run(program, "doctor", "--explain", "relu", "--lang", "zh")
    letter().save(tmp_path / "letter.png")
    write_model(model(), tmp_path / "letters.safetensors")
    answer = run(program, "predict", "letter.png", "--model", "letters.safetensors")
    read = charmlp.Recognizer.load(tmp_path / "letters.safetensors").predict(tmp_path / "letter.png")
    assert answer.startswith(f"letter.png: {read.prediction} ")
