"""Every random number of a training, by what it is for and when it is used.

A generator is made from the seed, its purpose and a position, never handed on from one epoch to the next. So
the position alone says what comes next: a training that is taken up again draws what it would have drawn.
"""

import numpy as np

START, ORDER, RENDERED, AUGMENTATION, DROPOUT = range(5)


def generator(seed: int, purpose: int, *position: int, skip: int = 0) -> np.random.Generator:
    """The generator for a purpose at a position, such as the number of the epoch.

    skip  words of 64 bits that are taken as drawn already; any number of them takes no time
    """
    bits = np.random.PCG64([seed, purpose, *position])
    if skip:
        bits.advance(skip)
    return np.random.Generator(bits)
