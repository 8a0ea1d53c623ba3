"""What one request may take, and all of them together."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of each worker process.

    body_bytes    of a request's body
    bodies_bytes  of all bodies that are in memory
    images        in one request
    waiting       images that are admitted and not answered yet; beyond them requests are refused
    foreseen      seconds; so are they when the queue would take longer than that
    head_seconds  until a connection has sent a request's head, and between two requests
    body_seconds  until its body is there
    wait_seconds  that an admitted request waits; afterwards it is not computed
    stop_seconds  for what is being answered when the server is asked to stop
    connections   that are open at a time
    """

    body_bytes: int = 32 * 2**20
    bodies_bytes: int = 256 * 2**20
    images: int = 64
    waiting: int = 256
    foreseen: float = 0.25
    head_seconds: float = 10.0
    body_seconds: float = 20.0
    wait_seconds: float = 5.0
    stop_seconds: int = 6
    connections: int = 1000


HEAD_BYTES = 2**15  # of a request's first line and headers
