"""Where compiled code is kept: one file for each function and signature, in a folder of one's own.

Numba's own cache keeps an index beside the code; two runs at once, a full disk or a flipped bit between the
two make it run another function's code. Here an entry's name is the hash of all that it depends on: the
sources of every module of charmlp behind the function, the types of its arguments, the processor, and the
versions of Python, NumPy, Numba and LLVM. It is a file as `charmlp.system.keeping` writes them, and never
changed, so that no lock is needed: two runs that write one entry write the same.

Code from the cache is executed, hence read only where nobody else can have put it: an absolute folder that
belongs to the user, whom alone the system lets write there (mode 0700), and files of the user's.
"""

import functools
import hashlib
import logging
import os
import pickle
import platform
import re
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from charmlp.errors import CharmlpError
from charmlp.language import translated
from charmlp.system.files import reason_of
from charmlp.system.keeping import CODE, DamagedError, mark_as_used, read_kept
from charmlp.text import shown_path
from charmlp.version import __version__

NOT_COMPILATION = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS")  # of Numba's variables, those that change no code

log = logging.getLogger(__name__)


def keep(dispatcher: Any) -> Any:
    """Let a compiled function find its machine code again."""
    dispatcher._cache = KeptCode(dispatcher.py_func)
    return dispatcher


class KeptCode:
    """What Numba asks of a function's cache."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.name = f"{function.__module__}.{function.__qualname__}".replace("<locals>.", "")
        self.sources = stamp(function.__module__)  # now: the files may change while the process runs

    @property
    def cache_path(self) -> str:
        return str(CODE.folder)

    def load_overload(self, signature: Any, target: Any) -> CompileResult | None:
        """The compiled function for these types of arguments, None where it is not kept, or not as it was."""
        target.refresh()
        file = self.file(signature, target.codegen())
        try:
            check_private(file.parent)
            payload = read_entry(file)
            code = CompileResult._rebuild(target, *pickle.loads(payload))
            if tuple(code.signature.args) == tuple(signature):
                return code
        except FileNotFoundError:
            pass
        except Exception as error:  # whatever is wrong with what is kept: it is compiled anew
            tell(error)
        tell_of_compiling()
        return None

    def save_overload(self, signature: Any, code: Any) -> None:
        """Keep a compiled function."""
        if code.library.has_dynamic_globals or not all(part.can_cache for part in code.lifted):
            return  # it holds addresses of this process
        file = self.file(signature, code.codegen)
        try:
            check_private(file.parent)
            CODE.write(file, dumps(code._reduce()))
        except Exception as error:
            tell(error)

    def file(self, signature: Any, codegen: Any) -> Path:
        """Where the code for these types of arguments is kept."""
        classes = [kind.instance_class for kind in signature if hasattr(kind, "instance_class")]
        cells = [cell.cell_contents for cell in self.function.__closure__ or ()]
        facts = (
            self.name,
            self.sources,
            self.function.__code__.co_code,
            hashlib.sha256(dumps(tuple(cells))).hexdigest() if cells else "",
            str(signature),
            [(kind.__module__, kind.__qualname__, kind._fields) for kind in classes],
            codegen.magic_tuple(),
            (sys.implementation.cache_tag, platform.python_version()),
            (np.__version__, numba.__version__, llvmlite.__version__),
            sorted(
                (name, value)
                for name, value in os.environ.items()
                if name.startswith("NUMBA_") and name not in NOT_COMPILATION
            ),
        )
        return CODE.file(self.name, facts)

    def enable(self) -> None:
        """Numba's; this one cannot be switched off."""

    disable = flush = enable


class UnusableError(Exception):
    """What is kept, or the folder for it, is not to be trusted."""


def read_entry(path: Path) -> bytearray:
    """The content of a file as it was written under this name, by this user."""
    with path.open("rb") as file:
        if not belongs_to_user(os.fstat(file.fileno())):
            raise UnusableError(f"{shown_path(path)}: belongs to another user")
        try:
            content = read_kept(file, path.name)
        except DamagedError:
            raise UnusableError(f"{shown_path(path)}: damaged; it is compiled anew") from None
    mark_as_used(path)
    return content


def check_private(folder: Path) -> None:
    """Make the folder where it is not there; raises `UnusableError` where others may write to it."""
    if not folder.is_absolute():
        raise UnusableError(f"{shown_path(folder)}: not an absolute path")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise UnusableError(f"{shown_path(folder)}: {reason_of(error)}") from None
    if not belongs_to_user(status):
        raise UnusableError(f"{shown_path(folder)}: belongs to another user")
    if os.name == "posix" and status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise UnusableError(f"{shown_path(folder)}: others may write to it; its mode must be 0700")


def belongs_to_user(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid == os.geteuid()


def tell(error: Exception) -> None:
    """One line on standard error, once for each reason; the run goes on."""
    tell_once(str(error) if isinstance(error, UnusableError | CharmlpError) else repr(error))


@functools.cache
def tell_once(reason: str) -> None:
    log.warning("charmlp: %s", translated(f"note: compiled code is not kept, or not found again: {reason}"))


@functools.cache
def tell_of_compiling() -> None:
    """One line, once: somebody waits. A warning, since those are shown where logging is not set up."""
    log.warning("charmlp: %s", translated("compiling loops, once on this machine"))


IMPORT = re.compile(rb"^(?:from (charmlp[\w.]*) import (\([^)]*\)|.*)|import (charmlp[\w.]*))", re.MULTILINE)


def modules_imported(source: bytes) -> Iterator[str]:
    """The modules of charmlp that a file may take something from, by the imports at its top."""
    for module, names, plain in IMPORT.findall(source):
        yield (module or plain).decode()
        yield from (f"{module.decode()}.{name.decode()}" for name in re.findall(rb"\w+", names))


def sources_behind(name: str) -> dict[str, bytes]:
    """The sources of a module and of all that it is made from, near or far, by their modules' names.

    Found by imports, not by values: a number that a module imports is part of its machine code as well.
    """
    found: dict[str, bytes] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in found and name in sys.modules:
            found[name] = Path(str(sys.modules[name].__file__)).read_bytes()
            waiting += modules_imported(found[name])
    return found


@functools.cache
def stamp(name: str) -> str:
    """A hash over this version of charmlp and the sources behind a module."""
    digest = hashlib.sha256(__version__.encode())
    for module, source in sorted(sources_behind(name).items()):
        digest.update(f"\0{module}\0{len(source)}\0".encode() + source)
    return digest.hexdigest()
