"""What training needs is compared with what the machine has, before any work."""

from __future__ import annotations

import pytest

from charmlp.config import BEST, TrainingConfig
from charmlp.errors import UsageError
from charmlp.system.memory import machine_memory
from charmlp.training import needs


@pytest.mark.parametrize(
    ("settings", "images", "words"),
    [
        ({"hidden_size": (10**9,)}, None, "--hsize, --norm_size: a network of 1,051,000,000,026 parameters"),
        ({"hidden_size": (10**9,) * 99}, None, "--hsize, --norm_size: a network of "),
        (
            {"batch_size": 10**9, "hidden_size": (10**5,)},
            {"train": 10**8},
            "--batchsize: a batch of 100,000,000",
        ),
        (
            {"norm_size": (4096, 4096), "hidden_size": ()},
            {"train": 900, "val": 100},
            "--norm_size: 1,000 images of",
        ),
    ],
)
def test_what_does_not_fit_is_said_by_its_flags(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], images: dict[str, int] | None, words: str
) -> None:
    monkeypatch.setattr(needs, "machine_memory", lambda: 8 * 2**30)
    with pytest.raises(UsageError, match=r"would take at least .* this machine has 8 GB") as refused:
        needs.check_memory(TrainingConfig(**settings), 26, images)  # type: ignore[arg-type]
    assert str(refused.value).startswith(words)


def test_what_fits_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    for there in (2**30, None):
        monkeypatch.setattr(needs, "machine_memory", lambda there=there: there)
        needs.check_memory(BEST, 26, {"train": 100_000})


def test_the_machine_says_what_it_has() -> None:
    there = machine_memory()
    assert there is not None and 2**27 < there < 2**50
