"""Bodies of requests, read within their limits: one image as it is, or many as multipart/form-data."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from charmlp.server.forms import MULTIPART, UNNAMED, Form
from charmlp.server.limits import Limits
from charmlp.server.problems import ClientGone, Problem, busy

if TYPE_CHECKING:
    from starlette.types import Receive, Scope


class Held:
    """Bytes of all bodies that are in memory."""

    def __init__(self) -> None:
        self.size = 0


class Share:
    """A request's share of them, given back at its end."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self.size = 0

    def add(self, size: int) -> None:
        self.size += size
        self.held.size += size

    def __enter__(self) -> Share:
        return self

    def __exit__(self, *reason: object) -> None:
        self.held.size -= self.size


async def images_of(scope: Scope, receive: Receive, share: Share, limits: Limits) -> list[tuple[str, bytes]]:
    """Names and bytes of the images in a request; raises `Problem` or `ClientGone`."""
    headers = dict(scope["headers"])
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Problem(
            415, "Content-Encoding: an image is sent as it is, not packed", {"Accept-Encoding": "identity"}
        )
    if int(headers.get(b"content-length", 0)) > limits.body_bytes:  # the parser lets only numbers through
        raise too_large(limits)
    chunks = chunks_of(receive, share, limits)
    with TimeLimit(limits.body_seconds):
        content_type = headers.get(b"content-type", b"")
        if content_type.lower().startswith(MULTIPART):
            form = Form(content_type, limits.images)
            async for chunk in chunks:
                form.write(chunk)
            return form.finished()
        content = b"".join([chunk async for chunk in chunks])
    if not content:
        raise Problem(422, "the body is empty; the bytes of an image are expected")
    return [(UNNAMED.decode(), content)]


def too_large(limits: Limits) -> Problem:
    return Problem(413, f"a body of more than {limits.body_bytes:,} bytes is not taken")


async def chunks_of(receive: Receive, share: Share, limits: Limits) -> AsyncGenerator[bytes, None]:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk, more = message.get("body", b""), message.get("more_body", False)
        share.add(len(chunk))
        if share.size > limits.body_bytes:
            raise too_large(limits)
        if share.held.size > limits.bodies_bytes:
            raise busy("too much is being sent at the moment")
        yield chunk


class TimeLimit:
    """408 for what takes longer (`asyncio.timeout`, which Python 3.10 lacks)."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.is_over = False

    def __enter__(self) -> None:
        self.task = asyncio.current_task()
        self.handle = asyncio.get_running_loop().call_later(self.seconds, self.end)

    def end(self) -> None:
        self.is_over = True
        assert self.task is not None
        self.task.cancel()

    def __exit__(self, kind: type[BaseException] | None, *reason: object) -> None:
        self.handle.cancel()
        if self.is_over and kind is asyncio.CancelledError:
            if sys.version_info >= (3, 11) and self.task is not None:
                self.task.uncancel()
            words = f"the body was not there within {self.seconds:g} seconds"
            raise Problem(408, words, {"Connection": "close"}) from None
