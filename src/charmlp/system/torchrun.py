"""The processes that PyTorch's launcher starts on one job.

torchrun --nproc-per-node 2 -m charmlp train photos
"""

from __future__ import annotations

import os
from collections.abc import Callable

from charmlp.system.extras import require_extra
from charmlp.system.ranks import ALONE, Ranks


def joined(work: Callable[[Ranks], int]) -> int:
    """The exit status that `work` returns, done by this process, or under torchrun by all of its ranks."""
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return work(ALONE)
    require_extra("torch", "torch", "several processes (torchrun)")
    from charmlp.system.group import Group, ToldElsewhere

    group = Group()
    try:
        return group.together(lambda: work(group))
    except ToldElsewhere as told:
        return told.exit_status
    finally:
        group.close()
