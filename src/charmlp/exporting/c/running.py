"""A header compiled and run on this machine: what it computes of pictures."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError
from charmlp.exporting.c.text import part
from charmlp.system.files import write_whole

COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-std=c99", "-O2")
PATIENCE = 300  # seconds that a compiler, or a run, may take


def compiler() -> str | None:
    """The machine's C compiler, where it has one."""
    return next(filter(None, map(shutil.which, COMPILERS)), None)


def compile_header(text: str, prefix: str, folder: Path, *, command: Sequence[str], is_whole: bool) -> Path:
    """A program in the folder that reads pictures from standard input, and writes scores and probabilities.

    command  the compiler with its flags

    Raises `CharmlpError` where the compiler does not take it.
    """
    write_whole(folder / "net.h", text.encode())
    main = part(
        "run",
        prefix=prefix,
        upper=prefix.upper(),
        score="int32_t" if is_whole else "float",
        probability="uint16_t" if is_whole else "float",
    )
    write_whole(folder / "main.c", main.encode())
    program = folder / "net"
    done = subprocess.run(
        [*command, "-o", program, "main.c"], cwd=folder, capture_output=True, text=True, timeout=PATIENCE
    )
    if done.returncode:
        raise CharmlpError(f"{command[0]} does not compile the header: {done.stderr.strip()[:500]}")
    return program


def answers(
    program: Path, pictures: Iterable[NDArray[np.uint8]], n_classes: int, *, is_whole: bool
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Classes N, scores N×K and probabilities N×K of pictures H×W, as the program computes them."""
    given = b"".join(np.array(picture.shape, np.int32).tobytes() + picture.tobytes() for picture in pictures)
    done = subprocess.run([program], input=given, capture_output=True, timeout=PATIENCE)
    if done.returncode:
        raise CharmlpError(f"the header's program ends with status {done.returncode}")
    score, probability = (np.int32, np.uint16) if is_whole else (np.float32, np.float32)
    kind = np.dtype([("class", np.int32), ("scores", score, n_classes), ("shares", probability, n_classes)])
    found = np.frombuffer(done.stdout, kind)
    return found["class"], found["scores"], found["shares"]


def run_here(
    text: str, prefix: str, pictures: Sequence[NDArray[np.uint8]], n_classes: int, *, is_whole: bool
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The same by this machine's compiler, which there must be."""
    found = compiler()
    assert found is not None
    with tempfile.TemporaryDirectory() as folder:
        program = compile_header(text, prefix, Path(folder), command=(found, *FLAGS), is_whole=is_whole)
        return answers(program, pictures, n_classes, is_whole=is_whole)
