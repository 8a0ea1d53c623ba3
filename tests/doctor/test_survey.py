"""A file is healthy where each of its gradients was examined; what was not is listed, with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from charmlp.doctor.diagnosis import Diagnosis, unpacked
from charmlp.doctor.isolation.targets import Target
from charmlp.doctor.isolation.worker import examine_all
from tests.doctor.half_read_sources import RIGHT, WRONG


def examined(folder: Path, source: str, name: str = "half") -> list[Diagnosis]:
    """The diagnoses of a file, in this process."""
    path = folder / f"{name}_{abs(hash(source))}.py"
    path.write_text(source, encoding="utf-8")
    answers: list[dict[str, Any]] = []
    job = {"leave_out": [], "known": {}}
    examine_all(Target(str(path), None), None, job, lambda **message: answers.append(message))
    return [unpacked(answer["done"]) for answer in answers if "done" in answer]


@pytest.mark.parametrize("name", WRONG)
def test_no_wrong_file_is_healthy(tmp_path: Path, name: str) -> None:
    assert not all(examined(tmp_path, WRONG[name]))


@pytest.mark.parametrize("name", RIGHT)
def test_right_files_are_healthy(tmp_path: Path, name: str) -> None:
    diagnoses = examined(tmp_path, RIGHT[name])
    assert diagnoses and all(diagnoses), [diagnosis.text("en") for diagnosis in diagnoses]
