"""Arrays that begin at a cache line."""

from __future__ import annotations

import numpy as np
import pytest

from charmlp.system.memory import LINE, aligned_empty, aligned_zeros, spaced_rows, with_spaces


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
@pytest.mark.parametrize("shape", [7, (5, 3), (2, 3, 4), (0, 4)])
def test_they_begin_at_a_line_and_are_like_any_other(shape: int | tuple[int, ...], dtype: type) -> None:
    arrays = [aligned_empty(shape, dtype) for _ in range(20)]  # by chance one might lie there
    zeros = aligned_zeros(shape, dtype)
    for array in [*arrays, zeros]:
        assert array.shape == np.empty(shape).shape and array.dtype == dtype
        assert array.flags.c_contiguous and array.flags.writeable
        assert array.size == 0 or array.ctypes.data % LINE == 0
    assert not zeros.any()


@pytest.mark.parametrize(("width", "apart"), [(512, 528), (2048, 2064), (26, 26), (500, 500)])
@pytest.mark.parametrize("count", [1, 3])
def test_rows_a_large_power_of_two_apart_are_spaced(count: int, width: int, apart: int) -> None:
    rows = spaced_rows(count, width)
    assert rows.shape == (count, width) and rows.strides == (4 * apart, 4)
    whole = with_spaces(rows)
    assert whole.shape == (count, apart) and whole.flags.c_contiguous
    rows[:] = 1
    assert whole.sum() == count * width and whole.ctypes.data % LINE == 0
