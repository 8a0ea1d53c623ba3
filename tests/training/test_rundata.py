"""What a run was trained on, written down and opened again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.errors import CharmlpError, DataError
from charmlp.training import train
from charmlp.training.rundata import DATA, open_data, read_data

SETTINGS = {"recipe": "slides", "epochs": 1, "norm_size": (8, 8), "hidden_size": (4,)}


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Noise, a folder per class, in a working folder of its own."""
    rng = np.random.default_rng(0)
    for number in range(40):
        folder = tmp_path / "work" / "photos" / "AB"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (8, 8), np.uint8)).save(folder / f"{number}.png")
    monkeypatch.chdir(tmp_path / "work")
    return Path("photos")


def test_the_same_letters_are_held_out_again(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = train(photos, **SETTINGS, seed=7, out="run")
    folder = run.path.resolve()
    monkeypatch.chdir("/")
    source = open_data(folder, run.model.classes, run.fit.config)
    assert source.identity() == run.model.provenance["data"]
    other = open_data(folder, run.model.classes, None)  # the control: another seed holds out others
    assert other.identity() != source.identity()
    entries = read_data(folder)
    assert entries is not None
    assert (entries["data"], entries["lists"], entries["skip_bad"]) == ("photos", None, False)


def test_lists_and_classes_are_written_down(photos: Path) -> None:
    names = sorted(photos.rglob("*.png"))
    Path("own.json").write_text(json.dumps({name.as_posix(): name.parent.name for name in names}), "utf-8")
    run = train(lists={"train": "own.json"}, im_dir=".", classes="BA", **SETTINGS, out="run")
    source = open_data(run.path, run.model.classes, run.fit.config)
    assert source.classes == ("B", "A") and source.identity() == run.model.provenance["data"]


def test_data_that_moved(photos: Path, tmp_path: Path) -> None:
    run = train(photos, **SETTINGS, out="run")
    photos.rename(tmp_path / "elsewhere")
    with pytest.raises(DataError, match=r"the data of run: .*photos: no such file .*give --data"):
        open_data(run.path, run.model.classes, run.fit.config)
    (run.path / DATA).unlink()
    with pytest.raises(DataError, match="run does not say what it was trained on; give --data"):
        open_data(run.path, run.model.classes, run.fit.config)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"folder": 3}', "[" * 100_000])
def test_a_file_of_others_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / DATA).write_text(content, "utf-8")
    with pytest.raises(CharmlpError, match=r"data\.json: is not what training wrote; give --data"):
        read_data(tmp_path)


def test_an_earlier_runs_entry_goes(photos: Path) -> None:
    train(photos, **SETTINGS, out="run")
    shutil.copytree(photos, "others")
    train("others", **SETTINGS, out="run", overwrite=True)
    entries = read_data(Path("run"))
    assert entries is not None and entries["data"] == "others"
