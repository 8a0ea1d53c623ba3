"""`charmlp tune`: a small search on small images, killed and gone on with."""

from __future__ import annotations

import csv
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from charmlp.config import from_toml
from tests.cli.conftest import Result
from tests.evaluation.making_runs import make_images

Run = Callable[..., Result]
SMALL = ("--recipe", "slides", "--norm_size", "1,3", "--epoch", "3", "--valInterval", "1", "--jobs", "1")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_images(Path("data"), {"train": 30, "validation": 30})


def rows_of(folder: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(folder, "trials.csv").read_text("utf-8").splitlines()))


def timeless(folder: str) -> list[dict[str, str]]:
    return [{**row, "seconds": ""} for row in rows_of(folder)]


def test_a_grid(run: Run, data: Path) -> None:
    answer = run("tune", data, *SMALL, "--grid", "lr=0.5,1e-6,1e30", "--seeds", "2", "--out", "s")
    assert answer.status == 0
    head, first, second, third, *_ = answer.out.splitlines()
    assert head.split() == ["lr", "accuracy,", "%", "seeds"]
    assert first.split()[:3] == ["1", "0.5", "100.00"] and second.split()[:2] == ["2", "1e-06"]
    assert third.split() == ["-", "1e+30", "failed", "0/2"]
    said = " ".join(answer.out.split())
    assert "trained again with 3 fresh seeds each" in said and "lr 0.5 is better, by" in said
    assert "6 of 6 trainings best so far: lr 0.5: 100.00 ± 0.00" in " ".join(answer.err.split())
    rows = rows_of("s")
    assert [row["seed"] for row in rows] == ["2021", "2022"] * 3 + ["2023", "2024", "2025"] * 2
    assert {row["purpose"] for row in rows[6:]} == {"again"}
    assert "training diverges; lower --lr" in rows[4]["failed"] and rows[4]["accuracy"] == ""
    best = from_toml(Path("s/best.toml").read_text("utf-8"))
    assert (best.lr, best.seed, best.epochs) == (0.5, 2021, 3)
    with Image.open("s/trials.png") as picture:
        assert picture.width >= 1000
    page = Path("s/report.html").read_text("utf-8")
    assert "lr 0.5 is better, by" in page and "data:image/png" in page and "--config s/best.toml" in page
    before = {path: path.stat().st_mtime_ns for path in Path("s/trials").iterdir()}
    table = Path("s/trials.csv").read_bytes()
    again = run("tune", "--resume", "--out", "s", "--lang", "zh")
    assert "lr 0.5 更好" in again.out and Path("s/trials.csv").read_bytes() == table
    assert before == {path: path.stat().st_mtime_ns for path in Path("s/trials").iterdir()}
    trained = run("train", data, "--config", "s/best.toml", "--out", "run", "--pictures", "off")
    assert "validation accuracy 100.0 %" in trained.out
    for flags, said in (
        (("--grid", "lr=0.5"), "the search was begun with another --grid"),
        (("--grid", "lr=0.5,1e-6,1e30", "--seeds", "3"), "begun with another --seeds"),
        (("--grid", "lr=0.5,1e-6,1e30", "--momentum", "0.5"), "begun with --momentum 0.9, not 0.5"),
    ):
        assert said in run("tune", data, *SMALL, "--seeds", "2", *flags, "--resume", "--out", "s").err
    (data / "train.json").write_text('{"train0.png": "A", "train1.png": "B"}', "utf-8")
    assert "begun with other data" in run("tune", "--resume", "--out", "s").err


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "charmlp", "tune", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(done: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has waited for has."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def children(pid: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            parent = re.search(r"^PPid:\s+(\d+)", status.read_text(), re.MULTILINE)
        except OSError:
            continue
        if parent and int(parent[1]) == pid:
            found.append(int(status.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system shows no processes in /proc")
@pytest.mark.parametrize(
    "ends",
    [signal.SIGKILL, *(pytest.param(s, marks=pytest.mark.full) for s in (signal.SIGINT, signal.SIGTERM))],
)
def test_killed_it_leaves_no_process_and_repeats_nothing(run: Run, data: Path, ends: int) -> None:
    flags = (*SMALL, "--epoch", "300", "--valInterval", "300", "--step", "analytic")
    program = start(data, *flags, "--grid", "lr=0.5,1e-6", "--seeds", "3", "--out", "killed")
    wait_for(lambda: len(list(Path("killed/trials").glob("*.json"))) >= 2)
    workers = children(program.pid)
    program.send_signal(ends)
    _, said = program.communicate(timeout=60)
    wait_for(lambda: not any(map(runs, workers)))
    assert workers and program.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}.get(ends, 143)
    assert ends == signal.SIGKILL or "--resume --out killed' goes on" in said
    before = {path: path.stat().st_mtime_ns for path in Path("killed/trials").glob("*.json")}
    assert run("tune", "--resume", "--out", "killed", "--jobs", "1").status == 0
    assert (
        before.items()
        <= {path: path.stat().st_mtime_ns for path in Path("killed/trials").glob("*.json")}.items()
    )
    assert len(timeless("killed")) == 6 + 6 and not list(Path("killed/trials").glob("*.lock"))


@pytest.mark.full
def test_what_optuna_suggests(run: Run, data: Path) -> None:
    pytest.importorskip("optuna", reason="Optuna is not installed")
    Path("s.toml").write_text('lr = { low = 1e-4, high = 1, log = true }\nhsize = ["4", "8x4"]\n', "utf-8")
    answer = run("tune", data, *SMALL, "--trials", "4", "--space", "s.toml", "--seeds", "1", "--out", "s")
    assert answer.status == 0 and "4 of 4 settings  best so far: lr " in answer.err
    rows = rows_of("s")
    assert [row["setting"] for row in rows[:4]] == ["1", "2", "3", "4"] and len(rows) == 10
    assert {row["hidden_size"] for row in rows} <= {"4", "8,4"}
    table = Path("s/trials.csv").read_bytes()
    assert run("tune", "--resume", "--out", "s").status == 0
    assert Path("s/trials.csv").read_bytes() == table


@pytest.mark.full
def test_the_same_search_gives_the_same_table_with_any_number_of_jobs(run: Run, data: Path) -> None:
    for out, jobs in (("one", "1"), ("two", "2"), ("again", "2")):
        flags = ("--grid", "lr=0.5,0.1", "--grid", "hsize=4,8x4", "--jobs", jobs)
        assert run("tune", data, *SMALL, *flags, "--out", out).status == 0
    assert timeless("one") == timeless("two") == timeless("again")


@pytest.mark.parametrize(
    ("flags", "status", "said"),
    [
        ((), 2, "what is to be tried: give --grid"),
        (("--grid", "momentun=1"), 2, "--grid: no setting is called 'momentun'; did you mean 'momentum'?"),
        (("--grid", "lr=1,2", "--lr", "3"), 2, "--grid: lr is also given as a flag"),
        (("--grid", "optimizer=adam,sgd", "--grid", "momentum=0.5"), 2, "adam has no momentum"),
        (("--grid", "lr=1", "--trials", "3"), 2, "what is to be tried: give --grid"),
        (("--grid", "lr=1", "--space", "s.toml"), 2, "--space goes with --trials, not with --grid"),
        (("--trials", "3", "--space", "s.toml"), 1, "s.toml: no such file; a file of ranges"),
        (
            ("--trials", "3", "--storage", "postgresql://me:secret@host/db"),
            2,
            "leave the password to PGPASSWORD",
        ),
        (("--trials", "3", "--storage", "nothing://host/db"), 1, "--storage: "),
        (("--trials", "3", "--optim_type", "adam"), 2, "--optim_type adam give --space FILE"),
        (("--resume",), 2, "--resume: give --out DIR"),
        (("--resume", "--out", "data"), 2, "no search in data"),
        (("--resume", "--out", "data", "--momentum", "0.5"), 2, "momentum is as the search was begun"),
        (("--resume", "--out", "data", "--seeds", "5"), 2, "seeds is as the search was begun"),
        (("--grid", "lr=1", "--out", "data"), 2, "--out: data holds something already"),
        (("--grid", "lr=1", "--out", "data/train.json"), 2, "is a file, not a folder"),
    ],
)
def test_what_is_wrong_is_said_before_work(
    run: Run, data: Path, flags: tuple[str, ...], status: int, said: str
) -> None:
    own = () if "--resume" in flags else (data,)
    answer = run("tune", *own, *(SMALL if flags[:1] != ("--resume",) else ()), *flags)
    assert answer.status == status and said in answer.err and answer.err.count("\n") == 1
    assert not Path("searches").exists()


@pytest.mark.full
def test_where_nothing_trains_well(run: Run, data: Path) -> None:
    answer = run("tune", data, *SMALL, "--grid", "lr=1e30", "--seeds", "1", "--out", "s")
    assert answer.status == 1 and "no setting trains well with every seed: the loss became" in answer.err
    assert len(rows_of("s")) == 1
