"""The mistakes of what uses Functions: those of the Functions, where one of them has them."""

from collections.abc import Callable
from dataclasses import replace

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.doubts import WHATEVER_IS_MEANT
from charmlp.doctor.mistake import Mistake, Phrase, phrase
from charmlp.doctor.operation.function_inputs import DATA, REVERSES, is_teacher
from charmlp.doctor.setups.setup import SetUp
from charmlp.doctor.setups.trial import Trial
from charmlp.doctor.standing_in import is_led_through

# What a composed operation shows of a mistake in one of its Functions, which alone may be told by its name
OF_A_PART = {"unrecognised", "constant-factor"}


# Why a Function's gradients are no derivatives of its forward: then those of what uses it are none either
SURROGATES = {"flat", "hands-on"}


def in_parts(
    setup: SetUp, mistakes: list[Mistake], examined: Callable[[SetUp], dict[str, Diagnosis]]
) -> tuple[list[Mistake], Phrase | None]:
    """The mistakes of a composed operation, by name where one of its Functions has them.

    Where one of these reverses gradients, or leads them through a step, only what is wrong anyhow is left,
    and the reason.
    """
    if setup.first.subject.is_raw or not mistakes:
        return mistakes, None
    parts = examined(setup)
    reasons = [part.reason for part in parts.values() if part.reason and part.reason.key in SURROGATES]
    reasons += [phrase("hands-on") for name in parts if REVERSES.match(name)]  # right, and no derivative
    led = is_led_through(parts.values())
    if reasons or led:
        mistakes = [mistake for mistake in mistakes if mistake.name in WHATEVER_IS_MEANT]
    if all(parts.values()) and [m.name for m in mistakes] == ["missing-gradient"]:
        return without_constants(setup.first, mistakes), None
    known = [mistake for mistake in mistakes if mistake.name not in OF_A_PART]
    found = [
        replace(mistake, values={**mistake.values, "part": name})
        for name, part in parts.items()
        for mistake in part.mistakes
    ]
    if reasons:
        return known + found, None if known + found else reasons[0]
    if led:
        return known + found, None
    if parts and not found and {mistake.name for mistake in mistakes} == {"backward-raises"}:
        error = setup.record.error_text  # of inputs that its parts are not meant for
        return [], phrase("backward-fails", reason=error)
    return (known + found if found and len(known) < len(mistakes) else mistakes), None


def without_constants(trial: Trial, mistakes: list[Mistake]) -> list[Mistake]:
    """The mistakes, but for what lies in inputs that no Function would train, as their names say."""
    names = [trial.subject.name_of(i) for i in range(len(trial.values))]

    def is_constant(name: str) -> bool:
        return DATA.fullmatch(name) is not None or is_teacher(name, names)

    return [one for one in mistakes if not all(map(is_constant, one.values.get("inputs", "").split(", ")))]
