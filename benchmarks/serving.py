"""`charmlp serve` beside FastAPI with PyTorch and LitServe: the same net, the same picture, in turns.

    python benchmarks/serving.py --peers ../peers/bin/python        four minutes
    python benchmarks/serving.py --rounds 1 --seconds 2
    python benchmarks/serving.py --write docs/serving.md docs/serving.zh-CN.md

Debian's wrk (a closed loop of 32 connections, 8 for large pictures) measures how many requests a server
answers, and what processor time they take, of all its processes; the open loop of openloop.py how long they
take at half of that. At last pictures of 800×600, which cost some milliseconds, come three times as fast as
the server answers them, from clients that hang up after one second: which share of its capacity does it still
answer in time?
`--peers` is a Python that has fastapi, litserve, torch and uvicorn; a peer that does not start is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pages import write_block
from PIL import Image, ImageDraw
from soak import model

from charmlp.drawing.fonts import font_for
from charmlp.modelfile import write_model

HERE = Path(__file__).resolve().parent
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
PATIENCE = 1.0  # seconds until a client hangs up
LUA = 'local f = io.open("{body}", "rb")\nwrk.method = "POST"\nwrk.body = f:read("*a")\n'
LUA += 'wrk.headers["Content-Type"] = "{kind}"\n'


@dataclass
class Server:
    """One that is measured; `closed` and `photos` are (requests a second, processor seconds of one)."""

    name: str
    path: str
    command: list[str]
    form: bool
    port: int = 0
    pid: int = 0
    closed: list[tuple[float, float]] = field(default_factory=list)
    photos: list[tuple[float, float]] = field(default_factory=list)
    half: list[dict[str, float]] = field(default_factory=list)
    overload: list[tuple[float, dict[str, float]]] = field(default_factory=list)  # share of capacity, all


def picture(size: tuple[int, int]) -> bytes:
    """A letter on a ground of soft colours, as a JPEG of some kilobytes."""
    source = np.random.default_rng(0)
    ground = source.normal(150, 40, (6, 8, 3)).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(ground).resize(size, Image.Resampling.BICUBIC)
    place = (size[0] / 2, size[1] / 2)
    ImageDraw.Draw(image).text(
        place, "A", fill=(30, 30, 60), font=font_for("A", int(size[1] * 0.7)), anchor="mm"
    )
    noisy = np.asarray(image) + source.normal(0, 3, (size[1], size[0], 3))
    file = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=75)
    return file.getvalue()


def as_form(image: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
    return head + b"Content-Type: image/jpeg\r\n\r\n" + image + b"\r\n--b--\r\n"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running(server: Server, body: bytes) -> Iterator[bool]:
    """The server, when it answers; False where it does not start."""
    server.port = free_port()
    command = [each.replace("PORT", str(server.port)) for each in server.command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=os.environ | ONE_THREAD, stdout=said, stderr=said, start_new_session=True
        )
        server.pid = process.pid
        try:
            yield answers(server, process, body)
        finally:
            for pid in reversed(family(process.pid)):
                with contextlib.suppress(OSError):
                    os.kill(pid, 15)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def answers(server: Server, process: subprocess.Popen[bytes], body: bytes) -> bool:
    end = time.monotonic() + 90
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{server.path}", body, kind_of(server))
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(request, timeout=5).status == 200
        time.sleep(0.2)
    print(f"{server.name}: does not start; left out")
    return False


def kind_of(server: Server) -> dict[str, str]:
    return {"Content-Type": "multipart/form-data; boundary=b" if server.form else "image/jpeg"}


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    found = [pid]
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [each for child in file.read_text().split() for each in family(int(child))]
    return found


def processor(pid: int) -> float:
    """Processor seconds of a process and all that it started."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def closed(server: Server, script: Path, seconds: float, connections: int = 32) -> tuple[float, float]:
    """Good answers a second to wrk, and the processor seconds of one."""
    url = f"http://127.0.0.1:{server.port}{server.path}"
    before = processor(server.pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}", "-s", str(script), url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = processor(server.pid) - before
    total = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    good = total - (int(refused[1]) if refused else 0)
    rate = float(re.search(r"Requests/sec: *([\d.]+)", said)[1])  # type: ignore[index]
    return rate * good / max(total, 1), spent / max(good, 1)


def open_loop(server: Server, body: Path, rate: float, seconds: float) -> dict[str, float]:
    kind = kind_of(server)["Content-Type"]
    command = [sys.executable, str(HERE / "openloop.py"), str(server.port), server.path, str(body), kind]
    command += [f"{rate:g}", f"{seconds:g}", f"{PATIENCE:g}"]
    found: dict[str, float] = json.loads(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout
    )
    return found


