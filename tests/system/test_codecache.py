"""Compiled code is found again, and only that of this function, these types, these sources."""

from __future__ import annotations

import dataclasses
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from charmlp.system import codecache, compiling
from charmlp.system.files import write_whole
from charmlp.system.keeping import CODE, write_kept

COMMON = os.environ["NUMBA_CACHE_DIR"]  # of all tests: tests/conftest.py

Damage = Callable[[Path], object]
posix = pytest.mark.skipif(os.name != "posix", reason="this system keeps the user's folders to the user")


def double(x: float) -> float:
    return 2 * x


def triple(x: float) -> float:
    return 3 * x


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "kept"))
    codecache.tell_once.cache_clear()
    codecache.tell_of_compiling.cache_clear()
    return tmp_path / "kept"


def call(function: Callable[..., Any] = double, value: Any = 3.0) -> tuple[Any, bool]:
    """What the function answers, compiled as in a new process, and whether its code was found."""
    dispatcher = compiling.compiled(function)
    return dispatcher(value), sum(dispatcher.stats.cache_hits.values()) == 1


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_it_is_found_again_in_the_users_folder(folder: Path) -> None:
    assert [call(), call()] == [(6.0, False), (6.0, True)]
    (entry,) = files(folder)
    assert entry.name.startswith(f"{__name__}.double-") and CODE.files() == [entry]
    assert entry.parent == CODE.folder and entry.parent.parent == folder


def test_each_type_and_each_function_has_its_own(folder: Path) -> None:
    assert [call(), call(value=3), call(triple)] == [(6.0, False), (6, False), (9.0, False)]
    assert len(files(folder)) == 3
    assert [call(), call(value=3), call(triple)] == [(6.0, True), (6, True), (9.0, True)]


def test_it_is_told_once_and_only_where_something_is_compiled(caplog: pytest.LogCaptureFixture) -> None:
    call(), call(triple)
    assert [record.getMessage() for record in caplog.records] == [
        "charmlp: compiling loops, once on this machine"
    ]
    caplog.clear()
    codecache.tell_of_compiling.cache_clear()  # as in a new process
    call(), call(triple)
    assert not caplog.records


class One(NamedTuple):
    x: float
    y: float


class Other(NamedTuple):
    x: float
    y: float


def sum_of(pair: Any) -> Any:
    return pair.x + pair.y


def test_two_classes_of_one_shape_are_two_types(folder: Path) -> None:
    """As the optimizers are: one's rule under the other's name would train, and be another training."""
    assert [call(sum_of, One(1, 2)), call(sum_of, Other(1, 2))] == [(3.0, False), (3.0, False)]
    assert call(sum_of, One(1, 2)) == (3.0, True)
    Other.__qualname__ = "One"  # even where nothing told their entries apart
    try:
        assert call(sum_of, Other(1, 2)) == (3.0, False)
    finally:
        Other.__qualname__ = "Other"


def test_other_sources_are_compiled_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call()
    with monkeypatch.context() as patch:
        patch.setattr(codecache, "stamp", lambda name: "0ther sources")
        assert [call(), call()] == [(6.0, False), (6.0, True)]
    assert call() == (6.0, True) and len(files(folder)) == 2


def test_the_longest_unused_code_goes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call(), call(triple)
    for file in files(folder):
        os.utime(file, ns=(0, 0))
    assert call() == (6.0, True)  # used just now
    room = 2 * max(file.stat().st_size for file in files(folder)) + 1000
    monkeypatch.setattr(codecache, "CODE", dataclasses.replace(CODE, most_bytes=room))
    call(value=3)
    assert [call(), call(triple)] == [(6.0, True), (9.0, False)]


@pytest.mark.parametrize(
    "change",
    [
        lambda patch: patch.setenv("NUMBA_OPT", "1"),
        lambda patch: patch.setattr(codecache.numba, "__version__", "0.1"),
        lambda patch: patch.setattr(codecache.np, "__version__", "0.1"),
        lambda patch: patch.setattr(codecache.platform, "python_version", lambda: "3.1"),
    ],
    ids=["option", "numba", "numpy", "python"],
)
def test_what_code_depends_on_is_part_of_its_name(
    monkeypatch: pytest.MonkeyPatch, change: Callable[[pytest.MonkeyPatch], object]
) -> None:
    call()
    assert call() == (6.0, True)
    change(monkeypatch)
    assert call() == (6.0, False)


