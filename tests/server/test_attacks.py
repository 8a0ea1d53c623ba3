"""Clients that are slow, large, wrong or gone: each gets a 4xx or its connection's end, others answers."""

from __future__ import annotations

import gzip
import re
import socket
import struct
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from charmlp.server.currentmodel import Answer, CurrentModel
from charmlp.server.lanes import ThreadLane
from charmlp.server.limits import Limits
from tests.images.making import letter, saved
from tests.sampling import one_in
from tests.server.making import Served, client, jpeg, served, until

SMALL = Limits(body_bytes=2**20, bodies_bytes=3 * 2**20, images=4, connections=20)
IMPATIENT = Limits(bodies_bytes=3 * 2**20, head_seconds=0.5, body_seconds=0.5)


@pytest.fixture(scope="module", params=[SMALL])
def quick(model_file: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    """A server with low limits; whatever a test does to it, it answers afterwards, and had no bug."""
    with served(model_file, limits=request.param) as each:
        yield each
        assert 'status="5' not in until(lambda: metrics_after_an_answer(each), 20)
        assert '"level": "error"' not in each.log.getvalue()


def metrics_after_an_answer(each: Served) -> str | None:
    """None where this machine was busy for half a second, and an impatient server has hung up."""
    try:
        with client(each) as http:
            assert http.post("/v1/predict", content=jpeg()).status_code == 200
            return http.get("/metrics").text
    except httpx.TransportError:
        return None


def head(*lines: str, to: str = "POST /v1/predict") -> bytes:
    return "\r\n".join([f"{to} HTTP/1.1", "Host: x", *lines, "", ""]).encode("latin-1")


def status(answer: bytes) -> int:
    found = re.match(rb"HTTP/1.1 (\d{3}) ", answer)
    assert found, answer[:200]
    return int(found[1])


def png_that_says(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "request_",
    one_in(
        3,
        [
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # TLS
            b"\0" * 1000,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET\r\n\r\n",
            b"POST /v1/predict HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello",
            b"POST /v1/predict HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            b"POST /v1/predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
            b"POST /v1/predict HTTP/1.1\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
            b"POST /v1/predict HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
            b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
            b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
            b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        ],
    ),
)
def test_what_is_no_request_is_refused(quick: Served, request_: bytes) -> None:
    answer = quick.send(request_)
    assert 400 <= status(answer) < 500
    assert b"application/problem+json" in answer and b"content-security-policy" in answer.lower()


def test_a_head_may_not_be_endless(quick: Served) -> None:
    many = (b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(300))
    with socket.create_connection(("127.0.0.1", quick.port), 5) as connection:
        connection.sendall(b"POST /v1/predict HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises(OSError):
            for piece in many:
                connection.sendall(piece)
                time.sleep(0.001)
            while connection.recv(1000):
                pass
            raise OSError


@pytest.mark.parametrize("quick", [IMPATIENT], indirect=True)
def test_slow_heads_and_silence_end(quick: Served) -> None:
    for first in (b"", b"POST /v1/pre"):
        start = time.monotonic()
        with socket.create_connection(("127.0.0.1", quick.port), 5) as connection:
            connection.sendall(first)
            try:
                for _ in range(50):  # byte by byte: never silent, never done
                    connection.sendall(b"x" * len(first[:1]))
                    connection.settimeout(0.05)
                    try:
                        if connection.recv(100) == b"":
                            break
                    except TimeoutError:
                        continue
            except OSError:
                pass
        assert 0.4 < time.monotonic() - start < 2


@pytest.mark.parametrize("quick", [IMPATIENT], indirect=True)
def test_a_slow_body_is_told(quick: Served) -> None:
    answer = quick.send(head("Content-Length: 1000"), b"\xff\xd8\xff")
    assert status(answer) == 408 and b"connection: close" in answer.lower()


@pytest.mark.parametrize("quick", [IMPATIENT], indirect=True)
def test_an_answered_request_whose_body_never_comes_is_ended(quick: Served) -> None:
    start = time.monotonic()
    assert status(quick.send(head("Content-Length: 1000", to="POST /nowhere"))) == 404
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("size", [2**20 + 1, 10**15])
def test_a_large_body_is_refused_before_it_comes(quick: Served, size: int) -> None:
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", quick.port), 5) as connection:
        connection.sendall(head(f"Content-Length: {size}"))
        assert status(connection.recv(10_000)) == 413
    assert time.monotonic() - start < 1


def test_a_large_body_that_says_nothing_of_its_size(quick: Served) -> None:
    with client(quick) as http:
        answer = http.post("/v1/predict", content=(bytes(2**16) for _ in range(40)))
    assert answer.status_code == 413


@pytest.mark.parametrize("quick", [IMPATIENT], indirect=True)
def test_all_bodies_together_are_bounded(quick: Served) -> None:
    """Four of almost a megabyte each, none of which is complete, where three are allowed."""
    opened = [socket.create_connection(("127.0.0.1", quick.port), 5) for _ in range(4)]
    try:
        for connection in opened:
            connection.sendall(head(f"Content-Length: {2**20}") + bytes(2**20 - 1))
        answers = {status(connection.recv(10_000)) for connection in opened}
    finally:
        for connection in opened:
            connection.close()
    assert answers == {408, 429}


def test_connections_are_bounded(quick: Served) -> None:
    opened = [socket.create_connection(("127.0.0.1", quick.port), 5) for _ in range(30)]
    try:
        assert b"429 Too Many Requests" in opened[-1].recv(10_000)
    finally:
        for connection in opened:
            connection.close()


def test_content_encodings_are_refused(quick: Served) -> None:
    bomb = gzip.compress(bytes(10**7))
    with client(quick) as http:
        for encoding in ("gzip", "br", "deflate", "gzip, gzip", "zstd"):
            answer = http.post("/v1/predict", content=bomb, headers={"Content-Encoding": encoding})
            assert answer.status_code == 415 and answer.headers["accept-encoding"] == "identity"
        assert (
            http.post("/v1/predict", content=jpeg(), headers={"Content-Encoding": "identity"}).status_code
            == 200
        )


@pytest.mark.parametrize("size", [(50_000, 50_000), (2**31 - 1, 1), (0, 0), (8000, 8000)])
def test_pictures_that_would_be_huge_are_refused(quick: Served, size: tuple[int, int]) -> None:
    start = time.monotonic()
    with client(quick) as http:
        answer = http.post("/v1/predict", content=png_that_says(*size))
    assert answer.status_code == 422 and time.monotonic() - start < 2


@pytest.mark.parametrize(
    ("body", "boundary", "wanted"),
    [
        (b"", "b", 400),
        (b"--b--\r\n", "b", 422),
        (b"nothing of the kind", "b", 400),
        (b"--b\r\n\r\nx\r\n--b--\r\n", "b", 422),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n', "b", 422),
        (b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nx', "b", 400),
        (b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nx\r\n--b--\r\n', "b", 422),
        (b'--b\r\nContent-Disposition: form-data; filename="\xff\xfe"\r\n\r\nx\r\n--b--\r\n', "b", 422),
        (b"--b\r\n" + b"X: " + b"y" * 100_000, "b", 400),
        (b"", None, 400),
        (b"", "b" * 5000, 400),
    ],
)
def test_forms_that_are_none(quick: Served, body: bytes, boundary: str | None, wanted: int) -> None:
    kind = "multipart/form-data" + ("" if boundary is None else f"; boundary={boundary}")
    with client(quick) as http:
        answer = http.post("/v1/predict", content=body, headers={"Content-Type": kind})
    assert answer.status_code == wanted, answer.text
    assert answer.json()["detail"]


def test_a_form_has_as_many_images_as_are_allowed(quick: Served) -> None:
    image = saved(letter((9, 9)), "PNG")
    with client(quick) as http:
        for count, wanted in ((4, 200), (5, 422), (2000, 422)):
            answer = http.post("/v1/predict", files=[("a", (f"{n}.png", image)) for n in range(count)])
            assert answer.status_code == wanted


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_other_methods(quick: Served, method: str) -> None:
    answer = quick.send(head("Connection: close", to=f"{method} /v1/predict"))
    if method == "BREW":  # none of HTTP's
        assert status(answer) == 400
    else:
        assert status(answer) == 405 and b"allow: POST" in answer and b"problem+json" in answer


def test_head_range_and_paths(quick: Served) -> None:
    with client(quick) as http:
        whole = http.get("/")
        assert http.head("/").status_code == 200 and http.head("/").content == b""
        assert http.head("/v1/predict").status_code == 405
        assert http.get("/", headers={"Range": "bytes=0-10"}).content == whole.content
        for path in ("/../../etc/passwd", "/page.js/", "/v1/predict/", "/%2e%2e/", "/%00", "/%ff"):
            answer = http.get(path)
            assert answer.status_code == 404 and answer.json()["status"] == 404, path


def test_upgrades_are_not_followed(quick: Served) -> None:
    answer = quick.send(head("Connection: Upgrade", "Upgrade: websocket", to="GET /healthz"))
    assert status(answer) == 200


def posting(http: httpx.Client, content: bytes, count: int) -> list[threading.Thread]:
    """Requests under way."""
    threads = [threading.Thread(target=http.post, args=("/v1/predict",), kwargs={"content": content})
               for _ in range(count)]  # fmt: skip
    for thread in threads:
        thread.start()
    return threads


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Images are read when the event is set, not before."""
    let, read = threading.Event(), CurrentModel.read

    def waiting(self: CurrentModel, images: Sequence[bytes], topk: int) -> list[Answer]:
        assert let.wait(20)
        return read(self, images, topk)

    monkeypatch.setattr(CurrentModel, "read", waiting)
    yield let
    let.set()


def test_who_hangs_up_is_not_read(model_file: Path, held: threading.Event) -> None:
    """While pictures keep both threads busy, requests come whose clients leave at once."""
    content = saved(letter((300, 300)), "PNG")
    with served(model_file) as own, client(own, timeout=30) as http:
        busy = posting(http, content, ThreadLane.threads)
        until(lambda: f"charmlp_waiting_images {float(len(busy))}" in http.get("/metrics").text, 20)
        for _ in range(5):
            own.send(head(f"Content-Length: {len(content)}"), content, close=True)
        until(lambda: f"charmlp_waiting_images {float(len(busy) + 5)}" in http.get("/metrics").text, 20)
        time.sleep(0.1)  # for the connections' ends
        held.set()
        for thread in busy:
            thread.join()
        until(lambda: 'charmlp_images_total{outcome="gone"} 5.0' in http.get("/metrics").text, 20)
        text = http.get("/metrics").text
        assert f'charmlp_images_total{{outcome="read"}} {float(len(busy))}' in text
        assert 'charmlp_requests_total{path="/v1/predict",status="0"} 5.0' in text  # and no 5xx


def test_a_full_queue_refuses_at_once_and_goes_on(model_file: Path, held: threading.Event) -> None:
    content = saved(letter((300, 300)), "PNG")
    with served(model_file, limits=Limits(waiting=2)) as own, client(own, timeout=30) as http:
        threads = posting(http, content, 2)
        until(lambda: "charmlp_waiting_images 2.0" in http.get("/metrics").text, 20)
        answer = http.post("/v1/predict", content=content)
        held.set()
        for thread in threads:
            thread.join()
        assert http.post("/v1/predict", content=content).status_code == 200
    assert answer.status_code == 429 and answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(("name", "size"), [("light", (48, 60)), ("heavy", (1200, 1200))])
def test_the_connection_refuses_before_the_application_is_asked(
    model_file: Path, name: str, size: tuple[int, int]
) -> None:
    content = jpeg(size)
    with served(model_file) as own, client(own) as http:
        assert http.post("/v1/predict", content=content).status_code == 200
        lane = getattr(own.server.config.loaded_app, name)
        lane.waiting = 10**6
        for _ in range(2):  # over one connection
            answer = http.post("/v1/predict", content=content)
            assert answer.status_code == 429 and answer.headers["retry-after"] == "1"
            assert answer.json()["status"] == 429 and http.get("/healthz").status_code == 200
        closing = own.send(head("Connection: close", f"Content-Length: {len(content)}"), content)
        assert status(closing) == 429
        lane.waiting = 0
        assert http.post("/v1/predict", content=content).status_code == 200
        assert 'charmlp_requests_total{path="/v1/predict",status="429"} 3.0' in http.get("/metrics").text


def test_pipelined_requests_are_answered_in_order(quick: Served) -> None:
    content = jpeg()
    one = head(f"Content-Length: {len(content)}") + content
    answer = quick.send(one + head(to="GET /healthz") + head("Connection: close", to="GET /nowhere"))
    assert re.findall(rb"HTTP/1.1 (\d{3})", answer) == [b"200", b"200", b"404"]
