"""Two hosts that share no disk, and the cable between them: cut, mended, cut for good."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.distributed.hosts import Host, two_hosts
from tests.distributed.jobs import Job, epochs_done, farthest, make_letters, training, wait_until

pytestmark = pytest.mark.full

EPOCHS = 400
MANY = 10**6  # epochs of a training that is not to end by itself
SOON = 60.0  # seconds within which each side ends, of patience 5 s, and of 15 s that the system sends again
MODULE = ("-m", "charmlp")
IMPATIENT = (str(Path(__file__).with_name("impatient.py")),)

Hosts = tuple[Host, Host]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of one process."""
    folder = tmp_path_factory.mktemp("alone")
    make_letters(folder)
    job = Job([sys.executable, *MODULE, *training(EPOCHS, "--step", "analytic")], folder)
    assert job.end() == 0, job.said()
    return folder / "run"


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[Hosts]:
    with two_hosts(tmp_path) as both:
        for host in both:
            make_letters(host.folder)
        yield both


def start(hosts: Hosts, *arguments: str, output: str = "output") -> list[Job]:
    return [host.torchrun(*arguments, output=output) for host in hosts]


def in_the_middle(hosts: Hosts, jobs: list[Job]) -> None:
    """Wait until the training is under way."""
    run = hosts[0].folder / "run"
    wait_until(lambda: epochs_done(run) > 20 or any(job.is_over() for job in jobs))
    assert not any(job.is_over() for job in jobs), jobs[0].said() + jobs[1].said()


def check_end(hosts: Hosts, jobs: list[Job], alone: Path) -> None:
    """All went well: the run of one process, on host 0 alone."""
    assert [job.end() for job in jobs] == [0, 0], jobs[0].said() + jobs[1].said()
    assert 0 < farthest(hosts[0].folder / "run", alone) < 1e-5
    assert epochs_done(hosts[0].folder / "run") == EPOCHS
    assert not (hosts[1].folder / "run").exists() and not jobs[1].errors()


def test_equal_to_one_process(hosts: Hosts, alone: Path) -> None:
    check_end(hosts, start(hosts, *MODULE, *training(EPOCHS)), alone)


@pytest.mark.parametrize("number", [0, 1])
def test_a_cut_cable_ends_each_side_with_one_message(hosts: Hosts, number: int) -> None:
    jobs = start(hosts, *IMPATIENT, *training(MANY))
    in_the_middle(hosts, jobs)
    hosts[number].cut()
    limit = time.monotonic() + SOON
    assert [job.end(limit - time.monotonic()) for job in jobs] == [1, 1]
    assert [len(job.errors()) for job in jobs] == [1, 1], jobs[0].said() + jobs[1].said()
    assert not hosts[0].processes() and not hosts[1].processes()


def test_a_cable_that_is_mended_in_time(hosts: Hosts, alone: Path) -> None:
    jobs = start(hosts, *MODULE, *training(EPOCHS))
    in_the_middle(hosts, jobs)
    hosts[1].cut()
    time.sleep(4)
    assert not any(job.is_over() for job in jobs)
    hosts[1].mend()
    check_end(hosts, jobs, alone)


def test_after_a_cut_the_same_command_goes_on(hosts: Hosts, alone: Path) -> None:
    jobs = start(hosts, *IMPATIENT, *training(EPOCHS, "--checkpoint_every", "50"))
    in_the_middle(hosts, jobs)
    hosts[0].cut()
    for job in jobs:
        assert job.end(SOON) == 1
    done = epochs_done(hosts[0].folder / "run")
    assert done < EPOCHS
    hosts[0].mend()
    again = start(hosts, *MODULE, "train", "--resume", "run", output="again")
    check_end(hosts, again, alone)


def test_a_cut_that_the_launchers_outlive(tmp_path: Path, alone: Path) -> None:
    with two_hosts(tmp_path, resends=15) as hosts:
        for host in hosts:
            make_letters(host.folder)
        command = [*IMPATIENT, *training(EPOCHS, "--checkpoint_every", "50")]
        jobs = start(hosts, "--max-restarts=2", *command)
        in_the_middle(hosts, jobs)
        hosts[1].cut()
        wait_until(lambda: all(job.errors() for job in jobs), SOON)
        hosts[1].mend()
        assert [job.end() for job in jobs] == [0, 0], jobs[0].said() + jobs[1].said()
        assert 0 < farthest(hosts[0].folder / "run", alone) < 1e-5
        assert epochs_done(hosts[0].folder / "run") == EPOCHS


def test_other_letters_on_one_host_are_refused(hosts: Hosts) -> None:
    np.savez(
        hosts[1].folder / "letters.npz", images=np.zeros((400, 12, 12), np.uint8), labels=np.arange(400) % 3
    )
    jobs = start(hosts, *MODULE, *training(EPOCHS))
    assert [job.end() for job in jobs] == [1, 1]
    errors = [error for job in jobs for error in job.errors()]
    assert len(errors) == 1 and "host1" in errors[0], errors


def test_other_settings_on_one_host_are_refused(hosts: Hosts) -> None:
    jobs = [host.torchrun(*MODULE, *training(EPOCHS + host.number)) for host in hosts]
    assert [job.end() for job in jobs] == [1, 1]
    errors = [error for job in jobs for error in job.errors()]
    assert len(errors) == 1 and "host1" in errors[0], errors


def test_both_read_images_of_their_own_disk(hosts: Hosts, alone: Path) -> None:
    for host in hosts:
        (host.folder / "images").mkdir()
        rng = np.random.default_rng(0)
        for number in range(40):
            image = Image.fromarray(rng.integers(0, 255, (12, 12), np.uint8))
            image.save(host.folder / "images" / f"{number}.png")
    (hosts[1].folder / "images" / "39.png").unlink()  # whose turn it is
    shutil.copytree(alone, hosts[0].folder / "run")
    command = [*MODULE, "predict", "images", "--model", "run", "--out", "letters.csv", "--format", "csv"]
    jobs = start(hosts, *command)
    status, _ = (job.end() for job in jobs)  # the other launcher's depends on which one ends first
    assert status == 1
    (error,) = jobs[0].errors()
    assert "39.png: no such file" in error and not jobs[1].errors()
    assert (hosts[0].folder / "letters.csv").read_text().count("\n") == 40
    assert not (hosts[1].folder / "letters.csv").exists()
