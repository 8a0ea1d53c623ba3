"""Of many cases that are alike, some are in the quick suite, and the others in `make test-full`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def one_in(count: int, cases: Iterable[Any]) -> list[Any]:
    """The cases for `parametrize`, of which the first and every `count`-th stay in the quick suite."""
    return [case if number % count == 0 else in_full(case) for number, case in enumerate(cases)]


def in_full(case: Any) -> Any:
    """A case, or a tuple of its values, marked `full`."""
    given = case if hasattr(case, "marks") else pytest.param(*case if isinstance(case, tuple) else (case,))
    return pytest.param(*given.values, id=given.id, marks=[*given.marks, pytest.mark.full])
