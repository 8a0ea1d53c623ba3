"""Where a submission runs: inside walls where the system has them, else in a process with limits."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from charmlp.course.grading.forks import ForkServer
from charmlp.course.grading.walls import FIRST_USER, Limits, clean_environment, set_limits, visible_places
from charmlp.system import processes
from charmlp.system.workers import Process, Spawned, Worker

WALLED, OTHER_USER, LIMITED, TIMED = "walled", "other-user", "limited", "timed"  # from the most to the least
START_TIMEOUT = 120.0  # seconds for what is ours, such as importing PyTorch


class Boxes:
    """Makes processes for submissions, each with a copy of its own of what was handed in.

    module   of ours, whose `main` runs there, calls `enter` first, and sends a message when it is ready
    scratch  a folder that may be filled; its owner removes it
    """

    def __init__(self, module: str, scratch: Path, limits: Limits) -> None:
        self.module, self.scratch, self.limits = module, scratch, limits
        self.server: ForkServer | None = None
        self.why_no_walls = ""
        try:
            self.server = ForkServer(module)
            self._try_walls()
        except (OSError, AttributeError) as error:  # AttributeError: where there are no forks, no namespaces
            self.close()
            self.server, self.why_no_walls = None, str(error)

    @property
    def protection(self) -> str:
        if self.server is not None:
            return WALLED
        if os.name != "posix":
            return TIMED
        return OTHER_USER if may_be_another_user() else LIMITED

    @contextmanager
    def open(self, content: Path) -> Iterator[Worker]:
        """A process whose current folder is a copy of `content`; it is ready, and ends with the block.

        Raises `OSError` where there is none.
        """
        own = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            with Worker("", process=self._start(content, own)) as worker:
                try:
                    worker.receive(START_TIMEOUT)
                except (EOFError, TimeoutError) as error:
                    raise OSError(worker.last_words() or str(error)) from None
                yield worker
        finally:
            shutil.rmtree(own, ignore_errors=True)

    def close(self) -> None:
        if self.server is not None:
            self.server.close()

    def _start(self, content: Path, own: Path) -> Process:
        if self.server is not None:
            return self.server.start(own, content, self.limits)
        shutil.copytree(content, own / "work")
        for name in ("home", "tmp"):
            (own / name).mkdir()
        home, temporary = str(own / "home"), str(own / "tmp")
        environment = clean_environment(HOME=home, USERPROFILE=home, TMPDIR=temporary, TEMP=temporary)
        arguments = str(own), json.dumps(vars(self.limits))
        return Spawned(processes.command(self.module, *arguments), environment, foreign=True)

    def _try_walls(self) -> None:
        nothing = self.scratch / "nothing"
        nothing.mkdir(exist_ok=True)
        with self.open(nothing):
            pass


def enter(arguments: Sequence[str]) -> None:
    """At the start of a process without walls: its folder, its limits, another user where there is one."""
    if not arguments:
        return
    own, limits = Path(arguments[0]), Limits(**json.loads(arguments[1]))
    user = FIRST_USER + os.getpid() if may_be_another_user() else None
    os.chdir(own / "work")
    if user is None:
        set_limits(limits, os.getuid() if os.name == "posix" else 0)
        return
    for path in (own, *own.rglob("*")):
        os.chown(path, user, user, follow_symlinks=False)
    set_limits(limits, user)
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def may_be_another_user() -> bool:
    """Whether we are root, and Python can be read by all users."""
    if os.name != "posix" or os.getuid() != 0:
        return False
    places = {folder for place in visible_places() for folder in (place, *place.parents)}
    return all(place.stat().st_mode & stat.S_IXOTH or not place.is_dir() for place in places)
