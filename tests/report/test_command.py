"""The command that a report prints is real: the same settings, the same data, the same model."""

from __future__ import annotations

import dataclasses
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from charmlp.cli import main
from charmlp.cli.arguments import data_arguments
from charmlp.cli.train import LISTS, make_config, make_parser
from charmlp.config import BEST, SLIDES, TrainingConfig, override
from charmlp.modelfile import read_model
from charmlp.report.command import training_command, typed
from charmlp.training.pastrun import read_run
from tests.report.making import Made

NOTHING = dict.fromkeys(("data", "im_dir", "lists", "classes", "n_classes"))


def command_of(config: TrainingConfig, **given: Any) -> list[str] | None:
    made = Made(config=config, given=NOTHING | {"skip_bad": False, "data": "photos"} | given)
    return training_command(made.run)


@pytest.mark.parametrize(
    "config",
    [
        SLIDES,
        BEST,
        override(SLIDES, {"hidden_size": (), "lr": 0.1, "label_pattern": "-(.)", "act_type": "tanh"}),
        override(BEST, {"epochs": 7, "crop": "auto", "augment": False, "norm_size": (20, 30)}),
        dataclasses.replace(BEST, epochs=33),  # which `updates` had settled
    ],
)
def test_its_flags_give_the_settings_back(config: TrainingConfig) -> None:
    command = command_of(config)
    assert command is not None
    args = make_parser().parse_args(shlex.split(shlex.join(command))[1:])
    expected = config if not config.updates else dataclasses.replace(config, epochs=BEST.epochs)
    assert make_config(args) == expected and data_arguments(args, LISTS)["data"] == "photos"


def test_its_flags_give_the_data_back() -> None:
    given = {
        "data": None, "lists": {"train": "a b.json", "val": "-v.json"}, "im_dir": "it's",
        "classes": ["A", "-"], "n_classes": 2, "skip_bad": True,
    }  # fmt: skip
    command = command_of(SLIDES, **given)
    assert command is not None
    args = make_parser().parse_args(command[1:])
    found = data_arguments(args, LISTS)
    assert found["lists"] == given["lists"] and found["im_dir"] == "it's" and args.skip_bad
    assert found["classes"] == "A-" and found["n_classes"] == 2


def test_where_it_cannot_be_typed_there_is_none() -> None:
    assert command_of(SLIDES, classes=["cat", "dog"]) is None
    assert training_command(Made(given=None).run) is None
    assert training_command(Made(config=None).run) is None


def test_shells() -> None:
    assert typed(["train", "a b"], windows=False) == "charmlp train 'a b'"
    assert typed(["train", "a b"], windows=True) == 'charmlp train "a b"'


def test_it_trains_the_same_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(0)
    for number in range(40):
        Path("my photos", "AB"[number % 2]).mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(random.integers(0, 255, (8, 8), np.uint8))
        picture.save(Path("my photos", "AB"[number % 2], f"{number}.png"))
    flags = [
        "--recipe",
        "slides",
        "--epoch",
        "2",
        "--norm_size",
        "8,8",
        "--hsize",
        "5",
        "--seed",
        "3",
        "--act",
        "tanh",
    ]
    assert main(["train", "my photos", *flags, "--out", "first", "--pictures", "off"]) == 0
    command = training_command(read_run(Path("first")))
    assert command is not None
    assert main([*command, "--out", "second", "--pictures", "off"]) == 0
    assert main([*command, "--seed", "4", "--out", "third", "--pictures", "off"]) == 0
    first, second, third = (
        read_model(Path(name, "model.safetensors")) for name in ("first", "second", "third")
    )
    assert all(map(np.array_equal, first.arrays, second.arrays))
    assert not all(map(np.array_equal, first.arrays, third.arrays))
