"""From findings, one for each input, to mistakes, each told once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from charmlp.doctor.diagnosis import Mistake, Phrase
from charmlp.doctor.setups import SetUp
from charmlp.doctor.structure import Finding

# A gradient that is wrong because of these need not look like any formula.
EXPLAINS_ANYTHING = {
    "cotangent-twice", "cotangent-distorted", "cotangent-ignored", "saved-edited", "random-forward"
}  # fmt: skip


def merge(setup: SetUp, findings: Sequence[Finding]) -> list[Mistake]:
    """Findings of one name become one mistake that lists its inputs."""
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for found in without_echoes(findings):
        groups.setdefault((found.name, found.variant, group_values(found)), []).append(found)
    return [mistake_of(setup, group) for group in groups.values()]


def group_values(found: Finding) -> Any:
    """What keeps two findings of one name apart: a formula belongs to one input."""
    return found.values if found.name in ("wrong-formula", "constant-factor") else None


def without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without those that another one explains."""
    names = {found.name for found in findings}
    kept = []
    for found in findings:
        echo = (found.name == "unrecognised" and names & EXPLAINS_ANYTHING) or (
            found.name == "edited-in-place" and found.variant == "input" and "saved-edited" in names
        )
        if not echo and found not in kept:
            kept.append(found)
    return kept


def mistake_of(setup: SetUp, group: Sequence[Finding]) -> Mistake:
    first = group[0]
    values = dict(first.values)
    positions = list(dict.fromkeys(f.position for f in group if f.position is not None))
    wanted = [i for i, wants in enumerate(setup.wants) if wants]
    others = values.pop("or", ())
    name, variant = first.name, first.variant
    if name == "extra-mean" and variant == "layer" and [setup.role(i) for i in positions] == ["bias"]:
        name, variant = "bias-averaged", ""
    inputs = [setup.subject.name_of(i) for i in positions]
    inputs += [dict(f.values)["inputs"] for f in group if "inputs" in dict(f.values)]
    if inputs:
        values["inputs"] = ", ".join(dict.fromkeys(inputs))
    values["all"] = not values.get("inputs") or set(positions) >= set(wanted)
    evidence: list[Phrase] = []
    for found in group:
        evidence += [phrase for phrase in found.evidence if phrase not in evidence]
    alternatives = tuple(
        Mistake(other, setup.kind, other_variant, {**values, **dict(other_values)}, first.confidence)
        for other, other_variant, other_values in others
    )
    return Mistake(
        name, setup.kind, variant, values, min(f.confidence for f in group), tuple(evidence[:3]), alternatives
    )
