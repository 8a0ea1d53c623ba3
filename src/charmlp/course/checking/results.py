"""What is known of a task when it has been looked at: plain data, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from charmlp.course.checking.words import in_both
from charmlp.course.tasks import MISTAKEN
from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.mistake import LEVELS, Mistake
from charmlp.language import LANGUAGES

Said = Mapping[str, str]  # a sentence by language


@dataclass(frozen=True)
class Fault:
    """One mistake: the doctor's, or one of ours in the same form.

    name     stable; the doctor's are in docs/doctor.md
    page     the stem of the derivation to read; explain: what `charmlp doctor --explain` takes
    first    the mistake in one sentence as far as that is no solution, by language
    hints    by language: what each of the doctor's five levels adds, from the place to the solution
    """

    name: str
    page: str
    explain: str
    first: Said
    hints: Mapping[str, list[str]]


@dataclass(frozen=True)
class Result:
    """What came of one task; `remark` says what no fault does: why it cannot be judged, how well it does."""

    task: str
    status: str
    faults: tuple[Fault, ...] = ()
    remark: Said | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(content: Mapping[str, Any]) -> Result:
        """Raises `TypeError` or `LookupError` for what `to_json` did not write."""
        faults = tuple(Fault(**fault) for fault in content["faults"])
        return Result(content["task"], content["status"], faults, content["remark"])


def mistaken(task: str, *faults: Fault) -> Result:
    return Result(task, MISTAKEN, faults)


def does_not_run(task: str, remark: Said) -> Result:
    return Result(task, MISTAKEN, (), remark)


def fault_of(mistake: Mistake) -> Fault:
    """A mistake of the doctor's."""
    return Fault(
        mistake.name,
        PurePosixPath(mistake.page).stem,
        mistake.topic,
        {language: mistake.first_text(language) for language in LANGUAGES},
        {language: mistake.hints(language) for language in LANGUAGES},
    )


def fault(name: str, page: str, explain: str, evidence: str = "", /, **values: object) -> Fault:
    """A mistake of our own: its sentences are words.

    `evidence` is the key of the sentence with the numbers; `values` fill the blanks of all of them.
    """
    keys = f"{name}:place", evidence, f"{name}:hint", f"{name}:text", f"{name}:fix"
    assert len(keys) == len(LEVELS)
    said = [in_both(key, **values) if key else dict.fromkeys(LANGUAGES, "") for key in keys]
    hints = {language: [each[language] for each in said] for language in LANGUAGES}
    return Fault(name, page, explain, in_both(f"{name}:text", **values), hints)


def reason_of(diagnosis: Diagnosis) -> Said:
    """Why the doctor could not examine something."""
    reason = diagnosis.reason or diagnosis.unwritten
    assert reason is not None
    return {language: reason.text(language) for language in LANGUAGES}
