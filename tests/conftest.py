"""Where CI runs, everything that a test needs is there: a skip is a failure, but for what CI never has."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path

import pytest

NUMBERS = itertools.count()  # of the folders for what is kept

ALLOWED_IN_CI = ("no CUDA GPU", "Windows only", "this system", "this disk")

SCENE_LETTERS = Path(__file__).resolve().parents[2] / "shared" / "data" / "scene-letters"


# The matrices of tests are small: threads that wait for each other cost more than they bring.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Compiled code is kept from one run of the tests to the next, decoded images are not: each test has its own.
os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(__file__).resolve().parents[1] / ".numba_cache"))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees what another one, or the user, has kept. The folder is made when something is kept."""
    monkeypatch.setenv("CHARMLP_CACHE", str(tmp_path_factory.getbasetemp() / f"cache-{next(NUMBERS)}"))


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports are in the language of the locale; tests read English ones, whoever runs them."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Numba's parallel loops set the number of threads of all that uses OpenMP in a process, torch too."""
    if (torch := sys.modules.get("torch")) is not None:
        torch.set_num_threads(1)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are no name: packed ones hold the time, and every worker must find the same tests."""
    return "bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        if not any(words in reason for words in ALLOWED_IN_CI):
            report.outcome = "failed"
            report.longrepr = f"skipped in CI, where nothing may be missing: {reason}"
    return report


@pytest.fixture(scope="session")
def scene_letters() -> Path:
    """The course's photographs, which lie beside the repository where they are at hand."""
    if not SCENE_LETTERS.is_dir():
        pytest.skip(f"no photographs of letters in {SCENE_LETTERS}")
    return SCENE_LETTERS
