"""The command that repeats a run, as somebody types it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from charmlp.config import TrainingConfig, changed, flag_of, spell
from charmlp.training.pastrun import PastRun


def training_command(run: PastRun) -> list[str] | None:
    """The arguments behind `charmlp` that train the same model again.

    None where the run does not say, and where its classes, given in Python, are words: no flag takes those.
    """
    if run.config is None or run.given is None:
        return None
    classes = run.given["classes"]
    if isinstance(classes, list) and any(len(name) != 1 for name in classes):
        return None
    return ["train", *data_flags(run.given), "--recipe", run.config.recipe, *setting_flags(run.config)]


def data_flags(given: Mapping[str, Any]) -> list[str]:
    """What `train` was given as data, as flags."""
    lists, flags = given["lists"] or {}, []
    if given["data"] is not None:
        flags += [given["data"]] if not given["data"].startswith("-") else [f"--data={given['data']}"]
    for split, path in lists.items():
        flags += flag(f"--{split}_file_path", path)
    if given["im_dir"] is not None:
        flags += flag("--im_dir", given["im_dir"])
    classes = given["classes"]
    if classes is not None:
        flags += flag("--classes", "".join(classes))
    if given["n_classes"] is not None:
        flags += ["--n_classes", str(given["n_classes"])]
    return flags + (["--skip_bad"] if given["skip_bad"] else [])


def setting_flags(config: TrainingConfig) -> list[str]:
    """What differs from the recipe, as flags."""
    return [part for field, value in changed(config) for part in flag(flag_of(field), spell(value))]


def flag(name: str, value: str) -> list[str]:
    """A flag with its value, in one piece where the value looks like a flag or is empty."""
    return [f"{name}={value}"] if value.startswith("-") or not value else [name, value]


def typed(arguments: Sequence[str], windows: bool = sys.platform == "win32") -> str:
    """The command line as a shell takes it.

    >>> typed(["train", "my photos"], windows=False)
    "charmlp train 'my photos'"
    """
    return (subprocess.list2cmdline if windows else shlex.join)(["charmlp", *arguments])
