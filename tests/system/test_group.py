"""Ranks that start together find each other, whatever those before them left in torchrun's store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

distributed = pytest.importorskip("torch.distributed")

from charmlp.system import group  # noqa: E402
from charmlp.system.line import PartedError  # noqa: E402

COUNT = 3


@pytest.fixture
def ranks(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Some that are connected to nothing but a store."""
    server = distributed.TCPStore("127.0.0.1", 0, is_master=True)
    found = []
    for rank in range(COUNT):
        found.append(object.__new__(group.Group))
        found[-1].rank, found[-1].count = rank, COUNT
        found[-1].job = distributed.TCPStore("127.0.0.1", server.port, is_master=False)
    found[0].server = server
    return found


def test_each_start_has_a_name_of_its_own(ranks: list[Any]) -> None:
    names = []
    with ThreadPoolExecutor(COUNT) as threads:
        for order in (ranks, ranks[::-1], ranks):
            some = set(threads.map(lambda rank: rank.name_of_start(), order))
            assert len(some) == 1
            names += some
    assert len(set(names)) == 3


def test_who_does_not_come_is_named(ranks: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    ranks[2].job.set("charmlp rank 2", "of one that is no more")
    monkeypatch.setattr(group, "PATIENCE", timedelta(seconds=0.5))
    with ThreadPoolExecutor(COUNT) as threads:
        second = threads.submit(ranks[1].name_of_start)
        with pytest.raises(PartedError, match="no word of rank 2"):
            ranks[0].name_of_start()
        second.result()
