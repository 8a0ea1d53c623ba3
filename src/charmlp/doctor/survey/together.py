"""What is right or wrong only together with what else was found in a file."""

from collections.abc import Sequence
from dataclasses import replace

from charmlp.doctor.diagnosis import Diagnosis
from charmlp.doctor.mistake import phrase


def seen_together(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """A loss whose gradient lacks the 1/N is right where the layers of its file average over the batch."""
    if not any(averages(one) for one in diagnoses):
        return list(diagnoses)
    return [left_to_layers(one) for one in diagnoses]


def averages(diagnosis: Diagnosis) -> bool:
    return any(note.key == "mean-in-layer" for note in diagnosis.notes)


def left_to_layers(diagnosis: Diagnosis) -> Diagnosis:
    left = tuple(mistake for mistake in diagnosis.mistakes if mistake.name != "missing-mean")
    if len(left) == len(diagnosis.mistakes):
        return diagnosis
    return replace(diagnosis, mistakes=left, notes=(*diagnosis.notes, phrase("mean-left-to-layers")))
