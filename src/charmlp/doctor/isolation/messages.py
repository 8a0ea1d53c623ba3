"""What the process that examines tells the one that prints: a diagnosis as plain lists and strings.

Phrases travel in no language yet, so that the one that prints chooses it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from charmlp.doctor.diagnosis import Comparison, Diagnosis
from charmlp.doctor.mistake import Mistake, Phrase


def pack(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as JSON can hold it."""
    return asdict(diagnosis)


def unpack(packed: Mapping[str, Any]) -> Diagnosis:
    """The diagnosis that was packed."""
    return Diagnosis(
        **{
            **packed,
            "mistakes": tuple(unpack_mistake(mistake) for mistake in packed["mistakes"]),
            "notes": unpack_phrases(packed["notes"]),
            "reason": packed["reason"] and Phrase(**packed["reason"]),
            "comparisons": tuple(Comparison(**comparison) for comparison in packed["comparisons"]),
        }
    )


def unpack_mistake(packed: Mapping[str, Any]) -> Mistake:
    alternatives = tuple(unpack_mistake(other) for other in packed["alternatives"])
    return Mistake(**{**packed, "evidence": unpack_phrases(packed["evidence"]), "alternatives": alternatives})


def unpack_phrases(packed: Any) -> tuple[Phrase, ...]:
    return tuple(Phrase(**phrase) for phrase in packed)
