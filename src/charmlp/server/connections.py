"""Connections with limits of their own, below the application: uvicorn's protocol, and what it leaves open.

uvicorn ends a connection that is idle between two requests. It waits for ever for a first request, for the
rest of a head that comes byte by byte, and for a client to take its answer, and a head may be of any size.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from charmlp.server.limits import HEAD_BYTES, Limits
from charmlp.server.predicting import IS_GONE
from charmlp.server.problems import Problem, busy, raw_answer

SLACK = 5.0  # seconds for an answer to be computed and taken, beside its other limits


class LimitedProtocol(HttpToolsProtocol):
    """A connection that has until its `deadline` for the next step."""

    limits = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.head_bytes = 0
        self.in_head = True
        self.deadline = self.loop.time() + self.limits.head_seconds
        self.timer = self.loop.call_at(self.deadline, self.look_at_clock)
        if len(self.connections) > self.limits.connections:
            self.refuse(busy("too many connections"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.timer.cancel()
        super().connection_lost(exc)

    def look_at_clock(self) -> None:
        """End the connection where its time is over; else look again when it may be."""
        if self.loop.time() < self.deadline:
            self.timer = self.loop.call_at(self.deadline, self.look_at_clock)
        else:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self.begins = False
        super().data_received(data)
        if self.in_head and not self.begins:  # what it began in may hold the end of another request
            self.head_bytes += len(data)
            if self.head_bytes > HEAD_BYTES:
                self.refuse(Problem(431, f"a head of more than {HEAD_BYTES:,} bytes is not taken"))

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.in_head = self.begins = True
        self.head_bytes = 0
        self.deadline = self.loop.time() + self.limits.head_seconds

    def on_headers_complete(self) -> None:
        self.in_head = False
        limits = self.limits
        self.deadline = self.loop.time() + limits.body_seconds + limits.wait_seconds + SLACK
        super().on_headers_complete()
        cycle: Any = self.cycle
        self.scope[IS_GONE] = lambda: cycle.disconnected  # type: ignore[typeddict-unknown-key]

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.deadline = self.loop.time() + self.limits.head_seconds

    def send_400_response(self, msg: str) -> None:
        self.refuse(Problem(400, "this is no HTTP request that can be read"))

    def refuse(self, problem: Problem) -> None:
        """Say why, and close the connection."""
        self.transport.write(raw_answer(problem))
        self.transport.close()


