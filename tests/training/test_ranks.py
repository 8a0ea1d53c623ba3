"""Several processes train as one does: the same updates, one voice, one end."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.config import OPTIMIZERS
from charmlp.system.ranks import Ranks
from charmlp.training.shares import Share
from charmlp.training.steps.dropout import Dropout
from tests.training.launching import ends, run, start, start_each
from tests.training.ranked import CONFIGS

pytest.importorskip("torch")

RANKED = str(Path(__file__).with_name("ranked.py"))
TRAIN = "-m", "charmlp", "train", "letters", "--recipe", "slides", "--norm_size", "8,8", "--pictures", "off"


class Some(Ranks):
    def __init__(self, rank: int, count: int) -> None:
        self.rank, self.count = rank, count


@pytest.mark.parametrize(("examples", "batch", "count"), [(101, 8, 2), (101, 20, 3), (5, 5, 7), (0, 4, 2)])
def test_each_row_is_one_rank_s(examples: int, batch: int, count: int) -> None:
    shares = [Share(Some(rank, count), examples, batch) for rank in range(count)]
    places = [np.arange(examples)[share.places] for share in shares]
    assert sorted(np.concatenate(places)) == list(range(examples))
    values = np.random.default_rng(1).random(examples)
    sums = sum(share.sums(values[own]) for share, own in zip(shares, places, strict=True))
    assert np.allclose(sums, [values[first : first + batch].sum() for first in range(0, examples, batch)])
    for share, own in zip(shares, places, strict=True):
        assert share.bounds[-1] == len(own)


def test_bytes_of_dropout_are_drawn_by_their_place() -> None:
    dropout = Dropout(CONFIGS["everything"], (36, 12, 7, 5))
    whole = dropout.draw(dropout.masks(1, 1, 0), 50)
    masks, parts = dropout.masks(1, 1, 0), [slice(3, 7), slice(7, 9), slice(20, 31)]
    assert np.array_equal(dropout.draw_parts(masks, 40, parts), whole[[*range(3, 9), *range(20, 31)]])
    assert np.array_equal(dropout.draw(masks, 10), whole[40:])


def compare(count: int, updates: int, *names: str, where: Path) -> None:
    (status, output, errors), *others = run(count, RANKED, str(updates), *names, where=where)
    assert status == 0, errors
    assert all(other[:2] == (0, "") for other in others)
    for name, found in json.loads(output).items():
        assert found["apart"] < 1e-5 < 1e-3 < found["moved"], name
        assert found["losses"] < 1e-5 and found["kept"], name
        assert found["alike"] and found["resumed"], name


def test_two_train_as_one(tmp_path: Path) -> None:
    compare(2, 200, "everything", "tiny last batch", where=tmp_path)


@pytest.mark.full
@pytest.mark.parametrize("count", [2, 3])
def test_some_train_as_one_with_every_optimizer(tmp_path: Path, count: int) -> None:
    compare(count, 200, *OPTIMIZERS, "everything", "loops", "tiny last batch", where=tmp_path)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write_letters(tmp_path, seed=1)
    return tmp_path


def write_letters(place: Path, seed: int) -> None:
    """A folder of sixty: noise, some of it brighter."""
    rng = np.random.default_rng(seed)
    for name, brightness in (("A", 0), ("B", 90)):
        folder = place / "letters" / name
        folder.mkdir(parents=True)
        for number in range(30):
            pixels = rng.integers(brightness, brightness + 120, (8, 8), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")


def test_one_rank_alone_speaks(place: Path) -> None:
    first, second = run(2, *TRAIN, "--epoch", "2", "--out", "run", where=place)
    assert first[0] == second[0] == 0
    assert "epoch 2/2" in first[2] and "model     run" in first[1]
    assert second[1:] == ("", "")


@pytest.mark.full
@pytest.mark.parametrize(
    ("flags", "told", "status"),
    [
        (("--lr", "x"), "charmlp: error: --lr: expected a number above 0, not 'x'\n", 2),
        (("--data", "nowhere"), "charmlp: error: nowhere: no such file or folder", 1),
        (("--step", "compiled"), "charmlp: error: --step compiled runs in one process", 2),
        (("--resume", "run"), "charmlp: error: --resume: run: no such folder", 1),
    ],
)
def test_what_is_wrong_is_told_once(place: Path, flags: tuple[str, ...], told: str, status: int) -> None:
    where = TRAIN[:3] if flags[0] in ("--data", "--resume") else TRAIN
    first, second = run(2, *where, *flags, where=place)
    assert first[0] == second[0] == status
    assert first[2].startswith(told) and first[2].count("\n") == 1
    assert second[2] == ""


@pytest.mark.full
def test_hosts_that_differ_are_refused_by_name(place: Path) -> None:
    """Other settings, no data, other data: the first rank says it of the second one's host."""
    other = place / "other"
    other.mkdir()

    def refused(*epochs: str) -> str:
        asked = [[*TRAIN, "--epoch", each] for each in epochs]
        first, second = ends(start_each(asked, [place, other]))
        assert second[2] == "" and first[0] == second[0] > 0
        return first[2].splitlines()[-1]

    assert "other settings than on rank 0: --epoch 2 → 3" in refused("2", "3")
    told = refused("2", "2")
    assert "rank 1 on " in told and "letters: no such file or folder" in told
    write_letters(other, seed=2)
    told = refused("2", "2")
    assert "rank 1 on " in told and "other data than on rank 0: training images" in told


