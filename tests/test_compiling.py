"""Where compiled code is kept, and when it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp import compiling


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
