"""The processes that PyTorch's launcher starts on one job.

torchrun --nproc-per-node 2 -m charmlp train photos
"""

from __future__ import annotations

import os
from collections.abc import Callable

from charmlp.errors import CharmlpError, UsageError
from charmlp.system.extras import require_extra
from charmlp.system.ranks import ALONE, Ranks
from charmlp.version import __version__

# By torchrun to each rank; other launchers do not set the last one.
GIVEN = {"RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "TORCHELASTIC_RUN_ID"}


def joined(work: Callable[[Ranks], int]) -> int:
    """The exit status that `work` returns, done by this process, or under torchrun by all of its ranks.

    Where it fails, one of them raises; of the others, the status is the same.
    """
    if not os.environ.keys() >= GIVEN:
        return work(ALONE)
    require_extra("torch", "torch", "several processes (torchrun)")
    from charmlp.system.group import Group, ToldElsewhere

    group, status = Group(), 1
    try:
        status = group.together(lambda: work(alike(group)))
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


def alike(ranks: Ranks) -> Ranks:
    """The ranks, all of the same charmlp; raises `UsageError` where this one is another than rank 0's."""
    first = ranks.of_first(lambda: __version__)
    if first != __version__:
        raise UsageError(f"charmlp is {__version__}, and {first} on rank 0; install the same everywhere")
    return ranks
