"""Walls around a process that runs code of others.

How high they are depends on the system. `set_limits` works wherever there are resource limits, so not on
Windows. The rest is Linux, where the system lets a user make namespaces:

- a file system of its own, in memory and of limited size: Python and its packages, read-only, and folders
  to write in. Other submissions, results and homes are not there to be read, let alone written;
- no network: a network namespace has none;
- no other processes: none is there to be signalled, and all that were started end with the first;
- no privileges, and no way to have them again.

Nothing of it can be undone by what runs inside.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

OWN = "/student"  # the folder inside that may be written in: in it work, home and tmp
SYSTEM_FILES = "/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache"
DEVICES = "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"
FIRST_USER = 1_000_000_000  # numbers of users that no system gives to a person: one for each process

# From Linux's headers: sched.h, mount.h, prctl.h, capability.h.
MOUNTS, UTS, IPC, USER, PROCESSES, NETWORK = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
NAMESPACES = MOUNTS | UTS | IPC | PROCESSES | NETWORK
NO_SET_UID, NO_DEVICES, NO_PROGRAMS, BIND, RECURSIVE, PRIVATE = 2, 4, 8, 0x1000, 0x4000, 0x40000
READ_ONLY_NO_SET_UID = 1 | 2  # as mount_setattr has them
MOUNT_SETATTR, CAPSET = 442, {"x86_64": 126, "aarch64": 91}  # numbers of system calls
CURRENT_FOLDER, OF_ALL_BELOW, DETACH = -100, 0x8000, 2
DEATH_SIGNAL, NO_NEW_PRIVILEGES = 1, 38
CAPABILITIES_VERSION = 0x20080522


@dataclass(frozen=True)
class Limits:
    """What one submission may use: seconds of a processor, bytes for each process and on disk, processes."""

    processor: int
    memory: int = 2 * 2**30
    disk: int = 128 * 2**20
    processes: int = 64


def set_limits(limits: Limits, user: int) -> None:
    """Limit this process and those that it starts, by what it uses now and may use beyond."""
    with contextlib.suppress(ImportError):  # Windows
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        processor = int(used.ru_utime + used.ru_stime) + 1 + limits.processor
        wanted = {
            resource.RLIMIT_CPU: processor,
            resource.RLIMIT_FSIZE: limits.disk,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: 256,
        }
        if sys.platform == "linux":  # elsewhere it is not heeded, or nobody knows what is used now
            pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
            wanted[resource.RLIMIT_AS] = pages * resource.getpagesize() + limits.memory
            wanted[resource.RLIMIT_NPROC] = tasks_of(user) + limits.processes
        for name, most in wanted.items():
            hard = resource.getrlimit(name)[1]
            lower = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(name, (lower, lower))


def tasks_of(user: int) -> int:
    """How many threads the user has: what their limit counts."""
    count = 0
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == user:
                count += sum(1 for _ in (folder / "task").iterdir())
    return count


def enter_namespaces() -> None:
    """Leave the other processes, mounts and networks; the next process that is forked is the first inside.

    Raises `OSError` where the system does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    if user == 0:
        with contextlib.suppress(OSError):
            _call("unshare", NAMESPACES)
            return
    _call("unshare", NAMESPACES | USER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def enclose(root: Path, content: Path, limits: Limits, user: int) -> None:
    """In the first process of the namespaces: the file system, the limits, no privileges.

    root     an empty folder, of which nothing is changed outside
    content  what lies in work/ inside: a copy
    user     who it is from then on, where there are other users

    Raises `OSError` where the system does not allow it.
    """
    user = user if _may_change_user() else os.getuid()
    _call("mount", None, b"/", None, RECURSIVE | PRIVATE, None)
    size = f"size={limits.disk},mode=755".encode()
    _call("mount", b"tmpfs", bytes(root), b"tmpfs", NO_SET_UID | NO_DEVICES, size)
    for place in visible_places():
        _show(place, root)
    for device in DEVICES:
        _bind(Path(device), root)
    own = root / OWN[1:]
    for name in ("home", "tmp"):
        (own / name).mkdir(parents=True)
    shutil.copytree(content, own / "work")
    if user != os.getuid():
        for path in (own, *own.rglob("*")):
            os.chown(path, user, user, follow_symlinks=False)
    with contextlib.suppress(OSError):  # the first to be ended where memory runs out
        Path("/proc/self/oom_score_adj").write_text("1000")
    set_limits(limits, user)
    (root / "proc").mkdir()
    os.chdir(root)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", DETACH)
    with contextlib.suppress(OSError):  # where containers are in containers, it is not allowed
        _call("mount", b"proc", b"/proc", b"proc", NO_SET_UID | NO_DEVICES | NO_PROGRAMS, None)
    os.chdir(f"{OWN}/work")
    _drop_privileges(user)


def visible_places() -> list[Path]:
    """What Python needs: its own folders, the packages', the system's libraries."""
    python = [sys.base_prefix, sys.base_exec_prefix, sys.prefix, sys.exec_prefix, *sys.path]
    wanted = {Path(place) for place in (*SYSTEM_FILES, *python) if place}
    wanted |= {place.resolve() for place in wanted}
    places: list[Path] = []
    for place in sorted(place for place in wanted if place.is_absolute() and place.exists()):
        if place != Path("/") and not any(other in place.parents for other in places):
            places.append(place)
    return places


def _show(place: Path, root: Path) -> None:
    """Show a file or folder inside, read-only; a link is one inside as well."""
    if place.is_symlink():
        inside = root / place.relative_to("/")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.symlink_to(place.readlink())
        return
    inside = _bind(place, root)
    attributes = (ctypes.c_uint64 * 4)(READ_ONLY_NO_SET_UID, 0, 0, 0)
    _system_call(
        MOUNT_SETATTR, CURRENT_FOLDER, bytes(inside), OF_ALL_BELOW, attributes, ctypes.sizeof(attributes)
    )


def _bind(place: Path, root: Path) -> Path:
    inside = root / place.relative_to("/")
    inside.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        inside.mkdir(exist_ok=True)
    else:
        inside.touch()
    _call("mount", bytes(place), bytes(inside), None, BIND | RECURSIVE, None)
    return inside


def _may_change_user() -> bool:
    """Whether all numbers of users exist here: not so in a user namespace of our own."""
    return os.getuid() == 0 and "4294967295" in Path("/proc/self/uid_map").read_text("ascii").split()


def _drop_privileges(user: int) -> None:
    _call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if user != os.getuid():
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    else:
        header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION, 0)
        _system_call(CAPSET[os.uname().machine], header, (ctypes.c_uint32 * 6)())
    _call("prctl", DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)  # after what would unset it


def _call(function: str, *arguments: object) -> None:
    """A function of the C library, which says by `errno` what is wrong."""
    if getattr(ctypes.CDLL(None, use_errno=True), function)(*arguments) < 0:
        _raise(function)


def _system_call(number: int, *arguments: object) -> None:
    call = ctypes.CDLL(None, use_errno=True).syscall
    call.restype = ctypes.c_long
    if call(ctypes.c_long(number), *arguments) < 0:
        _raise(f"system call {number}")


def _raise(what: str) -> None:
    error = ctypes.get_errno()
    raise OSError(error, f"{what}: {os.strerror(error)}")


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a process inside: of the teacher's only where programs are, and the language."""
    kept = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT")
    ours = {
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the same submission, the same result
        "OMP_NUM_THREADS": "1",  # a process with threads cannot be forked
        "OPENBLAS_NUM_THREADS": "1",
    }
    return {name: value for name, value in os.environ.items() if name.upper() in kept} | ours | more
