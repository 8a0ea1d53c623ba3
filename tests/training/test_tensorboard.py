"""What `--tensorboard` writes, read back: record by record by protobuf, and by TensorBoard's own reader."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.config import to_toml
from charmlp.errors import CharmlpError, MissingExtraError
from charmlp.training import Callback, Run, train
from charmlp.training import tensorboard as module
from charmlp.training.runfiles import EVENTS

SCALARS = ("loss", "lr", "val_loss", "val_accuracy", "val_macro_f1")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Train on noise in an empty folder."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).integers(0, 255, (40, 8, 8), np.uint8)
    np.savez("letters.npz", images=noise, labels=np.arange(40) % 2)
    quick = {"recipe": "slides", "epochs": 6, "val_interval": 3, "norm_size": (8, 8), "step": "analytic"}

    def command(**options: Any) -> Run:
        return train("letters.npz", **{"out": "a", "tensorboard": True} | quick | options)

    return command


def event_file(folder: str = "a") -> Path:
    (file,) = Path(folder, EVENTS).iterdir()
    return file


def events(file: Path) -> Iterator[Any]:
    """The records of a file: length, checksum, an `Event` as protobuf reads it, checksum."""
    event = pytest.importorskip("tensorboardX.proto.event_pb2").Event
    content = file.read_bytes()
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        yield event.FromString(content[12 : 12 + length])
        content = content[16 + length :]


def points(file: Path, name: str) -> dict[int, float]:
    values = [(event.step, value) for event in events(file) for value in event.summary.value]
    return {step: value.simple_value for step, value in values if value.tag == name}


def expected(result: Run, name: str) -> dict[int, float]:
    own = name.removeprefix("val_")
    if own == name:
        return {epoch.epoch: getattr(epoch, name) for epoch in result.fit.history}
    watched = [epoch for epoch in result.fit.history if epoch.validation]
    return {epoch.epoch: getattr(epoch.validation, own) for epoch in watched}


def test_every_figure_is_a_point_of_its_epoch(run: Callable[..., Run]) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX here: the extra tensorboard")
    result, file = run(), event_file()
    for name in SCALARS:
        assert points(file, name) == pytest.approx(expected(result, name), rel=1e-6), name
    assert sorted(points(file, "loss")) == [1, 2, 3, 4, 5, 6]
    assert sorted(points(file, "val_loss")) == [3, 6]
    assert points(file, "accuracy") == {}  # the control: a name that is not there


@pytest.mark.full
def test_tensorboard_itself_reads_them(run: Callable[..., Run]) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX here: the extra tensorboard")
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="no TensorBoard here: the extra full"
    )
    result = run()
    found = reader.EventAccumulator(str(event_file().parent)).Reload()
    assert set(found.Tags()["scalars"]) == set(SCALARS)
    for name in SCALARS:
        read = {point.step: point.value for point in found.Scalars(name)}
        assert read == pytest.approx(expected(result, name), rel=1e-6), name
    (text,) = found.Tensors("config/text_summary")
    settings = text.tensor_proto.string_val[0].decode()
    assert settings == "".join(f"    {line}\n" for line in to_toml(result.fit.config).splitlines())


def test_they_are_on_disk_while_training_goes_on(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX here: the extra tensorboard")
    monkeypatch.setattr(module, "SECONDS_BETWEEN_WRITES", -1.0)
    seen: list[list[int]] = []

    class Look(Callback):
        def epoch_ends(self, training: Any, epoch: Any) -> None:
            seen.append(sorted(points(event_file(), "loss")))

    run(callbacks=[Look()])
    assert seen == [list(range(1, last + 1)) for last in range(1, 7)]


def test_another_run_in_the_folder_replaces_them(run: Callable[..., Run]) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX here: the extra tensorboard")
    run()
    Path("a", EVENTS, "mine.txt").touch()
    run(overwrite=True, tensorboard=False)
    assert [path.name for path in Path("a", EVENTS).iterdir()] == ["mine.txt"]
    Path("b", EVENTS).mkdir(parents=True)
    Path("b", EVENTS, "events.out.tfevents.1.host").touch()
    with pytest.raises(CharmlpError, match=r"tensorboard/events\.out\.tfevents\.1\.host in it would be"):
        run(out="b", overwrite=True)


def test_a_run_that_goes_on_has_all_points_once(run: Callable[..., Run]) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX here: the extra tensorboard")

    class Interrupt(Callback):
        def epoch_ends(self, training: Any, epoch: Any) -> None:
            if epoch.epoch == 4:
                raise KeyboardInterrupt

    assert run(callbacks=[Interrupt()]).fit.interrupted
    result = train(resume="a")
    assert [points(event_file(), name) for name in SCALARS] == [
        pytest.approx(expected(result, name), rel=1e-6) for name in SCALARS
    ]
    assert sorted(points(event_file(), "loss")) == [1, 2, 3, 4, 5, 6]


def test_a_folder_that_cannot_be_written_ends_no_training(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboardX", reason="no tensorboardX here: the extra tensorboard")
    told: list[str] = []

    class Listener(Callback):
        def message(self, line: str) -> None:
            told.append(line)

    monkeypatch.setattr(module, "EVENTS", "config.toml")
    result = run(callbacks=[Listener()])
    assert result.path.joinpath("model.safetensors").is_file()
    assert sum("config.toml: cannot be written" in line for line in told) == 1


def test_a_missing_package_is_one_line_before_anything(
    run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    monkeypatch.delitem(sys.modules, "tensorboardX.event_file_writer", raising=False)
    words = r"--tensorboard needs tensorboardX, which is not installed: pip install \"?tensorboard[xX]"
    with pytest.raises(MissingExtraError, match=words):
        run()
    assert not Path("a").exists()
