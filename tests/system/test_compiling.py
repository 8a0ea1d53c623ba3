"""How loops are compiled."""

from __future__ import annotations

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
