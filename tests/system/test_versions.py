"""Ranks of which one is another charmlp are refused by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from charmlp.errors import UsageError
from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.torchrun import alike
from charmlp.version import __version__


class Second(Ranks):
    rank, count = 1, 2

    def __init__(self, version: str) -> None:
        self.version = version

    def of_first(self, make: Callable[[], Any]) -> Any:
        return self.version


def test_the_same_charmlp_everywhere() -> None:
    assert alike(ALONE) is ALONE and alike(second := Second(__version__)) is second
    with pytest.raises(UsageError, match=r"and 0\.0\.1 on rank 0; install the same everywhere"):
        alike(Second("0.0.1"))
