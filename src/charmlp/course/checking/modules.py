"""A student's files as modules: one of them among right ones, or all of them together."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from charmlp.course.checking.reference import stand_ins
from charmlp.course.skeleton import GIVEN
from charmlp.course.tasks import FILES
from charmlp.doctor.isolation.targets import guarded, import_file
from charmlp.doctor.mistake import CannotExamineError

OWN = {Path(name).stem for name in (*FILES, *GIVEN) if name.endswith(".py")}


def load(folder: Path, file: str, *, alone: bool = True) -> ModuleType:
    """Import a file anew; raises `CannotExamineError` for whatever goes wrong in it.

    alone: the homework's other files are right ones, so that a mistake there does no harm here; unless it
    imports from them what the homework did not have.
    """
    path = folder / file
    if not path.is_file():
        raise CannotExamineError("no-file")
    if alone:
        try:
            return imported(path, stand_ins())
        except CannotExamineError as error:
            if "ImportError" not in str(error.reason.values.get("reason", "")):
                raise
    return imported(path, {})


def imported(path: Path, others: dict[str, ModuleType]) -> ModuleType:
    for name in OWN:
        sys.modules.pop(name, None)
    sys.modules.update({name: module for name, module in others.items() if name != path.stem})
    return guarded(import_file, path.resolve())


def attribute(module: ModuleType, name: str) -> Any:
    """What has that name in a module; raises `CannotExamineError` where there is none."""
    found = getattr(module, name, None)
    if found is None:
        known = ", ".join(known for known in vars(module) if not known.startswith("_"))
        raise CannotExamineError("no-name", name=name, known=known)
    return found
