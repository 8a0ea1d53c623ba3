"""A checkpoint is read as it was written, to the bit; what is damaged or of others is refused in one line."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from charmlp.config import SLIDES
from charmlp.errors import CharmlpError
from charmlp.metrics import score
from charmlp.training.checkpoint import FORMAT, Checkpoint, checksum, described
from charmlp.training.state import Epoch, Figures, Kept, StepState, TrainingState


def checkpoint() -> Checkpoint:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(9, 3))
    kept = Kept(2, rng.normal(size=7).astype(np.float32), score(logits, np.arange(9) % 3, None), 1 / 3, 4)
    history = (Epoch(1, 1 / 3, 0.1, 0.5, None), Epoch(2, 2 / 7, 0.1, 0.25, Figures(0.1, 1 / 9, 1 / 7)))
    step = StepState({"parameters": rng.normal(size=7), "optimizer.velocity": np.zeros(7, np.float32)}, 31)
    state = TrainingState(step, 31, 0.1 + 0.2, 1e-3, kept, history)
    return Checkpoint(state, SLIDES, {"data": "a \udcff"}, {"training images": "0a"}, {"pictures": "off"})


def facts(found: Checkpoint) -> dict[str, Any]:
    """As what can be compared."""
    arrays, rest = found.state.pack()
    return {name: (array.dtype, array.tobytes()) for name, array in arrays.items()} | {
        "rest": (rest, found.config, found.given, found.letters, found.wishes, found.version)
    }


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    first = checkpoint()
    first.write(tmp_path / "a")
    again = Checkpoint.read(tmp_path / "a")
    assert facts(again) == facts(first)
    assert again.state.history == first.state.history
    before, after = first.state.kept.scores, again.state.kept.scores
    assert before is not None and after is not None
    assert after.confusion.dtype == before.confusion.dtype and (after.confusion == before.confusion).all()


def test_many_classes_take_room_for_each_not_for_each_pair(tmp_path: Path) -> None:
    classes, first = 1000, checkpoint()
    logits, labels = np.eye(classes, dtype=np.float32)[::-1], np.arange(classes)
    kept = dataclasses.replace(first.state.kept, scores=score(logits, labels, None))
    first = dataclasses.replace(first, state=dataclasses.replace(first.state, kept=kept))
    first.write(tmp_path / "a")
    assert kept.scores is not None and (tmp_path / "a").stat().st_size < kept.scores.confusion.nbytes / 100
    assert facts(Checkpoint.read(tmp_path / "a")) == facts(first)


def test_confusions_at_places_that_are_none(tmp_path: Path) -> None:
    first = checkpoint()
    assert first.state.kept.scores is not None
    scores = dataclasses.replace(first.state.kept.scores, confusion=np.ones((4, 4)))
    kept = dataclasses.replace(first.state.kept, scores=scores)
    dataclasses.replace(first, state=dataclasses.replace(first.state, kept=kept)).write(tmp_path / "a")
    with pytest.raises(CharmlpError, match="no checkpoint, or of another version"):
        Checkpoint.read(tmp_path / "a")


def test_before_the_first_epoch_nothing_is_kept(tmp_path: Path) -> None:
    first = checkpoint()
    first = dataclasses.replace(first, state=dataclasses.replace(first.state, kept=Kept(), history=()))
    first.write(tmp_path / "a")
    assert facts(Checkpoint.read(tmp_path / "a")) == facts(first)


def test_every_flipped_byte_is_noticed(tmp_path: Path) -> None:
    checkpoint().write(tmp_path / "a")
    content = bytearray((tmp_path / "a").read_bytes())
    for place in range(0, len(content), 37):
        content[place] ^= 1
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(CharmlpError, match=r"a: (damaged|no checkpoint)"):
            Checkpoint.read(tmp_path / "a")
        content[place] ^= 1


@pytest.mark.parametrize("content", [b"", b"PK\3\4", b"\xff" * 100, b"x" * 10**5])
def test_what_is_no_checkpoint(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(CharmlpError, match="a: damaged, or no checkpoint"):
        Checkpoint.read(tmp_path / "a")


def test_what_is_cut_off(tmp_path: Path) -> None:
    checkpoint().write(tmp_path / "a")
    content = (tmp_path / "a").read_bytes()
    for length in range(0, len(content), 101):
        (tmp_path / "a").write_bytes(content[:length])
        with pytest.raises(CharmlpError, match="a: damaged, or no checkpoint"):
            Checkpoint.read(tmp_path / "a")


def test_a_model_is_no_checkpoint(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    save_file({"net.0.weight": np.zeros((2, 2), np.float32)}, tmp_path / "a", {"charmlp": "{}"})
    with pytest.raises(CharmlpError, match="a: no checkpoint, or of another version of charmlp"):
        Checkpoint.read(tmp_path / "a")


@pytest.mark.parametrize("place", [("state",), ("wishes",), ("state", "kept"), ("state", "step_updates")])
def test_one_of_another_make(tmp_path: Path, place: tuple[str, ...]) -> None:
    """A checksum that fits is no promise: somebody else may have written it."""
    checkpoint().write(tmp_path / "whole.safetensors")
    with safe_open(tmp_path / "whole.safetensors", "numpy") as file:
        text, arrays = file.metadata()[FORMAT], {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    content = json.loads(text)
    inner = content if len(place) == 1 else content[place[0]]
    del inner[place[-1]]
    text = json.dumps(content)
    path = tmp_path / "other.safetensors"
    path.write_bytes(save(arrays, {FORMAT: text, "checksum": checksum(text.encode(), *described(arrays))}))
    with pytest.raises(CharmlpError, match="no checkpoint, or of another version"):
        Checkpoint.read(path)
