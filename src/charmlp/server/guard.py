"""What surrounds every answer: who may ask, security headers, counts, a line in the log."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import Response

from charmlp.server.currentmodel import Answer
from charmlp.server.journal import Journal
from charmlp.server.lanes import Lane
from charmlp.server.limits import Limits
from charmlp.server.metrics import Metrics
from charmlp.server.problems import MEDIA_TYPE, SECURITY_HEADERS, Problem, problem_json

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECRET = ("/v1/", "/metrics")  # what needs the token: models and what they read, and how much
OTHER = "other"  # in the counts: any path that is not ours


class Guard:
    """The outermost application; `paths` are those that are counted by their names.

    By its lanes the connection knows whether there is room (`connections.py`).
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None,
        limits: Limits,
        paths: Collection[str],
        light: Lane[Answer],
        heavy: Lane[Answer],
        metrics: Metrics,
        journal: Journal,
    ) -> None:
        self.app = app
        self.token = None if token is None else token.encode()
        self.limits = limits
        self.paths = frozenset(paths)
        self.light = light
        self.heavy = heavy
        self.metrics = metrics
        self.journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.perf_counter()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}  # the page has a policy of its own
                added = [each for each in SECURITY_HEADERS if each[0] not in own]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        try:
            self.check_token(scope)
            await self.app(scope, receive, send_guarded)
        except Problem as problem:
            await answer_of(problem)(scope, receive, send_guarded)
        except asyncio.CancelledError:  # the server stops, and its patience has ended
            if not status:
                stopping = Problem(503, "the server is being stopped", {"Retry-After": "5"})
                await answer_of(stopping)(scope, receive, send_guarded)
        finally:
            seconds = time.perf_counter() - start
            self.tell(scope["path"], scope["method"], status, seconds, scope.get("client"))

    def tell(
        self, path: str, method: str, status: int, seconds: float, client: Sequence[object] | None
    ) -> None:
        """Count an answer and log it; status 0: the client had left."""
        self.metrics.answered(path if path in self.paths else OTHER, status, seconds)
        self.journal.write(
            "info",
            "request",
            method=method,
            path=path[:200],
            status=status,
            seconds=round(seconds, 6),
            client=client[0] if client else "",
        )

    def check_token(self, scope: Scope) -> None:
        """Raise `Problem` 401 where the path needs the token and the request has not got it."""
        if self.token is None or not scope["path"].startswith(SECRET):
            return
        kind, _, given = Headers(scope=scope).get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token):
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Authorization: Bearer TOKEN is expected, with the server's token",
                {"WWW-Authenticate": "Bearer"},
            )


def answer_of(problem: Problem) -> Response:
    body = problem_json(problem.status, problem.detail)
    return Response(body, problem.status, problem.headers, MEDIA_TYPE)
