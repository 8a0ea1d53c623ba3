"""How loops are compiled: by Numba, when they are first called, and kept on disk for later runs.

Importing this file imports Numba, so whoever uses it imports it when it is needed; nothing is compiled then.

    from charmlp.system.compiling import compiled

    @compiled
    def total(values): ...

The machine code lies in the user's cache folder (`charmlp.system.files.cache_folder`, or `NUMBA_CACHE_DIR`),
so that an installation may be read-only. Numba keeps it apart by processor, by its own version and by the
types of the arguments; what is added here is that it belongs to the sources of every module of charmlp that
it is made from (Numba looks at the file of the function alone, and would miss a change in another file whose
functions it calls).
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator
from numba.extending import intrinsic

from charmlp.system.files import cache_folder
from charmlp.version import __version__

PACKAGE = Path(__file__).parents[1]

# Sums may be reordered, so that loops use vector instructions. A number that is not finite stays one:
# training that diverges must be seen.
OPTIONS: Any = {"fastmath": {"reassoc", "contract", "nsz"}, "error_model": "numpy", "nogil": True}


def compiled(function: Callable[..., Any]) -> Any:
    """`function` as machine code for one core, kept on disk."""
    return keep(part_of_compiled(function))


def compiled_parallel(function: Callable[..., Any]) -> Any:
    """The same for all cores: `prange` in it deals its rounds out to them."""
    return keep(numba.njit(**OPTIONS, parallel=True)(function))


def part_of_compiled(function: Callable[..., Any]) -> Any:
    """The same for a function that only compiled functions call, and with which its code is kept."""
    return numba.njit(**OPTIONS)(function)


def inlined(function: Callable[..., Any]) -> Any:
    """A part whose code is put where it is called, for those whose call would cost as much as they do."""
    return numba.njit(**OPTIONS, forceinline=True)(function)


@intrinsic
def _wide_vectors(typing_context: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # a plain set's `add`: llvmlite's own knows a few attributes only
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate


# Called at the top of a compiled function: its loops may use vectors of 64 bytes. LLVM has them, where the
# processor does, but prefers 32, which suits code that uses vectors now and then. A loop that does nothing
# else, over arrays that begin at a cache line (`charmlp.system.memory`), is a third quicker.
wide_vectors: Any = _wide_vectors


# Numbers below 10⁻³⁸ (subnormal ones) take an x86 processor over forty times as long as others. Training
# makes them: gradients of letters that are certain, velocities of units that are dead. In FLUSHED mode they
# are 0.
USUAL = np.int32(0x1F80)
FLUSHED = np.int32(USUAL | 0x8040)


@intrinsic
def _exchange_float_mode(typing_context: Any, mode: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        if platform.machine().lower() not in ("x86_64", "amd64"):
            return arguments[0]
        place = cgutils.alloca_once(builder, ir.IntType(32))
        pointer = builder.bitcast(place, cgutils.voidptr_t)
        type_of_both = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t])
        store, load = (
            cgutils.get_or_insert_function(builder.module, type_of_both, f"llvm.x86.sse.{verb}mxcsr")
            for verb in ("st", "ld")
        )
        builder.call(store, [pointer])
        before = builder.load(place)
        builder.store(arguments[0], place)
        builder.call(load, [pointer])
        return before

    return types.int32(types.int32), generate


# Called in a compiled function: this thread's mode from now on. Returns the one before, which must come back.
exchange_float_mode: Any = _exchange_float_mode


def keep(dispatcher: Any) -> Any:
    """Let a compiled function find its machine code again; where no folder can be written to, it does not."""
    if Locator.from_function(dispatcher.py_func, dispatcher.py_func.__code__.co_filename) is not None:
        dispatcher._cache = Kept(dispatcher.py_func)
    return dispatcher


class Locator(_CacheLocator):
    """Where the machine code of a function lies, and which sources it belongs to."""

    def __init__(self, function: Callable[..., Any], file: str) -> None:
        self._py_file = file  # Numba names it in warnings
        self._name = function.__module__

    def get_cache_path(self) -> str:
        return str(folder_of_code())

    def get_source_stamp(self) -> str:
        return stamp(self._name)

    def get_disambiguator(self) -> str:
        return self._name

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Locator | None:
        return cls(function, file) if is_writable(folder_of_code()) else None


class Implementation(CompileResultCacheImpl):
    _locator_classes = [Locator]  # noqa: RUF012  # Numba's own form


class Kept(FunctionCache):
    """Numba's cache of compiled functions, with our locator."""

    _impl_class = Implementation


def folder_of_code() -> Path:
    """One folder for each place where charmlp is installed: two versions do not overwrite each other."""
    place = hashlib.sha256(os.fsencode(PACKAGE)).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    return Path(given or cache_folder() / "compiled") / f"charmlp-{place}"


@functools.cache
def is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True


def modules_behind(name: str) -> set[str]:
    """The modules of charmlp that a module takes something from, itself included, near or far."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name in found or name not in sys.modules:
            continue
        found.add(name)
        for value in vars(sys.modules[name]).values():
            other = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
            if isinstance(other, str) and other.partition(".")[0] == PACKAGE.name:
                waiting.append(other)
    return found


@functools.cache
def stamp(name: str) -> str:
    """A hash over this version of charmlp and the sources behind a module."""
    digest = hashlib.sha256(__version__.encode())
    for module in sorted(modules_behind(name)):
        digest.update(Path(str(sys.modules[module].__file__)).read_bytes())
    return digest.hexdigest()
