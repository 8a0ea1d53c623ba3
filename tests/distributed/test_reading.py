"""`predict` and `test` of two ranks under PyTorch's launcher: what one process says, to the byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.distributed.jobs import ROOT, Job, launcher, make_letters, training, wait_until

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(sys.platform != "linux", reason="this system: processes are found in /proc"),
]

SOON = 20.0  # seconds within which the other ends when one is gone


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, and a folder of 3,000 letters of noise, two of which are none."""
    folder = tmp_path_factory.mktemp("reading")
    make_letters(folder)
    assert Job([sys.executable, "-m", "charmlp", *training(3)], folder).end() == 0
    rng = np.random.default_rng(1)
    for number in range(3000):
        (folder / "images" / str(number % 3)).mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(rng.integers(0, 255, (12, 12), np.uint8))
        image.save(folder / "images" / str(number % 3) / f"{number}.bmp")
    for name in ("0/0.bmp", "2/2000.bmp"):
        (folder / "images" / name).write_bytes(b"no picture")
    return folder


def said(place: Path, program: list[str], *arguments: str, given: bytes = b"") -> tuple[bytes, list[str]]:
    """Standard output, and what charmlp says beside it."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    answer = subprocess.run(
        [*program, "-m", "charmlp", *arguments],
        cwd=place,
        env=os.environ | {"PYTHONPATH": path, "CHARMLP_CACHE": str(place / "cache")},
        input=given,
        capture_output=True,
        timeout=120,
    )
    lines = answer.stderr.decode().splitlines()
    return answer.stdout, [line for line in lines if line.startswith("charmlp:") or " like nothing " in line]


@pytest.mark.parametrize("flags", ["text", "csv --topk 3 --reject 0.5", "json --tta 2"])
def test_predict(place: Path, flags: str) -> None:
    command = ("predict", "images", "nowhere.png", "--model", "run", "--format", *flags.split())
    one, two = (said(place, program, *command) for program in ([sys.executable], launcher()))
    assert one == two and one[0] and len(one[1]) >= 3


def test_a_list_on_standard_input(place: Path) -> None:
    paths = "".join(f"{path}\n" for path in sorted((place / "images").rglob("*.bmp"))[:700]).encode()
    command = ("predict", "-", "--model", "run")
    one, two = (said(place, program, *command, given=paths) for program in ([sys.executable], launcher()))
    assert one == two and one[0].count(b"\n") == 699


def test_test(place: Path) -> None:
    found = []
    for program, out in (([sys.executable], "out1"), (launcher(), "out2")):
        command = ("test", "images", "--model", "run", "--skip_bad", "--no_cache", "--out", out)
        answer = said(place, program, *command)
        files = {path.name: path.read_bytes() for path in (place / out).iterdir()}
        found.append((answer[0].replace(out.encode(), b""), answer[1], files))
    assert found[0] == found[1] and len(found[0][2]) > 5


@pytest.mark.parametrize("rank", [0, 1])
def test_where_a_rank_is_killed_the_other_says_so(place: Path, rank: int) -> None:
    every = ["images/*/*.bmp"] * 40
    job = Job([*launcher(), "-m", "charmlp", "predict", *every, "--model", "run"], place)
    wait_until(lambda: ".bmp: " in job.said() or job.is_over())
    os.kill(job.rank(rank), signal.SIGKILL)
    assert job.end(SOON) == 1
    (error,) = (line for line in job.errors() if "no picture" not in line and "not an image" not in line)
    assert f"rank {rank}" in error
