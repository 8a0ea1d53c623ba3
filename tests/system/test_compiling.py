"""How loops are compiled."""

from __future__ import annotations

import os
import subprocess
import sys

from charmlp.system import compiling


def test_wide_vectors_are_asked_for_where_they_are_wanted() -> None:
    def plain(x: float) -> float:
        return 2 * x

    def wide(x: float) -> float:
        compiling.wide_vectors()
        return 2 * x

    for function, wanted in ((plain, False), (wide, True)):
        part = compiling.part_of_compiled(function)
        assert part(3.0) == 6.0
        (code,) = part.inspect_llvm().values()
        assert ("prefer-vector-width" in code) is wanted


def test_without_a_compiler_it_is_said_in_one_line() -> None:
    script = (
        "from charmlp.errors import CharmlpError\n"
        "try:\n    import charmlp.training.steps.loops\nexcept CharmlpError as error:\n    print(error)"
    )
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"NUMBA_DISABLE_JIT": value},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for value in ("1", "0")
    ]
    assert told[0].startswith("NUMBA_DISABLE_JIT is set") and told[1] == ""
