"""`POST /v1/predict`: from a request's bytes to its predictions."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from charmlp.errors import CharmlpError
from charmlp.images import jpeg
from charmlp.language.translation import in_chinese
from charmlp.server.bodies import Held, Share, images_of
from charmlp.server.currentmodel import Answer
from charmlp.server.lanes import Lane
from charmlp.server.limits import Limits
from charmlp.server.metrics import Metrics
from charmlp.server.problems import ClientGone, Problem
from charmlp.text import printable

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

PATH = b"/v1/predict"
IS_GONE = "charmlp.is_gone"  # in a scope: whether the client has left, where the connection tells
LIGHT_BYTES, LIGHT_PIXELS = 2**14, 2**16  # of a picture that takes less than a millisecond
PNG_SIZE = struct.Struct(">8x4x4sII")  # what follows a PNG's signature and the length of its first chunk
MOST_TOPK = 10**6


class Predict:
    """The application behind the address: small pictures take one lane, others the other one."""

    def __init__(self, light: Lane[Answer], heavy: Lane[Answer], limits: Limits, metrics: Metrics) -> None:
        self.light = light
        self.heavy = heavy
        self.limits = limits
        self.held = Held()
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        topk = topk_of(scope["query_string"])
        is_gone: Callable[[], bool] = scope.get(IS_GONE, never)
        try:
            with Share(self.held) as share:
                named = await images_of(scope, receive, share, self.limits)
                images = [image for _, image in named]
                lane = self.light if all(map(is_light, images)) else self.heavy
                answers = await lane.ask(images, topk, is_gone)
        except ClientGone:
            return
        body = self.answer([name for name, _ in named], answers, topk, scope)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def answer(self, names: list[str], answers: list[Answer], topk: int, scope: Scope) -> bytes:
        """The body of an answer; raises `Problem` for the first image that is none."""
        bad = [place for place, answer in enumerate(answers) if isinstance(answer.found, CharmlpError)]
        self.metrics.note("unreadable", len(bad))
        self.metrics.note("read", len(answers) - len(bad))
        if bad:
            detail = str(answers[bad[0]].found)
            if names[bad[0]] != "-":
                detail = detail.replace("image", printable(names[bad[0]]), 1)
            raise Problem(422, in_chinese(detail) if prefers_chinese(scope) else detail)
        predictions = [
            {"file": name, **answer.found.to_dict(topk)}
            for name, answer in zip(names, answers, strict=True)
            if not isinstance(answer.found, CharmlpError)
        ]
        return json.dumps({"model": answers[0].model, "predictions": predictions}).encode()


def never() -> bool:
    return False


def topk_of(query: bytes) -> int:
    """How many classes the query wants of each image; raises `Problem`."""
    if not query:
        return 1
    given = [
        value for name, value in parse_qsl(query.decode("latin-1"), keep_blank_values=True) if name == "topk"
    ]
    if not given:
        return 1
    (value, *others) = given
    if others or not (
        value.isascii() and value.isdecimal() and 0 < int(value[:8]) <= MOST_TOPK and len(value) < 8
    ):
        raise Problem(400, f"topk: expected one whole number from 1 to {MOST_TOPK:,}")
    return int(value)


def is_light(image: bytes) -> bool:
    """Whether a picture says in its first bytes that it is small, as PNG and plain JPEG files do."""
    if len(image) > LIGHT_BYTES:
        return False
    if image.startswith(b"\xff\xd8"):
        found = jpeg.header(image)
        return found is not None and found[1] * found[2] <= LIGHT_PIXELS
    if image.startswith(b"\x89PNG") and len(image) >= PNG_SIZE.size:
        kind, width, height = PNG_SIZE.unpack_from(image)
        return kind == b"IHDR" and width * height <= LIGHT_PIXELS
    return False


def prefers_chinese(scope: Scope) -> bool:
    """Whether `Accept-Language` begins with Chinese."""
    return any(name == b"accept-language" and value[:2].lower() == b"zh" for name, value in scope["headers"])
