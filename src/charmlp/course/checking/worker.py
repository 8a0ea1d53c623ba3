"""The process in which a folder's code runs; supervisor.py starts it, and so does the grading.

One job comes as JSON: {"folder": …, "tasks": [names]}. Each answer is an object: {"ready": true} first,
{"start": name} and {"done": result} for each task, {"end": true} last.
"""

from __future__ import annotations

import os
import sys
from json import dumps, loads  # a student's code may set json.dumps
from pathlib import Path

from charmlp.course.checking.judging import judge
from charmlp.course.tasks import TASKS
from charmlp.system.workers import Parent


def main() -> None:
    parent = Parent()
    job = loads(parent.receive())

    import torch

    import charmlp.doctor.operation.torch_code  # noqa: F401 (slow to import: not on the student's time)

    torch.set_num_threads(1)  # the matrices are tiny
    folder = Path(job["folder"])
    sources = {path: path.read_bytes() for path in folder.glob("*.py")}
    parent.send(dumps({"ready": True}).encode())
    for task in TASKS:
        if task.name in job["tasks"]:
            restore(folder, sources)
            parent.send(dumps({"start": task.name}).encode())
            parent.send(dumps({"done": judge(task, folder).to_json()}).encode())
    parent.send(dumps({"end": True}).encode())
    sys.stderr.flush()
    os._exit(0)  # threads that the code left behind do not hold the process


def restore(folder: Path, sources: dict[Path, bytes]) -> None:
    """The files as they were handed in, whatever the code of another task has done to them."""
    folder.mkdir(exist_ok=True)
    for path, source in sources.items():
        path.write_bytes(source)
    os.chdir(folder)


if __name__ == "__main__":
    main()
