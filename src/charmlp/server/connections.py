"""Connections with limits of their own, below the application: uvicorn's protocol, and what it leaves open.

uvicorn ends a connection that is idle between two requests. It waits for ever for a first request, for the
rest of a head that comes byte by byte, and for a client to take its answer, and a head may be of any size.

Where the queue is full, a request is refused here, as soon as its head is there: that costs a tenth of an
answer, and much else would be too much when far more is asked than can be answered.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from charmlp.server.guard import Guard
from charmlp.server.limits import HEAD_BYTES
from charmlp.server.predicting import IS_GONE, LIGHT_BYTES, PATH
from charmlp.server.problems import Problem, busy, raw_answer

SLACK = 5.0  # seconds for an answer to be computed and taken, beside its other limits


class Refused:
    """In the place of uvicorn's cycle of a request and its answer: the answer has been given."""

    response_complete = True
    message_event = asyncio.Event()


class LimitedProtocol(HttpToolsProtocol):
    """A connection that has until its `deadline` for the next step."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        assert isinstance(self.app, Guard)
        self.guard = self.app
        self.limits = self.app.limits
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
        elif self.cycle is not None and self.cycle.response_complete and not self.in_head:
            self.transport.close()
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
        if self.url.partition(b"?")[0] == PATH and self.parser.get_method() == b"POST":
            length = next((int(value) for name, value in self.headers if name == b"content-length"), 0)
            lane = self.guard.heavy if length > LIGHT_BYTES else self.guard.light
            if lane.is_full() and (self.cycle is None or self.cycle.response_complete):
                self.refuse_at_once()
                return
            lane.expect()
        limits = self.limits
        self.deadline = self.loop.time() + limits.body_seconds + limits.wait_seconds + SLACK
        super().on_headers_complete()
        cycle: Any = self.cycle
        self.scope[IS_GONE] = lambda: cycle.disconnected  # type: ignore[literal-required]

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.deadline = self.loop.time() + self.limits.head_seconds

    def send_400_response(self, msg: str) -> None:
        self.refuse(Problem(400, "this is no HTTP request that can be read"))

    def refuse(self, problem: Problem) -> None:
        """Say why, and close the connection."""
        self.guard.tell("", "", problem.status, 0.0, self.client)
        self.transport.write(raw_answer(problem, close=True))
        self.transport.close()

    def refuse_at_once(self) -> None:
        """429; the body is not read, and the connection stays."""
        self.cycle = Refused()  # type: ignore[assignment]
        stays = self.parser.should_keep_alive()
        self.transport.write(QUEUE_IS_FULL[stays])
        self.guard.tell(PATH.decode(), "POST", 429, 0.0, self.client)
        if not stays:
            self.transport.close()


QUEUE_IS_FULL = [raw_answer(busy(), close=close) for close in (True, False)]  # the second where it stays