def measure(servers: list[Server], rounds: int, seconds: float, folder: Path) -> None:
    """All servers in turns, round by round; each is started anew, so that none weighs on the others."""
    files = {}
    for name, image in (("small", picture((60, 100))), ("photo", picture((800, 600)))):
        for form in (False, True):
            body = folder / f"{name}-{form}"
            body.write_bytes(as_form(image) if form else image)
            kind = "multipart/form-data; boundary=b" if form else "image/jpeg"
            body.with_suffix(".lua").write_text(LUA.format(body=body, kind=kind))
            files[name, form] = body
    for number in range(rounds):
        for server in servers:
            small, photo = files["small", server.form], files["photo", server.form]
            with running(server, small.read_bytes()) as answered:
                if not answered:
                    continue
                closed(server, small.with_suffix(".lua"), 1)  # what is loaded on the first requests
                server.closed.append(closed(server, small.with_suffix(".lua"), seconds))
                server.half.append(open_loop(server, small, server.closed[-1][0] / 2, seconds))
                server.photos.append(closed(server, photo.with_suffix(".lua"), seconds, 8))
                capacity = server.photos[-1][0]
                over = open_loop(server, photo, 3 * capacity, seconds)
                server.overload.append((over["in_time"] / seconds / capacity, over))
            last = server.closed[-1], server.half[-1]["p99"], server.photos[-1], server.overload[-1]
            print(number + 1, server.name, *last, flush=True)


ROWS = {
    "rate": ("requests a second, wrk", "每秒请求数，wrk"),
    "ratio": ("charmlp answers as many times", "charmlp 是它的几倍"),
    "time": ("processor time of a request, µs", "每个请求的处理器时间，µs"),
    "saved": ("charmlp takes as many times less", "charmlp 少用几倍"),
    "p50": ("half that rate, open loop: median, ms", "一半速率，开环：中位数，ms"),
    "p99": ("the same: 99th percentile, ms", "同上：第 99 百分位，ms"),
    "photos": ("pictures of 800×600 a second, wrk", "每秒 800×600 图像数，wrk"),
    "over": ("three times as many come: answered in time, share of that", "来三倍：按时回答的占比"),
    "told": ("others: refused, so that they can come again", "其余中被明确拒绝、可稍后再来的"),
}


def table(servers: list[Server], chinese: bool) -> str:
    ours, there = servers[0], [server for server in servers if server.closed]

    def middle(values: list[float]) -> float:
        return statistics.median(values)

    def ms(server: Server, name: str) -> str:
        values = [1000 * found[name] for found in server.half if found[name] is not None]
        return f"{middle(values):.1f}" if values else "–"

    def refused(server: Server) -> str:
        return f"{middle([o['refused'] / max(o['sent'] - o['in_time'], 1) for _, o in server.overload]):.0%}"

    def per_round(server: Server, place: int) -> list[float]:
        return [own[place] / other[place] for own, other in zip(ours.closed, server.closed, strict=False)]

    cells = {
        "rate": [f"{middle([rate for rate, _ in server.closed]):,.0f}" for server in there],
        "ratio": ["" if s is ours else f"{middle(per_round(s, 0)):.1f}" for s in there],
        "time": [f"{1e6 * middle([spent for _, spent in server.closed]):,.0f}" for server in there],
        "saved": ["" if s is ours else f"{1 / middle(per_round(s, 1)):.1f}" for s in there],
        "p50": [ms(server, "p50") for server in there],
        "p99": [ms(server, "p99") for server in there],
        "photos": [f"{middle([rate for rate, _ in server.photos]):,.0f}" for server in there],
        "over": [f"{middle([share for share, _ in server.overload]):.0%}" for server in there],
        "told": [refused(server) for server in there],
    }
    lines = [f"| | {' | '.join(server.name for server in there)} |", "|---" * (len(there) + 1) + "|"]
    lines += [f"| {ROWS[row][chinese]} | {' | '.join(found)} |" for row, found in cells.items()]
    rounds, load, cores = len(ours.closed), os.getloadavg()[0], os.cpu_count()
    said = (
        f"Medians of {rounds} rounds; {cores} cores, which clients and servers share;"
        f" load {load:.0f} at the end.",
        f"{rounds} 轮的中位数；{cores} 个核，客户端与服务共用；结束时系统负载 {load:.0f}。",
    )
    return "\n".join([*lines, "", said[chinese]]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON", help="with fastapi and litserve")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    args = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not installed (apt install wrk)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        net = model(0)
        write_model(net, folder / "model.safetensors")
        arrays = {f"weight{n}": w for n, w in enumerate(net.weights, 1)}
        arrays |= {f"bias{n}": b for n, b in enumerate(net.biases, 1)}
        np.savez(folder / "weights.npz", **arrays)
        weights, peers = str(folder / "weights.npz"), HERE / "peers"
        own = [sys.executable, "-m", "charmlp", "serve", str(folder / "model.safetensors"), "--quiet"]

        def peer(name: str, program: str) -> Server:
            return Server(name, "/predict", [args.peers, str(peers / program), weights, "PORT"], form=True)

        servers = [
            Server("charmlp", "/v1/predict", [*own, "--port", "PORT"], form=False),
            peer("FastAPI", "serving_fastapi.py"),
            peer("LitServe", "serving_litserve.py"),
        ]
        measure(servers, args.rounds, args.seconds, folder)
    print(table(servers, chinese=False))
    for page in args.write:
        write_block(page, "benchmarks/serving.py", table(servers, "zh" in page.name))


if __name__ == "__main__":
    main()
