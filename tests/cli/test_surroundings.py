"""What is around a command: streams that break, signals, few threads. None of them loses a training."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charmlp import cli
from charmlp.cli import surroundings
from charmlp.system.processes import environment
from tests.cli.conftest import Result
from tests.sampling import one_in

Run = Callable[..., Result]

posix = pytest.mark.skipif(os.name != "posix", reason="this system has no such signals and streams")
TRAIN = ("train", "--recipe", "slides", "--pictures", "off", "--hsize", "8", "--out", "a")


@posix
@pytest.mark.parametrize(
    ("form", "to", "stream"),
    one_in(3, itertools.product(["train", "--mode"], ["nobody", "/dev/full"], ["stdout", "stderr"])),
)
def test_a_stream_that_cannot_be_written_ends_no_training(
    course: Path, stream: str, to: str, form: str
) -> None:
    if to == "nobody":
        reader, target = os.pipe()
        os.close(reader)
    elif Path(to).exists():
        target = os.open(to, os.O_WRONLY)
    else:
        pytest.skip("this system has no /dev/full")
    arguments = TRAIN[1:] if form == "train" else (*TRAIN[3:], "--model", "m.safetensors")
    verb = ["train"] if form == "train" else ["--mode", "train"]
    command = [sys.executable, "-m", "charmlp", *verb, *arguments, "--epoch", "3", "--data", str(course)]
    streams: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, stream: target}
    done = subprocess.run(command, env=environment(), timeout=120, **streams)
    os.close(target)
    assert len(Path("a/metrics.csv").read_text("utf-8").splitlines()) == 4
    assert Path("a/model.safetensors").exists()
    assert done.returncode == (1 if (stream, to) == ("stdout", "/dev/full") else 0)  # the answer was lost


@posix
@pytest.mark.parametrize("verb", ["predict", "info"])
def test_a_reader_that_has_seen_enough_is_no_error(trained: Path, course: Path, verb: str) -> None:
    """As `| head -1`, which goes away when it has its line."""
    reader, target = os.pipe()
    os.close(reader)
    options = ["--model", str(trained), str(course / "images")] if verb == "predict" else [str(trained)]
    command = [sys.executable, "-m", "charmlp", verb, *options]
    done = subprocess.run(
        command, env=environment(), stdout=target, stderr=subprocess.PIPE, timeout=120, text=True
    )
    os.close(target)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("fault", [RuntimeError("can't start new thread"), KeyboardInterrupt()])
def test_no_more_threads_are_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    """OpenBLAS, which gets none, interrupts its own process."""

    def fail(*arguments: Any) -> None:
        raise fault

    monkeypatch.setattr(cli, "dispatch", fail)
    if isinstance(fault, KeyboardInterrupt):
        assert run("info").status == 130  # the control: threads can be started, somebody pressed Ctrl-C
    monkeypatch.setattr(threading.Thread, "start", lambda self: fail_to_start())
    assert run("info") == Result(1, "", f"charmlp: error: {cli.NO_THREADS}\n")


def fail_to_start() -> None:
    raise RuntimeError("can't start new thread")


@posix
@pytest.mark.parametrize(("limit", "threads"), [(20, "1"), (4000, None), (-1, None)])
def test_libraries_take_one_thread_where_there_are_few(
    monkeypatch: pytest.MonkeyPatch, limit: int, threads: str | None
) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limit, limit))
    monkeypatch.setattr(os, "environ", {})
    surroundings.spare_threads()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1" and os.environ.get("OMP_NUM_THREADS") == threads


@pytest.mark.skipif(sys.platform != "linux", reason="this system allows no such names")
@pytest.mark.parametrize("name", [b"bytes\xff\xe9", b"esc\x1b[31mape"])
def test_any_name_of_a_run_folder_is_written_found_and_safe_to_print(
    run: Run, course: Path, name: bytes
) -> None:
    out, image = os.fsdecode(name), course / "new_images" / "predict01.png"
    flags = ("--recipe", "slides", "--epoch", "1", "--model", f"{out}.pth", "--out", out, "--data", course)
    answers = [run("train", *flags), run("predict", image), run("test", "--data", course), run("info", out)]
    answers += [run("test", "--data", course, "--format", "json")]
    answers += [run("--mode", "predict", "--model", f"{out}.pth", "--im_path", image)]
    assert [answer.status for answer in answers] == [0] * len(answers)
    assert not any("\x1b" in answer.out + answer.err for answer in answers)