@pytest.mark.full
@pytest.mark.parametrize("whom", [0, 1])
def test_a_signal_to_one_rank_stops_all_behind_the_same_update(place: Path, whom: int) -> None:
    ranks = start(2, *TRAIN, "--epoch", "100000", "--out", "run", where=place)
    wait_for(place / "run" / "metrics.csv", lines=3)
    ranks[whom].send_signal(signal.SIGTERM)
    first, second = ends(ranks)
    assert first[0] == second[0] == 143
    assert "interrupted after epoch" in first[2] and "--resume run" in first[2] and second[2] == ""
    done = len((place / "run" / "metrics.csv").read_text().splitlines()) - 1
    flags = "--resume", "run", "--epoch", str(done + 3), "--resume_anyway"
    first, second = run(2, *TRAIN[:3], *flags, where=place)
    assert first[0] == second[0] == 0, first[2]
    assert len((place / "run" / "metrics.csv").read_text().splitlines()) == done + 4


@pytest.mark.full
@pytest.mark.parametrize("whom", [0, 1])
def test_where_a_rank_is_killed_the_other_says_so(place: Path, whom: int) -> None:
    ranks = start(2, *TRAIN, "--epoch", "100000", "--out", "run", "--checkpoint_every", "5", where=place)
    wait_for(place / "run" / "checkpoint.safetensors")
    ranks[whom].kill()
    start_of_end = time.monotonic()
    found = ends(ranks)
    assert time.monotonic() - start_of_end < 30
    assert found[1 - whom][0] == 1
    words = found[1 - whom][2].splitlines()[-1]
    assert words.startswith(f"charmlp: error: rank {whom} on ") and words.endswith(
        "charmlp train --resume run"
    )


@pytest.mark.full
def test_ranks_that_are_started_again_go_on_in_the_folder_of_before(place: Path) -> None:
    with store_of_the_launcher() as again:
        ranks = start(2, *TRAIN, "--epoch", "100000", "--checkpoint_every", "5", where=place, **again)
        checkpoint = wait_for(place / "runs", "*/checkpoint.safetensors")
        for rank in ranks:
            rank.kill()
        ends(ranks)
        lines = len((checkpoint.parent / "metrics.csv").read_text().splitlines())
        again["TORCHELASTIC_RESTART_COUNT"] = "1"
        ranks = start(2, *TRAIN, "--epoch", "100000", "--checkpoint_every", "5", where=place, **again)
        wait_for(checkpoint.parent / "metrics.csv", lines=lines + 2)
        ranks[0].send_signal(signal.SIGINT)
        first, _ = ends(ranks)
        assert "goes on after" in first[2] and f"--resume {checkpoint.parent.relative_to(place)}" in first[2]
    assert len([path for path in (place / "runs").iterdir() if path.is_dir()]) == 1


@contextmanager
def store_of_the_launcher() -> Iterator[dict[str, str]]:
    """What torchrun tells its ranks of the store that it keeps while they come and go."""
    import torch.distributed as distributed

    store = distributed.TCPStore("127.0.0.1", 0, is_master=True)
    yield {"MASTER_PORT": str(store.port), "TORCHELASTIC_USE_AGENT_STORE": "True"}


def wait_for(place: Path, pattern: str = "", lines: int = 0) -> Path:
    """The file, once it is there and has so many lines."""
    for _ in range(1200):
        found = [*place.glob(pattern)] if pattern else [place] if place.exists() else []
        if found and len(found[0].read_bytes().splitlines()) >= lines:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"{place} is not there")
