"""How loops are compiled: by Numba, when they are first called; `charmlp.system.codecache` keeps their code.

Importing this file imports Numba, so whoever uses it imports it when it is needed; nothing is compiled then.

    from charmlp.system.compiling import compiled

    @compiled
    def total(values): ...
"""

from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.extending import intrinsic

from charmlp.errors import CharmlpError
from charmlp.system.codecache import keep

if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
    raise CharmlpError("NUMBA_DISABLE_JIT is set, but loops of charmlp run only as compiled code: unset it")

# Sums may be reordered, so that loops use vector instructions. A number that is not finite stays one:
# training that diverges must be seen.
OPTIONS: Any = {"fastmath": {"reassoc", "contract", "nsz"}, "error_model": "numpy", "nogil": True}


def compiled(function: Callable[..., Any]) -> Any:
    """`function` as machine code, kept on disk; other threads run meanwhile (`charmlp.system.threads`)."""
    return keep(part_of_compiled(function))


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
