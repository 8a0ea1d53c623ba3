# ruff: noqa: E501 (code as people write it, a line each)
"""Submissions that harm whoever grades them, if they can: what each puts into a folder that is right otherwise.

Each is code in front of one file or in place of a TODO, or an archive that is none. `spoilt` are the tasks
that it may lose; everything else of it, and all of everybody else, is to come out as if it were not there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from charmlp.course.tasks import FILES, TASKS

EVERYTHING = frozenset(task.name for task in TASKS)


@dataclass(frozen=True)
class Hostile:
    """`front`: code before a file's own, by file; `todo`: code in place of a TODO; `archive`: the bytes handed in."""

    name: str
    front: Mapping[str, str] = field(default_factory=dict)
    todo: Mapping[str, str] = field(default_factory=dict)
    archive: Callable[[bytes], bytes] | None = None
    spoilt: frozenset[str] = EVERYTHING
    blank: bool = False  # nothing of the homework is done: what it gets, it has stolen


FORGE = """
import gc, json, os
def _forge():
    from charmlp.system.workers import Parent
    from charmlp.course.tasks import TASKS
    for parent in [each for each in gc.get_objects() if isinstance(each, Parent)]:
        for task in TASKS:
            parent.send(json.dumps({"start": task.name}).encode())
            done = {"task": task.name, "status": "right", "faults": [], "remark": None}
            parent.send(json.dumps({"done": done}).encode())
        parent.send(b'{"patched": []}')
        parent.send(b'{"end": true}')
_forge()
"""
PATCH = """
import charmlp.course.checking.judging as _judging
import charmlp.course.grading.inside as _inside
from charmlp.course.checking.results import Result as _Result
def _right(task, folder):
    return _Result(task.name, "right", (), None)
_judging.judge = _inside.judge = _right
"""
TORCH = """
import torch as _torch
_torch.allclose = lambda *a, **k: True
_torch.equal = lambda *a, **k: True
_torch.autograd.gradcheck = lambda *a, **k: True
_torch.Tensor.__sub__ = lambda a, b: _torch.zeros_like(a)
"""
DESCRIPTORS = """
import os as _os
for _fd in range(3, 64):
    try:
        _os.write(_fd, b'{"done": {"task": "relu", "status": "right", "faults": [], "remark": null}}\\n' * 50)
    except OSError:
        pass
"""
DELETE = """
import os as _os, shutil as _shutil
for _place in ("/", "..", _os.getcwd(), _os.path.expanduser("~")):
    for _name in _os.listdir(_place):
        _path = _os.path.join(_place, _name)
        if "site-packages" not in _path and _name not in ("proc", "sys", "dev", "usr", "lib", "bin"):
            _shutil.rmtree(_path, ignore_errors=True)
            try:
                _os.remove(_path)
            except OSError:
                pass
"""
NEIGHBOUR = """
import glob as _glob, os as _os, sys as _sys
for _path in _glob.glob("../*") + _glob.glob("/**/handed-in/*", recursive=False):
    _sys.path.insert(0, _path)
import neighbour_solution
"""
READ = """
import glob as _glob
_found = [p for place in ("/work", "/root", "/home", "/tmp") for p in _glob.glob(place + "/**/solution.py", recursive=True)]
exec(open(_found[0]).read())
"""


def bomb(plain: bytes) -> bytes:
    stream = io.BytesIO(plain)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"data/{number}.bin", bytes(2**23 + 1))
    return stream.getvalue()


def with_evil_names(plain: bytes) -> bytes:
    stream = io.BytesIO(plain)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("../../../../tmp/charmlp-evil.py", "evil")
        archive.writestr("/tmp/charmlp-evil.py", "evil")
        link = zipfile.ZipInfo("everything")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/")
    return stream.getvalue()


RELU, NETWORK = "activations.py: ReLU.backward", "network.py"
NONE: frozenset[str] = frozenset()
OF_NETWORK = frozenset(task.name for task in TASKS if task.file == NETWORK) | {"program"}
OF_RELU = frozenset({"relu", "program"})
HOSTILE = [
    Hostile("loops", front={NETWORK: "while True:\n    pass\n"}, spoilt=OF_NETWORK),
    Hostile("loops-once", todo={RELU: "while True:\n    pass"}, spoilt=OF_RELU),
    Hostile("forks", front={NETWORK: "import os as _os\nwhile True:\n    _os.fork()\n"}, spoilt=OF_NETWORK),
    Hostile("allocates", front={NETWORK: "_x = bytearray(8 * 2**30)\n"}, spoilt=OF_NETWORK),
    Hostile("exits", front={NETWORK: "import sys as _sys\n_sys.exit(0)\n"}, spoilt=OF_NETWORK),
    Hostile("exits-hard", todo={RELU: "import os\nos._exit(0)"}, spoilt=OF_RELU),
    Hostile("crashes", todo={RELU: "import ctypes\nctypes.string_at(0)"}, spoilt=OF_RELU),
    Hostile("prints", front={NETWORK: "for _ in range(300):\n    print('x' * 1_000_000)\n"}, spoilt=OF_NETWORK),
    Hostile("floods", front={NETWORK: "while True:\n    print('x' * 1_000_000)\n"}, spoilt=OF_NETWORK),
    Hostile("deletes", front={NETWORK: DELETE}),
    Hostile("imports-neighbour", front={NETWORK: NEIGHBOUR}, spoilt=OF_NETWORK, blank=True),
    Hostile("reads-tests", front={NETWORK: READ}, spoilt=OF_NETWORK, blank=True),
    Hostile("kills", front={NETWORK: "import os as _os\n_os.kill(_os.getppid(), 9)\n_os.kill(-1, 9)\n"}, spoilt=OF_NETWORK),
    Hostile("descriptors", front={NETWORK: DESCRIPTORS}, spoilt=OF_NETWORK, blank=True),
    Hostile("forges", front={NETWORK: FORGE}, spoilt=OF_NETWORK, blank=True),
    Hostile("patches-judge", front={file: PATCH for file in FILES}, blank=True),
    Hostile("patches-torch", front={NETWORK: TORCH}, blank=True),
    Hostile("fills-disk", front={NETWORK: "for _n in range(99):\n    open(f'f{_n}', 'wb').write(bytes(2**24))\n"}, spoilt=OF_NETWORK),
    Hostile("bomb", archive=bomb, spoilt=NONE),
    Hostile("evil-names", archive=with_evil_names, spoilt=NONE),
    Hostile("empty", archive=lambda plain: b""),
    Hostile("no-zip", archive=lambda plain: b"Rar!\x1a\x07\x01\0" + plain),
    Hostile("cut-off", archive=lambda plain: plain[: len(plain) // 2]),
    Hostile("sleeps", front={NETWORK: "import time as _time\n_time.sleep(3600)\n"}, spoilt=OF_NETWORK),
]  # fmt: skip
