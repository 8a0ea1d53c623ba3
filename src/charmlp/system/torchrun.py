"""The processes that PyTorch's launcher starts on one job.

torchrun --nproc-per-node 2 -m charmlp train photos
"""

from __future__ import annotations

import os
from collections.abc import Callable

from charmlp.errors import CharmlpError
from charmlp.system.extras import require_extra
from charmlp.system.ranks import ALONE, Ranks


def joined(work: Callable[[Ranks], int]) -> int:
    """The exit status that `work` returns, done by this process, or under torchrun by all of its ranks.

    Where it fails, one of them raises; of the others, the status is the same.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:  # torchrun's own; others, too, set such as RANK
        return work(ALONE)
    require_extra("torch", "torch", "several processes (torchrun)")
    from charmlp.system.group import Group, ToldElsewhere

    group, status = Group(), 1
    try:
        status = group.together(lambda: work(group))
    except ToldElsewhere as told:
        status = told.exit_status
    except CharmlpError as error:
        status = error.exit_status
        raise
    except KeyboardInterrupt:
        status = 130
        raise
    finally:
        group.close(status)
    return status
