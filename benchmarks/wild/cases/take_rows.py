"""Look-up of rows in a table, forward and backward."""

import numpy as np


def rows_forward(table, which):
    return table[which], (table.shape, which)


def rows_backward(dout, cache):
    shape, which = cache
    dtable = np.zeros(shape)
    dtable[which] += dout
    return dtable
