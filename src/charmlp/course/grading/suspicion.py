"""What a teacher should look at: code that reaches for what no task needs. No verdict, and no points.

Lines are looked at as text: what a parser does with hostile source is its own risk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from charmlp.course.grading.results import Said
from charmlp.text import printable

MOST_PLACES = 5
LONGEST_LINE = 100  # characters
MODULES = (
    "charmlp", "ctypes", "gc", "inspect", "socket", "subprocess", "signal", "multiprocessing", "builtins",
    "urllib", "requests", "http", "resource", "pty", "mmap", "threading", "importlib",
)  # fmt: skip
NAMES = (
    r"sys\.(modules|_getframe|settrace|setprofile|meta_path)", "__import__", "__builtins__",
    r"(?<!\.)(exec|eval|compile)\s*\(", r"shutil\.(rmtree|move)",
    r"os\.(system|fork|kill\w*|exec\w+|spawn\w+|_exit|popen|remove|unlink|rmdir|write|dup2?|setsid)\b",
)  # fmt: skip
THEIRS = "torch|np|numpy|json|builtins|F|nn"  # what is assigned to in there changes it for everybody
REACHES = re.compile(
    rf"^\s*(from|import)\s+({'|'.join(MODULES)})\b"
    rf"|\b({THEIRS})(\.\w+)+\s*=[^=]|\bsetattr\s*\(\s*({THEIRS})\b"
    rf"|{'|'.join(NAMES)}"
)


def touches(files: Mapping[str, bytes], given: frozenset[str]) -> list[Said]:
    """The first such lines, but for those `given` to the students as they are."""
    found: list[Said] = []
    for name, data in files.items():
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            if REACHES.search(line) and line.strip() not in given:
                code = printable(line.strip()[:LONGEST_LINE])
                found.append(("teacher.touches", {"file": printable(name), "line": number, "code": code}))
                if len(found) == MOST_PLACES:
                    return found
    return found
