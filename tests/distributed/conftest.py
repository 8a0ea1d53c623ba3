"""No job outlives its test, however that ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.distributed.jobs import Job, descendants


@pytest.fixture(autouse=True)
def no_job_is_left() -> Iterator[None]:
    yield
    while Job.started:
        process = Job.started.pop().process
        if process.poll() is None:
            for each in [process.pid, *descendants(process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)
            process.wait()
