"""A server under clients of all kinds for ten minutes: does it answer, and does its memory stay what it was?

    python benchmarks/soak.py                   ten minutes
    python benchmarks/soak.py --minutes 1
    python benchmarks/soak.py --write docs/serving.md docs/serving.zh-CN.md

Twenty clients on 127.0.0.1, each a few requests a second; four of them, one in five, send garbage, are slow,
or hang up. A model file is written anew every half minute. Ends with status 1 where a good request gets
anything but 200 or 429, a bad one anything but a 4xx or its connection's end, or the server says 5xx. The
figure is the server's resident memory at the end over that after the first tenth of the time.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
from openloop import request_of
from pages import write_block
from PIL import Image

from charmlp.modelfile import Model, write_model

CLIENTS, EVERY = 20, 5  # of which each fifth is a bad one
PAUSE = 0.1  # seconds between two requests of a client, on average


def model(seed: int) -> Model:
    """Made-up weights; what it reads does not matter."""
    source = np.random.default_rng(seed)
    weights = tuple(source.normal(size=size).astype(np.float32) / 32 for size in ((64, 1024), (26, 64)))
    classes = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    biases = tuple(np.zeros(len(weight), np.float32) for weight in weights)
    return Model(classes, (32, 32), "scale", "relu", weights, biases)


def picture(source: random.Random) -> bytes:
    """Of any size up to a small photograph, as JPEG or PNG."""
    width, height = (source.choice((20, 60, 100, 300, 900)) for _ in range(2))
    noise = np.random.default_rng(source.randrange(10**6)).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).resize((width, height)).save(file, source.choice(("JPEG", "PNG")))
    return file.getvalue()


class Soak:
    def __init__(self, port: int, seconds: float) -> None:
        self.port = port
        self.end = time.monotonic() + seconds
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.pictures = [picture(random.Random(number)) for number in range(60)]

    async def exchange(self, *pieces: bytes, pause: float = 0.0, wait: bool = True) -> int | None:
        """The status of what is answered, None where the connection just ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            if not wait:
                return None
            head = await asyncio.wait_for(reader.readline(), 60)
            return int(head.split()[1]) if head else None
        except (ConnectionError, asyncio.IncompleteReadError):
            return None
        finally:
            writer.transport.abort()

    async def good(self, source: random.Random) -> None:
        body = source.choice(self.pictures)
        kind = "image/jpeg"
        if source.random() < 0.1:
            bound = b"--b\r\nContent-Disposition: form-data; name=a; filename=a\r\n\r\n"
            body = b"".join(bound + each + b"\r\n" for each in source.sample(self.pictures, 3)) + b"--b--\r\n"
            kind = "multipart/form-data; boundary=b"
        self.judge("good", await self.exchange(request_of("/v1/predict?topk=3", body, kind)), (200, 429))

    async def bad(self, source: random.Random) -> None:
        body = source.choice(self.pictures)
        whole = request_of("/v1/predict", body, "image/png")
        ways: dict[str, Callable[[], Awaitable[int | None]]] = {
            "garbage": lambda: self.exchange(source.randbytes(2000) + b"\r\n\r\n"),
            "no image": lambda: self.exchange(request_of("/v1/predict", source.randbytes(5000), "image/png")),
            "damaged": lambda: self.exchange(request_of("/v1/predict", body[: len(body) // 2], "image/png")),
            "slow": lambda: self.exchange(
                *(whole[at : at + 40] for at in range(0, 400, 40)), pause=0.3, wait=False
            ),
            "hangs up early": lambda: self.exchange(whole[: len(whole) // 2], wait=False),
            "hangs up late": lambda: self.exchange(whole, wait=False),
            "no form": lambda: self.exchange(
                request_of("/v1/predict", body, "multipart/form-data; boundary=x")
            ),
            "elsewhere": lambda: self.exchange(request_of("/" + "x" * 200, b"", "x")),
        }
        name = source.choice([*ways])
        # half a JPEG may be read as far as it goes
        self.judge(
            name, await ways[name](), (None, 429, 400, 404, 422) + ((200,) if name == "damaged" else ())
        )

    def judge(self, name: str, status: int | None, allowed: tuple[int | None, ...]) -> None:
        self.counts[f"{name}: {status or 'no answer'}"] += 1
        if status not in allowed:
            self.faults.append(f"{name}: {status}")

    async def client(self, number: int) -> None:
        source = random.Random(number)
        work = self.good if number % EVERY else self.bad
        while time.monotonic() < self.end:
            try:
                await work(source)
            except OSError as error:
                self.faults.append(f"{work.__name__}: {error}")
            await asyncio.sleep(source.expovariate(1 / PAUSE))

    async def run(self, pid: int, file: Path) -> list[float]:
        """Megabytes of the server, at twenty times."""
        clients = [asyncio.create_task(self.client(number)) for number in range(CLIENTS)]
        found, seconds = [], self.end - time.monotonic()
        for step in range(20):
            await asyncio.sleep(seconds / 20)
            found.append(memory(pid))
            write_model(model(step % 2), file)
            print(
                f"{(step + 1) * seconds / 20:5.0f} s  {found[-1]:6.1f} MB  {self.counts.total():,} requests",
                flush=True,
            )
        await asyncio.gather(*clients)
        return found


def memory(pid: int) -> float:
    """Resident memory of a process, in megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise SystemExit("the server has ended")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the figures into")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        write_model(model(0), file)
        command = [sys.executable, "-m", "charmlp", "serve", str(file), "--port", "0", "--quiet"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert server.stdout is not None
        address = server.stdout.readline().split()[-1]
        soak = Soak(int(address.rpartition(":")[2]), 60 * args.minutes)
        try:
            found = asyncio.run(soak.run(server.pid, file))
            metrics = urllib.request.urlopen(f"{address}/metrics").read().decode()
        finally:
            server.send_signal(signal.SIGTERM)
            _, log = server.communicate(timeout=15)
    ratio = found[-1] / found[1]
    for name, count in sorted(soak.counts.items()):
        print(f"{count:8,}  {name}")
    failed = soak.faults or 'status="5' in metrics or server.returncode or '"error"' in log
    print(f"memory {found[1]:.1f} MB after a tenth, {found[-1]:.1f} MB at the end: {ratio:.3f}")
    print(*(line for line in metrics.splitlines() if line.startswith("charmlp_requests_total")), sep="\n")
    print("faults:", soak.faults[:5] if soak.faults else "none", log[-500:] if failed else "")
    for page in args.write:
        write_block(page, "benchmarks/soak.py", words(soak, found, args.minutes, "zh" in page.name))
    return 1 if failed else 0


def words(soak: Soak, found: list[float], minutes: float, chinese: bool) -> str:
    bad = sum(count for name, count in soak.counts.items() if not name.startswith("good"))
    english = (
        "{minutes:g} minutes, {total:,} requests, {bad:,} of them garbage, slow, or given up; answers that"
        " should not be: {faults}. Memory after a tenth of the time {before:.0f} MB, at the end {end:.0f} MB"
        " ({ratio:.2f} times).\n"
    )
    in_chinese = (
        "{minutes:g} 分钟内共 {total:,} 个请求，其中 {bad:,} 个是乱码、太慢或中途挂断的，"
        "不符合预期的回答 {faults} 个。内存：过了十分之一时间后 {before:.0f} MB，"
        "结束时 {end:.0f} MB（{ratio:.2f} 倍）。\n"
    )
    return (in_chinese if chinese else english).format(
        minutes=minutes,
        total=soak.counts.total(),
        bad=bad,
        faults=len(soak.faults),
        before=found[1],
        end=found[-1],
        ratio=found[-1] / found[1],
    )


if __name__ == "__main__":
    sys.exit(main())
