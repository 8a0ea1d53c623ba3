"""How far the share of right answers among N may lie from the true one."""

import math

Z_95 = 1.959963984540054  # the normal distribution has 95 % between −z and z


def wilson(right: int, n: int, z: float = Z_95) -> tuple[float, float]:
    """The interval of the true share p where `right` of n independent answers are right.

    All p with |p̂ − p| ≤ z √(p (1 − p)/n), p̂ = right/n (Wilson 1927, J. Am. Stat. Assoc. 22, 209–212):

        (p̂ + z²/2n ± z √(p̂ (1 − p̂)/n + z²/4n²)) / (1 + z²/n)

    Of no answer at all: from 0 to 1.
    """
    if not n:
        return 0.0, 1.0
    share, square = right / n, z * z / n
    middle = (share + square / 2) / (1 + square)
    half = z / (1 + square) * math.sqrt(share * (1 - share) / n + square / (4 * n))
    low = 0.0 if right == 0 else max(0.0, middle - half)  # exactly, whatever rounding makes of it
    high = 1.0 if right == n else min(1.0, middle + half)
    return low, high