def flip(entry: Path) -> None:
    content = bytearray(entry.read_bytes())
    content[len(content) // 2] ^= 4
    entry.write_bytes(content)


def a_folder(entry: Path) -> None:
    entry.unlink()
    entry.mkdir()


@pytest.mark.parametrize(
    ("damage", "mended"),
    [
        (lambda entry: entry.write_bytes(b""), True),
        (lambda entry: entry.write_bytes(entry.read_bytes()[:-1]), True),
        (lambda entry: entry.write_bytes(entry.read_bytes() + b"\0"), True),
        (lambda entry: entry.write_bytes(os.urandom(300)), True),
        (flip, True),
        (a_folder, False),
    ],
    ids=["empty", "cut", "longer", "garbage", "flipped", "folder"],
)
def test_damaged_code_is_compiled_anew(
    folder: Path, damage: Damage, mended: bool, caplog: pytest.LogCaptureFixture
) -> None:
    call()
    damage(files(folder)[0])
    with caplog.at_level(logging.WARNING):
        assert call() == (6.0, False)
    assert "note: " in caplog.text and "\n" not in caplog.messages[0]
    assert call() == (6.0, mended)


def test_the_code_of_another_function_is_not_taken(folder: Path) -> None:
    call()
    (entry,) = files(folder)
    call(triple)
    (other,) = set(files(folder)) - {entry}
    shutil.copy(other, entry)
    assert call() == (6.0, False)


def test_code_that_is_no_code(folder: Path) -> None:
    """Even with a right checksum."""
    call()
    (entry,) = files(folder)
    write_kept(entry, b"no pickle")
    assert call() == (6.0, False)
    assert call() == (6.0, True)


def a_file_in_the_way(folder: Path) -> None:
    folder.mkdir(parents=True)
    CODE.folder.write_text("")


def open_to_all(folder: Path) -> None:
    CODE.folder.mkdir(parents=True)
    CODE.folder.chmod(0o777)


@pytest.mark.parametrize("prepare", [a_file_in_the_way, pytest.param(open_to_all, marks=posix)])
def test_a_folder_that_cannot_be_used_is_told_once_and_ends_nothing(
    folder: Path, prepare: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    prepare(folder)
    with caplog.at_level(logging.WARNING):
        assert [call(), call()] == [(6.0, False)] * 2
    (note,) = [line for line in caplog.messages if "note: " in line]
    assert str(CODE.folder) in note


def test_a_relative_folder_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "here")
    assert [call(), call()] == [(6.0, False)] * 2
    assert files(tmp_path) == []


@posix
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_belongs_to_another_user_is_not_read(
    folder: Path, what: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    call()
    assert call() == (6.0, True)
    (entry,) = files(folder)
    status = (entry if what == "file" else entry.parent).stat()
    ours = codecache.belongs_to_user
    monkeypatch.setattr(
        codecache, "belongs_to_user", lambda asked: ours(asked) and not os.path.samestat(asked, status)
    )
    with caplog.at_level(logging.WARNING):
        assert call() == (6.0, False)
    assert "belongs to another user" in caplog.text


@posix
def test_the_folder_is_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    call()
    status = CODE.folder.stat()
    assert status.st_mode & 0o777 == 0o700
    assert codecache.belongs_to_user(status)
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    assert not codecache.belongs_to_user(status)


def test_a_full_disk_ends_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(os, "fsync", full)
        assert call() == (6.0, False)
    assert "No space left" in caplog.text and files(folder) == []
    assert [call(), call()] == [(6.0, False), (6.0, True)]


def test_checksums_see_a_change_of_name_or_content(tmp_path: Path) -> None:
    write_kept(tmp_path / "one", b"payload")
    assert codecache.read_entry(tmp_path / "one") == b"payload"
    write_whole(tmp_path / "two", (tmp_path / "one").read_bytes())
    with pytest.raises(codecache.UnusableError, match="damaged"):
        codecache.read_entry(tmp_path / "two")


def test_the_sources_behind_a_loop_are_all_of_it() -> None:
    import charmlp.rendering.painting
    import charmlp.training.steps.loops

    loops = codecache.sources_behind(charmlp.training.steps.loops.__name__)
    near_and_far = (
        "training.steps.loops",
        "training.steps.optimizers_compiled",
        "system.floatmode",
        "calculus.activations",
    )
    assert {f"charmlp.{name}" for name in near_and_far} <= loops.keys()
    assert "charmlp.rendering.painting" not in loops
    painting = codecache.sources_behind(charmlp.rendering.painting.__name__)
    assert "charmlp.rendering.distance" in painting, "it imports a number from there"


def test_imports_are_read_as_they_are_written() -> None:
    source = b"""
from charmlp.a import (
    one,
    TWO,
)
from charmlp import room
import charmlp.b.c
from other import charmlp
if TYPE_CHECKING:
    from charmlp.d import Type
"""
    found = set(codecache.modules_imported(source))
    assert {"charmlp.a", "charmlp.a.TWO", "charmlp.room", "charmlp.b.c"} <= found
    assert not any("d" in name.split(".") or "other" in name for name in found)


def test_a_change_behind_a_loop_is_another_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    stamps = set()
    for sources in ({"a": b"1", "b": b"2"}, {"a": b"1", "b": b"3"}, {"a": b"1b", "": b"2"}, {"a": b"12"}):
        monkeypatch.setattr(codecache, "sources_behind", lambda name, found=sources: found)
        stamps.add(codecache.stamp.__wrapped__("a"))
    assert len(stamps) == 4


TRAIN = """
import dataclasses, hashlib
import numpy as np
from charmlp.config import SLIDES
from charmlp.training.steps import loops
from charmlp.training.steps.parameters import Parameters
from charmlp.training.steps.choice import make_step
config = dataclasses.replace(SLIDES, hidden_size=(12,), lr=0.01)
rng = np.random.default_rng(0)
step = make_step("compiled", config, Parameters.initial((100, 12, 5), rng), None)
inputs, labels = rng.normal(size=(400, 100)).astype(np.float32), rng.integers(0, 5, 400)
losses = step.advance(inputs, labels, np.full(50, 0.01), rng)
print(hashlib.sha256(losses.tobytes() + step.parameters.flat.tobytes()).hexdigest())
print(sum(loops.train_batches.stats.cache_hits.values()))
"""


@pytest.mark.full
def test_code_from_the_cache_gives_the_same_bits(folder: Path) -> None:
    """One process compiles for itself, the next one finds the code; so it is in the cache of all tests."""
    own, again, common = trained(folder), trained(folder), trained(COMMON)
    assert own[0] == again[0] == common[0]
    assert (own[1], again[1]) == (0, 1)


def trained(cache: str | Path) -> tuple[str, int]:
    """A hash of what a small training in a process ends with, and how often code was found in `cache`."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    answer = subprocess.run(
        [sys.executable, "-c", TRAIN], env=environment, capture_output=True, text=True, check=True
    )
    bits, hits = answer.stdout.split()
    return bits, int(hits)


RACE = """
import sys, threading
sys.path.insert(0, sys.argv[1])
from tests.system.test_codecache import Other, One, call, double, sum_of, triple
print(*(call(function, value)[0] for function, value in [
    (double, 3.0), (triple, 3.0), (double, 3), (triple, 3), (sum_of, One(1, 2)), (sum_of, Other(3, 4))]))
"""


LATE = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.system.test_codecache import One, call, sum_of, triple
print(call()[1], call(triple)[1], call(sum_of, One(1, 2))[1])
"""


@pytest.mark.full
def test_many_that_compile_at_once_answer_right(folder: Path) -> None:
    """On a cold cache, time and again: no one's code is ever another's, and all is whole."""
    for _ in range(8):
        shutil.rmtree(folder, ignore_errors=True)
        root = str(Path(__file__).resolve().parents[2])
        racers = [
            subprocess.Popen([sys.executable, "-c", RACE, root], stdout=subprocess.PIPE, text=True)
            for _ in range(6)
        ]
        assert {racer.communicate()[0].strip() for racer in racers} == {"6.0 9.0 6 9 3 7"}
        assert len(files(folder)) == 6
        # by a process that has imported as little: the scripts in this file read like imports of its own
        late = subprocess.run([sys.executable, "-c", LATE, root], capture_output=True, text=True, check=True)
        assert late.stdout.split() == ["True"] * 3
