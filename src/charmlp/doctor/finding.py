"""What a check finds: a mistake in the gradient of one input, not yet merged with those of other inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from charmlp.doctor.mistake import Phrase


@dataclass(frozen=True)
class Finding:
    """`position` is that of the input, None where it is no matter of one input; `values` fill the words."""

    name: str
    variant: str = ""
    position: int | None = None
    values: tuple[tuple[str, Any], ...] = ()
    evidence: tuple[Phrase, ...] = ()
    confidence: float = 1.0

    def with_values(self, values: Mapping[str, Any]) -> Finding:
        return replace(self, values=(*self.values, *values.items()))


def finding(
    mistake: str, *evidence: Phrase, at: int | None = None, confidence: float = 1.0, **values: Any
) -> Finding:
    """A finding of a mistake, "name" or "name.variant".

    >>> finding("unstable.forward", at=0).variant
    'forward'
    """
    name, _, variant = mistake.partition(".")
    return Finding(name, variant, at, tuple(values.items()), evidence, confidence)
