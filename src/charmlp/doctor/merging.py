"""From findings, one for each input, to mistakes, each reported once."""

import re
from collections.abc import Sequence
from typing import Any

from charmlp.doctor.catalogue import page
from charmlp.doctor.mistake import Finding, Mistake, Phrase
from charmlp.doctor.setups.trial import Trial

# A gradient that is wrong because of these need not look like any formula.
EXPLAINS_ANYTHING = {
    "cotangent-twice", "cotangent-distorted", "cotangent-ignored", "saved-edited", "random-forward",
    "slope-of-upstream",
}  # fmt: skip

FORMULAS = {
    "wrong-formula",
    "constant-factor",
    "path-forgotten",
    "scale-forgotten",
    "wrong-threshold",
    "ties",
}


def merge(trial: Trial, findings: Sequence[Finding]) -> list[Mistake]:
    """Findings of one name become one mistake that lists its inputs."""
    groups: dict[Any, list[Finding]] = {}
    for number, found in enumerate(findings):
        if found in findings[:number] or is_echo(found, findings[:number], findings):
            continue
        # a formula belongs to one input
        apart = repr(found.values) if found.name in FORMULAS else None
        groups.setdefault((found.name, found.variant, apart), []).append(found)
    return [mistake_of(trial, group) for group in groups.values()]


def without_echoes(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that no other one explains."""
    return [f for number, f in enumerate(findings) if not is_echo(f, findings[:number], findings)]


def is_echo(found: Finding, before: Sequence[Finding], everything: Sequence[Finding]) -> bool:
    """Whether another finding explains this one."""
    names = {other.name for other in everything}
    match found.name, found.variant:
        case "unrecognised", _:
            edited = any((f.name, f.variant) == ("edited-in-place", "cotangent") for f in everything)
            return edited or bool(names & EXPLAINS_ANYTHING)  # what comes after the edit takes another g
        case "edited-in-place", "input":
            return "saved-edited" in names
        case ("wrong-mask", "elsewhere") | ("relu-mask", "nowhere"):
            return "random-forward" in names
        case "backward-raises", _:
            return any((f.name, f.variant) == ("missing-gradient", "count") for f in everything)
        case "engine-refuses", _:
            return bool(names - {"engine-refuses", "unstable"})
        case ("cotangent-distorted", "other") | ("slope-of-upstream", "alone"):
            return any(f.position == found.position and f.name != "unrecognised" for f in before)
        case (("cotangent-ignored" | "cotangent-twice" | "cotangent-distorted"), _):
            here = [other for other in before if other.position == found.position]
            of_g = ("cotangent", "slope-of-upstream")
            return any(f.name.startswith(of_g) or f.variant == "cotangent" for f in here)
    return False


def is_bias(trial: Trial, position: int) -> bool:
    """Whether an input is added to each row, by its role or by its name."""
    if trial.role(position):
        return trial.role(position) in ("bias", "shift")
    return (
        re.fullmatch(r"(.*\.)?(b|bias|biases|beta)_?\d*", trial.subject.name_of(position).lower()) is not None
    )


def mistake_of(trial: Trial, group: Sequence[Finding]) -> Mistake:
    first = group[0]
    name, variant, values = first.name, first.variant, dict(first.values)
    others = values.pop("or", ())
    positions = list(dict.fromkeys(f.position for f in group if f.position is not None))
    wanted = {i for i, wants in enumerate(trial.wants) if wants}
    if name == "extra-mean" and positions and all(is_bias(trial, i) for i in positions):
        name, variant = "bias-averaged", ""
    inputs = [trial.subject.name_of(i) for i in positions]
    inputs += [f.values["inputs"] for f in group if "inputs" in f.values]
    if inputs:
        values["inputs"] = ", ".join(dict.fromkeys(inputs))
    values["all"] = not inputs or set(positions) >= wanted
    kind = trial.kind
    alternatives = tuple(
        Mistake(
            f.name,
            f.variant,
            {**values, **f.values},
            first.confidence,
            page=page(f.name, kind.page),
            kind=kind.name,
        )
        for f in others
    )
    evidence: list[Phrase] = []
    for found in group:
        evidence += [words for words in found.evidence if words not in evidence]
    confidence = min(f.confidence for f in group)
    return Mistake(
        name, variant, values, confidence, tuple(evidence[:3]), alternatives, page(name, kind.page), kind.name
    )
