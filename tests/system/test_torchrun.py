"""Ranks that end together: with one voice and one status, whatever ends one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.system.ranks import ALONE
from charmlp.system.torchrun import joined
from tests.training.launching import run

pytest.importorskip("torch")

WAYS = """
import sys
from charmlp.cli import complain
from charmlp.errors import CharmlpError, UsageError
from charmlp.system.torchrun import joined

def work(ranks):
    way, who = sys.argv[1:]
    assert ranks.gather(ranks.rank) == [0, 1, 2] and ranks.of_first(lambda: ranks.rank) == 0
    assert ranks.greatest(ranks.rank) == 2
    if str(ranks.rank) in who:
        raise ValueError("a bug") if way == "bug" else UsageError("wrong")
    while way == "meanwhile":
        ranks.greatest(0)
    return 0  # and waits for the others' ends

try:
    status = joined(work)
except CharmlpError as error:
    complain(str(error))
    status = error.exit_status
sys.exit(status)
"""


def test_a_process_of_no_launcher_is_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that others set, such as SLURM or mpirun, count for nothing."""
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    for name, value in {"RANK": "1", "WORLD_SIZE": "2", "SLURM_PROCID": "1"}.items():
        monkeypatch.setenv(name, value)
    assert joined(lambda ranks: 7 if ranks is ALONE else 8) == 7


@pytest.mark.full
@pytest.mark.parametrize("way", ["meanwhile", "at the end"])
@pytest.mark.parametrize(("who", "told"), [("012", "error: wrong"), ("0", "error: wrong"), ("2", "wrong")])
def test_a_fault_is_told_once_with_one_status(tmp_path: Path, way: str, who: str, told: str) -> None:
    first, *others = run(3, "-c", WAYS, way, who, where=tmp_path)
    assert first[0] == 2 and first[2].count("\n") == 1 and first[2].endswith(f"{told}\n")
    assert first[2].startswith("charmlp: error: rank 2 on ") == (who == "2")
    assert all(other == (2, "", "") for other in others)


@pytest.mark.full
def test_a_bug_shows_where_it_is(tmp_path: Path) -> None:
    first, second, third = run(3, "-c", WAYS, "bug", "1", where=tmp_path)
    assert [rank[0] for rank in (first, second, third)] == [1, 1, 1]
    assert first[2].startswith("charmlp: error: rank 1 on ") and "a bug" in first[2]
    assert "ValueError: a bug" in second[2] and third[2] == ""
