"""Arrays that begin at a cache line."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.memory import LINE, aligned_empty, aligned_zeros


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("shape", [7, (5, 3), (2, 3, 4), (0, 4)])
def test_they_begin_at_a_line_and_are_like_any_other(shape: int | tuple[int, ...], dtype: type) -> None:
    arrays = [aligned_empty(shape, dtype) for _ in range(5)]  # by chance one might lie there
    zeros = aligned_zeros(shape, dtype)
    for array in [*arrays, zeros]:
        assert array.shape == np.empty(shape).shape and array.dtype == dtype
        assert array.flags.c_contiguous and array.flags.writeable
        assert array.size == 0 or array.ctypes.data % LINE == 0
    assert not zeros.any()


def test_numpys_own_do_not() -> None:
    """The negative control: of twenty large arrays, not all begin at a line."""
    assert any(np.empty(100_000 + n).ctypes.data % LINE for n in range(20))
