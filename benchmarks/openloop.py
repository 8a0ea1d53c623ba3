"""Requests at times that are fixed beforehand, whatever the server does (an open loop).

    python benchmarks/openloop.py PORT PATH BODY CONTENT_TYPE RATE SECONDS PATIENCE

A closed loop, such as wrk's, sends the next request when the last one is answered: a server that stalls
is asked less, and the stall hardly shows. Here the times are drawn first (a Poisson process, one seed),
a latency counts from the time at which a request should have gone, and who waits longer than PATIENCE
seconds hangs up. Prints one JSON object: how many were sent, what was answered and when.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from pathlib import Path

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
REST = 0.5  # seconds at the beginning that are not counted


class Connection(asyncio.Protocol):
    """One request at a time; it goes back among the idle ones when it is answered."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.number: int | None = None  # of the request under way
        self.received = bytearray()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport

    def ask(self, number: int) -> None:
        self.number = number
        self.received.clear()
        self.timer = self.load.loop.call_at(
            self.load.start + self.load.times[number] + self.load.patience, self.give_up
        )
        self.transport.write(self.load.request)

    def give_up(self) -> None:
        self.number = None
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self.received += data
        head = self.received.find(b"\r\n\r\n")
        if head < 0 or self.number is None:
            return
        found = LENGTH.search(self.received, 0, head)
        if len(self.received) - head - 4 < (int(found[1]) if found else 0):
            return
        self.timer.cancel()
        self.load.answered(self.number, int(self.received[9:12]))
        self.number = None
        if b"connection: close" in self.received[:head].lower():
            self.transport.close()
        else:
            self.load.idle.append(self)

    def connection_lost(self, error: Exception | None) -> None:
        if self.number is not None:
            self.timer.cancel()
        if self in self.load.idle:
            self.load.idle.remove(self)


class Load:
    """All requests of a run."""

    def __init__(self, port: int, request: bytes, times: list[float], patience: float) -> None:
        self.port, self.request, self.times, self.patience = port, request, times, patience
        self.idle: list[Connection] = []
        self.answers: dict[int, tuple[int, float]] = {}

    def answered(self, number: int, status: int) -> None:
        self.answers[number] = status, self.loop.time() - self.start - self.times[number]

    async def send(self, number: int) -> None:
        """Over an idle connection, or a new one; who cannot connect in time has given up."""
        left = self.start + self.times[number] + self.patience - self.loop.time()
        try:
            _, connection = await asyncio.wait_for(
                self.loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port), left
            )
        except (OSError, asyncio.TimeoutError):
            return
        connection.ask(number)

    async def run(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.start = self.loop.time() + 0.1
        opening = set()
        self.late = 0.0  # by how much the generator itself was late, at most
        for number, due in enumerate(self.times):
            wait = self.start + due - self.loop.time()
            if wait > 0:
                await asyncio.sleep(wait)
            elif number % 50 == 0:
                await asyncio.sleep(0)
            self.late = max(self.late, -wait)
            if self.idle:
                self.idle.pop().ask(number)
            else:
                task = self.loop.create_task(self.send(number))
                opening.add(task)
                task.add_done_callback(opening.discard)
        await asyncio.sleep(self.patience + 0.2)


def request_of(path: str, body: bytes, content_type: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def drawn_times(rate: float, seconds: float) -> list[float]:
    source, times, now = random.Random(0), [], 0.0
    while (now := now + source.expovariate(rate)) < seconds:
        times.append(now)
    return times


def main() -> None:
    port, path, body, content_type, rate, seconds, patience = sys.argv[1:]
    times = drawn_times(float(rate), float(seconds) + REST)
    request = request_of(path, Path(body).read_bytes(), content_type)
    load = Load(int(port), request, times, float(patience))
    before = time.process_time()
    try:
        import uvloop

        asyncio.Runner(loop_factory=uvloop.new_event_loop).run(load.run())
    except ImportError:
        asyncio.run(load.run())
    counted = {number: answer for number, answer in load.answers.items() if times[number] >= REST}
    good = sorted(
        latency for status, latency in counted.values() if status == 200 and latency <= load.patience
    )
    others = [(status, latency) for status, latency in counted.values() if status != 200]
    print(
        json.dumps(
            {
                "sent": sum(due >= REST for due in times),
                "seconds": float(seconds),
                "in_time": len(good),
                "refused": len(others),
                "statuses": sorted({status for status, _ in others}),
                "refused_p99": percentile(sorted(latency for _, latency in others), 99),
                "p50": percentile(good, 50),
                "p99": percentile(good, 99),
                "late": load.late,
                "processor": time.process_time() - before,
            }
        )
    )


def percentile(values: list[float], share: int) -> float | None:
    return values[min(len(values) - 1, len(values) * share // 100)] if values else None


if __name__ == "__main__":
    main()
