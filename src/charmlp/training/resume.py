"""A run that goes on must be the run that was begun: the same settings, the same letters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from charmlp.config import TrainingConfig, flag_of, override, settings, spell
from charmlp.errors import CharmlpError, UsageError
from charmlp.letters.letterset import LetterSet
from charmlp.system.files import is_file
from charmlp.text import shown_path
from charmlp.training.checkpoint import Checkpoint, checksum
from charmlp.training.pastrun import read_settings
from charmlp.training.prepare import Prepared
from charmlp.training.runfiles import SETTINGS


def settings_to_go_on(
    begun: TrainingConfig, folder: Path, given: Mapping[str, Any], anyway: bool
) -> TrainingConfig:
    """The settings in the run's folder, with the given ones in place.

    Raises `UsageError`, which names them, where they are not those that the run was begun with, unless the
    user wants that: `anyway`.
    """
    path = folder / SETTINGS
    found = override(read_settings(path) if is_file(path) else begun, given)
    if (changed := differences(begun, found)) and not anyway:
        raise UsageError(
            f"--resume {shown_path(folder)}: other settings than at its beginning: {', '.join(changed)}; "
            "take that back, or go on all the same with --resume_anyway"
        )
    return found


def differences(before: TrainingConfig, now: TrainingConfig) -> list[str]:
    """The settings that changed: `--lr 0.1 → 0.2`."""
    pairs = ((field, getattr(before, field.name), getattr(now, field.name)) for field in settings())
    return [f"{flag_of(field)} {spell(old)} → {spell(new)}" for field, old, new in pairs if old != new]


def check_letters(past: Checkpoint, letters: Mapping[str, str], anyway: bool) -> None:
    """Raise `CharmlpError`, which names them, where letters are not those that the run has learned from."""
    changed = [
        name
        for name in {**past.letters, **letters}  # those of either
        if past.letters.get(name) != letters.get(name)
    ]
    if changed and not anyway:
        raise CharmlpError(
            f"--resume: other data than at its beginning: {', '.join(changed)}; give --data where it lies "
            "elsewhere now, or go on all the same with --resume_anyway"
        )


def letters_of(prepared: Prepared) -> dict[str, str]:
    """Checksums of images, labels and classes, by the names of the sets."""
    sets = {
        "training images": prepared.training,
        "validation images": prepared.validation,
        "rendered letters": prepared.rendered,
    }
    return {name: checksum_of(letters) for name, letters in sets.items() if letters is not None}


def checksum_of(letters: LetterSet) -> str:
    return checksum("\n".join(letters.classes).encode("utf-8", "replace"), letters.labels, letters.images)
