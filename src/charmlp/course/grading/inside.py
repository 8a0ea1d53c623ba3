"""The process in which a submission runs: each task judged there, and looked at again from outside.

← {"ready": true}
→ {"tasks": [names]}
← {"start": name}
← {"done": result}                  what `judging` says of it, here, beside the student's code
→ {"task": name, "inputs": …}       a probe: numbers drawn outside; as many as are wanted, then null
← {"answer": outputs}               what the student's code makes of them
← {"patched": [names]}              functions of ours and PyTorch's that it has replaced
← {"end": true}
"""

from __future__ import annotations

import functools
import os
import sys
from json import dumps, loads  # a submission may set json.dumps
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

import charmlp.doctor.operation.torch_code  # noqa: F401 (imported where torch is used)
from charmlp.course.checking.judging import judge
from charmlp.course.checking.program import letters
from charmlp.course.grading.answers import answer
from charmlp.course.grading.boxes import enter
from charmlp.course.tasks import TASKS
from charmlp.doctor.kinds import kinds
from charmlp.system.workers import Parent

WATCHED = ("charmlp", "torch", "numpy", "json", "builtins")  # packages whose functions nobody is to replace
MOST_NAMES = 10
TASK = {task.name: task for task in TASKS}


@functools.cache
def prepare() -> None:
    """What takes long and is the same for all: once, where others are forked from this process.

    No gradient is computed: PyTorch's threads for that would not be there in a fork.
    """
    torch.set_num_threads(1)  # the matrices are tiny
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)  # imports eight hundred modules
    kinds()
    for split in ("train", "val"):
        letters(split)


def main() -> None:
    enter(sys.argv[1:])
    parent = Parent()

    def say(**message: Any) -> None:
        parent.send(dumps(message).encode())

    prepare()
    say(ready=True)
    folder = Path.cwd()
    before = functions()
    for task in loads(parent.receive())["tasks"]:
        say(start=task)
        result = judge(TASK[task], folder)
        say(done=result.to_json())
        while (probe := loads(parent.receive())) is not None:
            say(answer=answer(probe["task"], probe["inputs"]))
    say(patched=replaced(before))
    say(end=True)
    os._exit(0)  # threads that were left behind do not hold the process


def functions() -> dict[tuple[str, str], Any]:
    """All functions of the watched packages' modules, by module and name."""
    modules = [
        (name, module)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in WATCHED and isinstance(module, ModuleType)
    ]
    return {
        (name, key): value
        for name, module in modules
        for key, value in vars(module).items()
        if callable(value) and not key.startswith("__")
    }


def replaced(before: dict[tuple[str, str], Any]) -> list[str]:
    """Which of them are others now."""
    names = [
        f"{module}.{key}"
        for (module, key), value in before.items()
        if module in sys.modules and vars(sys.modules[module]).get(key) is not value
    ]
    return names[:MOST_NAMES]
