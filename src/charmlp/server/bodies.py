"""Bodies of requests, read within their limits: one image as it is, or many as multipart/form-data."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from charmlp.server.limits import Limits
from charmlp.server.problems import Problem, busy

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

UNNAMED = "-"  # an image that comes without a name, as on standard input
MULTIPART = "multipart/form-data"


@dataclass
class Held:
    """Bytes of all bodies that are in memory."""

    size: int = 0

    @contextmanager
    def sharing(self) -> Iterator[Share]:
        """A request's share of them, given back at its end."""
        share = Share(self)
        try:
            yield share
        finally:
            self.size -= share.size


@dataclass
class Share:
    held: Held
    size: int = 0

    def add(self, size: int) -> None:
        self.size += size
        self.held.size += size


class ClientGone(Exception):
    """The client left before its request was there."""


async def images_of(scope: Scope, receive: Receive, share: Share, limits: Limits) -> list[tuple[str, bytes]]:
    """Names and bytes of the images in a request; raises `Problem` or `ClientGone`."""
    headers = Headers(scope=scope)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(
            415, "Content-Encoding: an image is sent as it is, not packed", {"Accept-Encoding": "identity"}
        )
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limits.body_bytes:
        raise too_large(limits)
    chunks = chunks_of(receive, share, limits)
    with time_limit(limits.body_seconds):
        if headers.get("content-type", "").lower().startswith(MULTIPART):
            return await parts_of(headers, chunks, limits)
        content = b"".join([chunk async for chunk in chunks])
    if not content:
        raise Problem(400, "the body is empty; the bytes of an image are expected")
    return [(UNNAMED, content)]


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


class InMemory(MultiPartParser):
    """Files stay in memory, whose limit is that of the body."""

    spool_max_size = 2**30


async def parts_of(
    headers: Headers, chunks: AsyncGenerator[bytes, None], limits: Limits
) -> list[tuple[str, bytes]]:
    """Names and bytes of the files in a form."""
    parser = InMemory(headers, chunks, max_files=limits.images, max_fields=0)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise Problem(400, f"multipart/form-data: {error.message}") from None
    files = [(name, file) for name, file in form.multi_items() if isinstance(file, UploadFile)]
    if not files:
        raise Problem(400, "multipart/form-data: no file in it")
    return [(file.filename or name, file.file.read()) for name, file in files]


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """408 for what takes longer (`asyncio.timeout`, which Python 3.10 lacks)."""
    task = asyncio.current_task()
    assert task is not None
    is_over = False

    def end() -> None:
        nonlocal is_over
        is_over = True
        task.cancel()

    handle = asyncio.get_running_loop().call_later(seconds, end)
    try:
        yield
    except asyncio.CancelledError:
        if not is_over:
            raise
        if hasattr(task, "uncancel"):
            task.uncancel()
        raise Problem(
            408, f"the body was not there within {seconds:g} seconds", {"Connection": "close"}
        ) from None
    finally:
        handle.cancel()
