"""Two "hosts" on this machine: network namespaces joined by a cable that can be cut, no disk in common."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.distributed.jobs import Job

ADDRESSES = ("10.77.0.1", "10.77.0.2")
CABLE = "cable"  # the network interface in either host
PORT = 29511


def ip(*arguments: str) -> None:
    """The command of iproute2 that sets up networks."""
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Host:
    """A network namespace with a disk of its own, `folder`, which all hosts find at the same place."""

    def __init__(self, number: int, folder: Path, place: Path) -> None:
        self.number, self.address = number, ADDRESSES[number]
        self.name = f"charmlp-{os.getpid()}-{number}"
        self.folder, self.place = folder, place
        folder.mkdir()

    def start(self, *command: str, output: str = "output") -> Job:
        """Start a command there."""
        script = (
            f'hostname "$0" && mount --bind "{self.folder}" "{self.place}" && cd "{self.place}" && exec "$@"'
        )
        inside = ["unshare", "--uts", "sh", "-c", script, f"host{self.number}", *command]
        own = {"HOME": self.place, "CHARMLP_CACHE": self.place / "cache", "GLOO_SOCKET_IFNAME": CABLE}
        return Job(["ip", "netns", "exec", self.name, *inside], self.folder, output, **own)

    def torchrun(self, *arguments: str, conf: str = "", output: str = "output") -> Job:
        """Start PyTorch's launcher of one rank there, which meets the other one's at host 0."""
        meeting = f"--rdzv-conf=is_host={int(self.number == 0)}{conf and f',{conf}'}"
        return self.start(
            sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1",
            "--rdzv-backend=c10d", f"--rdzv-endpoint={ADDRESSES[0]}:{PORT}", meeting,
            f"--local-addr={self.address}", *arguments, output=output,
        )  # fmt: skip

    def processes(self) -> list[int]:
        """What runs there."""
        found = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True)
        return list(map(int, found.stdout.split()))

    def cut(self) -> None:
        """Pull the cable: what is sent gets lost, and nobody is told."""
        ip("-n", self.name, "link", "set", CABLE, "down")

    def mend(self) -> None:
        ip("-n", self.name, "link", "set", CABLE, "up")


@contextmanager
def two_hosts(folder: Path, resends: int = 5) -> Iterator[tuple[Host, Host]]:
    """Two hosts and the cable between them, of which nothing is left at the end. Skips where it may not.

    `resends`: how often the system sends again what nobody acknowledges, before it gives a connection up:
    5 are some 15 seconds, its own 15 are as many minutes (net.ipv4.tcp_retries2).
    """
    if sys.platform != "linux" or shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("this system: network namespaces need Linux, root and ip (Debian's iproute2)")
    place = folder / "disk"
    place.mkdir()
    hosts = Host(0, folder / "host0", place), Host(1, folder / "host1", place)
    try:
        try:
            for host in hosts:
                ip("netns", "add", host.name)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"this system makes no network namespaces: {error.stderr.strip()}")
        ends = [("name", CABLE, "netns", host.name) for host in hosts]
        ip("link", "add", *ends[0], "type", "veth", "peer", *ends[1])
        for host in hosts:
            ip("-n", host.name, "address", "add", f"{host.address}/24", "dev", CABLE)
            ip("-n", host.name, "link", "set", "lo", "up")
            ip("netns", "exec", host.name, "sh", "-c", f"echo {resends} > /proc/sys/net/ipv4/tcp_retries2")
            ip("-n", host.name, "link", "set", CABLE, "up")
        yield hosts
    finally:
        for host in hosts:
            with suppress(subprocess.CalledProcessError):
                for process in host.processes():
                    with suppress(ProcessLookupError):
                        os.kill(process, signal.SIGKILL)
                ip("netns", "del", host.name)
