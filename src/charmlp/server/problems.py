"""Errors as `application/problem+json` (RFC 9457), and the headers that every answer has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

MEDIA_TYPE = "application/problem+json"

# Scripts, styles and pictures of our own only, none of them inside a page; nobody frames it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class Problem(Exception):
    """What is wrong with a request, or why it is not answered now; `headers` go with the answer."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


class ClientGone(Exception):
    """The client has left: nobody is answered, and that is no fault."""


QUEUE_IS_FULL = "the queue is full; try again in a moment"


def busy(detail: str = QUEUE_IS_FULL) -> Problem:
    """429: there is no room at the moment."""
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, {"Retry-After": "1"})


def problem_json(status: int, detail: str) -> bytes:
    """The body of such an answer."""
    return json.dumps({"status": status, "title": HTTPStatus(status).phrase, "detail": detail}).encode()


def raw_answer(problem: Problem, *, close: bool) -> bytes:
    """The whole answer, where no application is asked."""
    body = problem_json(problem.status, problem.detail)
    headers = {
        "content-type": MEDIA_TYPE,
        "content-length": str(len(body)),
        "connection": "close" if close else "keep-alive",
        **problem.headers,
    }
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode()]
    lines += [f"{name}: {value}".encode("latin-1") for name, value in headers.items()]
    lines += [name + b": " + value for name, value in SECURITY_HEADERS]
    return b"\r\n".join([*lines, b"", body])
