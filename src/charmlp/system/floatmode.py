"""How a thread of an x86 processor treats very small numbers.

Numbers below 10⁻³⁸ (subnormal ones) take such a processor over forty times as long as others. Training makes
them: gradients of letters that are certain, velocities of units that are dead. In FLUSHED mode they are 0.
"""

import platform
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

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
