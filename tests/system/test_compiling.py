"""Where compiled code is kept, and when it is not."""

from __future__ import annotations

import dataclasses
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from charmlp.config import SLIDES
from charmlp.system import compiling
from charmlp.training.parameters import Parameters
from charmlp.training.steps import make_step


def double(x: float) -> float:
    return 2 * x


def kept(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.rglob("*") if path.is_file())


def test_code_lies_in_the_users_cache_not_in_the_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiling.compiled(double)(3.0) == 6.0
    assert kept(tmp_path) == [".nbc", ".nbi"]
    again = compiling.compiled(double)
    assert again(3.0) == 6.0 and sum(again.stats.cache_hits.values()) == 1


def test_where_nothing_can_be_kept_it_is_compiled_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "below"))
    assert compiling.compiled(double)(3.0) == 6.0


def test_another_version_of_the_sources_compiles_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiling.compiled(double)(3.0)
    monkeypatch.setattr(compiling, "stamp", lambda room: "other sources")
    again = compiling.compiled(double)
    assert again(3.0) == 6.0 and sum(again.stats.cache_misses.values()) == 1


def test_wide_vectors_are_asked_for_where_they_are_wanted() -> None:
    def plain(x: float) -> float:
        return 2 * x

    def wide(x: float) -> float:
        compiling.wide_vectors()
        return 2 * x

    for function, wanted in ((plain, False), (wide, True)):
        part = compiling.part_of_compiled(function)
        assert part(3.0) == 6.0
        (code,) = part.inspect_llvm().values()
        assert ("prefer-vector-width" in code) is wanted


SUBNORMAL = np.float32(1e-40)
on_x86 = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="this system: no x86 processor"
)


@on_x86
def test_numbers_too_small_are_flushed_and_the_mode_comes_back() -> None:
    def half(x: np.float32, mode: np.int32) -> tuple[np.float32, np.int32]:
        before = compiling.exchange_float_mode(mode)
        product = x * np.float32(0.5)
        return product, compiling.exchange_float_mode(before)

    part = compiling.part_of_compiled(half)
    assert part(SUBNORMAL, compiling.FLUSHED)[0] == 0
    assert part(SUBNORMAL, compiling.USUAL)[0] > 0
    assert np.array([SUBNORMAL, SUBNORMAL])[0] * np.float32(0.5) > 0


@on_x86
def test_training_flushes_and_leaves_the_mode_as_it_was() -> None:
    """A gradient that is certain: its product with the learning rate is subnormal, and does not arrive."""
    config = dataclasses.replace(SLIDES, hidden_size=(), momentum=0.0)
    parameters = Parameters((1, 2))
    step = make_step("compiled", config, parameters, None)
    step.advance(np.ones((8, 1), np.float32), np.zeros(8, int), np.full(1, 1e-39), np.random.default_rng(0))
    assert not parameters.flat.any()
    assert np.array([SUBNORMAL])[0] * np.float32(0.5) > 0


def test_code_from_the_cache_gives_the_same_bits(tmp_path: Path) -> None:
    """One process compiles, the next one finds the code; a third, for itself, compiles again."""
    answers = [trained_bits(tmp_path / folder) for folder in ("one", "one", "two")]
    assert answers[0] == answers[1] == answers[2]
    assert kept(tmp_path / "one")


TRAIN = """
import dataclasses, hashlib
import numpy as np
from charmlp.config import SLIDES
from charmlp.training import loops
from charmlp.training.parameters import Parameters
from charmlp.training.steps import make_step
config = dataclasses.replace(SLIDES, hidden_size=(12,), lr=0.01)
rng = np.random.default_rng(0)
step = make_step("compiled", config, Parameters.initial((100, 12, 5), rng), None)
inputs, labels = rng.normal(size=(400, 100)).astype(np.float32), rng.integers(0, 5, 400)
losses = step.advance(inputs, labels, np.full(50, 0.01), rng)
print(hashlib.sha256(losses.tobytes() + step.parameters.flat.tobytes()).hexdigest())
print(sum(loops.run.stats.cache_hits.values()))
"""


def trained_bits(cache: Path) -> str:
    """A hash of what a small training ends with, in a process with that folder for compiled code."""
    cold = not cache.exists()
    answer = subprocess.run(
        [sys.executable, "-c", TRAIN], env=os.environ | {"NUMBA_CACHE_DIR": str(cache)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    bits, hits = answer.stdout.split()
    assert int(hits) == (0 if cold else 1)
    return bits
