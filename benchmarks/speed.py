"""How fast charmlp is beside other programs, every figure a ratio of one run.

    python benchmarks/speed.py ../shared/data/scene-letters
    python benchmarks/speed.py DATA --only compiled,analytic --rounds 5
    python benchmarks/speed.py DATA --write docs/performance.md docs/performance.zh-CN.md

DATA is a folder with the course's lists and images. Each row runs charmlp and a peer in turn, several rounds,
and divides the medians. Rows of one core count user and system time of whole processes, children included;
they are kept to one core where the system allows it (`make bench` unsets OPENBLAS_CORETYPE, so that BLAS
takes the processor for what it is). Needs the extra `bench`. Run it on a quiet machine: processor time also
grows when caches and memory are shared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON = sys.executable
ONE_CORE = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}


@dataclass(frozen=True)
class Measured:
    """One process: user and system time and wall clock in seconds, peak memory in MB, what it printed."""

    processor: float
    wall: float
    memory: float
    printed: str


def keep_to_one_core() -> None:
    """Of those that the process may use, where the system has such a thing."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


class Bench:
    """Runs programs in a folder of their own, with caches of their own."""

    def __init__(self, data: Path, rounds: int, folder: Path) -> None:
        self.data, self.rounds, self.folder = data.resolve(), rounds, folder
        self.cache = folder / "cache"

    def run(
        self, *command: str, cores: int = 1, cache: Path | None = None, stdin: Path | None = None
    ) -> Measured:
        """Run one program to its end; raises `RuntimeError` with its last words where it fails."""
        place = cache or self.cache
        drop = {"OPENBLAS_CORETYPE", "PYTHONDONTWRITEBYTECODE", "NUMBA_CACHE_DIR"}
        environment = {name: value for name, value in os.environ.items() if name not in drop}
        environment |= {"CHARMLP_CACHE": str(place), "MPLCONFIGDIR": str(place / "matplotlib")}
        environment |= ONE_CORE if cores == 1 else {}
        with tempfile.TemporaryFile() as out, open(stdin or os.devnull, "rb") as source:  # noqa: PTH123
            start = time.perf_counter()
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdin=source,
                stdout=out,
                stderr=subprocess.STDOUT,
                preexec_fn=keep_to_one_core if cores == 1 else None,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            printed = out.read().decode(errors="replace")
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: {printed[-2000:]}")
        memory = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
        return Measured(usage.ru_utime + usage.ru_stime, wall, memory, printed)

    def medians(self, *programs: Callable[[], float], rounds: int | None = None) -> list[float]:
        """The median of each program's figure, the programs taking turns."""
        figures = [[program() for program in programs] for _ in range(rounds or self.rounds)]
        return [statistics.median(column) for column in zip(*figures, strict=True)]

    def ratio(self, ours: Callable[[], float], peer: Callable[[], float], rounds: int | None = None) -> float:
        mine, theirs = self.medians(ours, peer, rounds=rounds)
        print(f"    charmlp {mine:.4g}, peer {theirs:.4g}", file=sys.stderr)
        return theirs / mine

    def loop(self, *arguments: str, cores: int = 1) -> float:
        """The figure that benchmarks/loops.py prints."""
        return float(self.run(PYTHON, str(HERE / "loops.py"), *arguments, cores=cores).printed.split()[-1])

    def peer(self, name: str, *arguments: str, cores: int = 1) -> Measured:
        return self.run(PYTHON, str(HERE / "peers" / f"{name}.py"), *arguments, cores=cores)

    def charmlp(
        self, *arguments: str, cores: int = 1, cache: Path | None = None, stdin: Path | None = None
    ) -> Measured:
        return self.run(PYTHON, "-m", "charmlp", *arguments, cores=cores, cache=cache, stdin=stdin)

    def slides(self, *more: str, cache: Path | None = None) -> Measured:
        flags = ("--recipe", "slides", "--data", str(self.data), "--out", "slides", "--overwrite")
        return self.charmlp("train", *flags, *more, cache=cache)

    def course(self) -> float:
        """Processor seconds of the course-style program: fifty epochs, reckoned from runs of two and of six.

        Validation, which comes every tenth epoch, is left out: to the peer's advantage.
        """
        two, six = (self.peer("course", str(self.data), epochs).processor for epochs in ("2", "6"))
        return two + 48 * (six - two) / 4


def loop_row(step: str, hidden: int, optimizer: str) -> Callable[[Bench], float]:
    def measure(bench: Bench) -> float:
        return bench.ratio(
            lambda: bench.loop("small", step, "6000", str(hidden), optimizer),
            lambda: float(bench.peer("idiomatic", "1500", str(hidden), optimizer).printed),
        )

    return measure


def whole(*more: str) -> Callable[[Bench], float]:
    def measure(bench: Bench) -> float:
        bench.slides(*more)  # the second run counts
        return bench.ratio(lambda: bench.slides(*more).processor, bench.course, rounds=3)

    return measure


def whole_best(bench: Bench) -> float:
    """Wall-clock seconds of the second run."""
    flags = ("--data", str(bench.data), "--out", "whole-best", "--overwrite")
    bench.charmlp("train", *flags, "--updates", "20", cores=2)
    return bench.medians(lambda: bench.charmlp("train", *flags, cores=2).wall)[0]


def first_best(bench: Bench) -> float:
    """Processor seconds of a short run that has to compile, choose fonts, draw and render first."""
    flags = ("--data", str(bench.data), "--out", "first-best", "--overwrite", "--updates", "20")

    def fresh() -> float:
        with tempfile.TemporaryDirectory() as cache:
            return bench.charmlp("train", *flags, cores=2, cache=Path(cache)).processor

    return bench.medians(fresh, rounds=2)[0]


def first_run(bench: Bench) -> float:
    """Without a cache of any kind, the operating system's own apart."""

    def fresh() -> float:
        with tempfile.TemporaryDirectory() as cache:
            return bench.slides(cache=Path(cache)).processor

    return bench.ratio(fresh, bench.course, rounds=2)


def best(bench: Bench) -> float:
    """A tenth of the recipe's updates, 5,000 rendered letters, which both find in the cache; wall clock."""
    flags = ("--data", str(bench.data), "--out", "best", "--overwrite", "--updates", "250")
    flags += ("--synth_count", "5000")

    def ours() -> float:
        return bench.charmlp("train", *flags, cores=2).wall

    def theirs() -> float:
        return bench.peer("best", str(bench.data), "250", "5000", cores=2).wall

    ours(), theirs()
    return bench.ratio(ours, theirs)


def large(bench: Bench) -> float:
    return bench.medians(lambda: bench.loop("large", "9"))[0]


def predict_one(bench: Bench) -> float:
    if not (bench.folder / "slides").is_dir():
        bench.slides()
    image = str(sorted((bench.data / "new_images").iterdir())[0])
    bench.charmlp("predict", image, "--model", "slides")
    return bench.ratio(
        lambda: bench.charmlp("predict", image, "--model", "slides").processor,
        lambda: bench.run(PYTHON, "-c", "import torch").processor,
        rounds=2 * bench.rounds + 1,
    )


def predict_many(bench: Bench) -> float:
    """Twenty thousand paths, the photographs several times over; wall clock."""
    if not (bench.folder / "slides").is_dir():
        bench.slides()
    images = sorted(str(path) for path in (bench.data / "images").iterdir())
    paths = bench.folder / "paths"
    paths.write_text("".join(f"{path}\n" for path in (images * -(-20_000 // len(images)))[:20_000]))
    return bench.ratio(
        lambda: bench.charmlp("predict", "-", "--model", "slides", cores=2, stdin=paths).wall,
        lambda: bench.peer("reading", str(paths), cores=2).wall,
        rounds=2,
    )


def memory(bench: Bench) -> float:
    return bench.slides("--pictures", "off").memory


def memory_with_pictures(bench: Bench) -> float:
    return bench.slides().memory


def two_cores(verb: str) -> Callable[[Bench], float]:
    def measure(bench: Bench) -> float:
        if verb == "pack":
            one, two = bench.medians(
                *(lambda n=n: bench.loop("pack", str(bench.data), n, cores=2) for n in ("1", "2"))  # type: ignore[misc]
            )
        else:
            one, two = bench.medians(
                lambda: bench.loop("render", "16000", cores=1), lambda: bench.loop("render", "16000", cores=2)
            )
        return one / two

    return measure


@dataclass(frozen=True)
class Row:
    """A row of the table: words in English and Chinese, how it is measured, must, goal and stretch."""

    words: str
    chinese: str
    measure: Callable[[Bench], float]
    targets: tuple[str, str, str]
    unit: str = "×"


ROWS = {
    "compiled": Row(
        "slides recipe, loop alone, against idiomatic PyTorch: compiled",
        "配方 slides，仅训练循环，对比常规 PyTorch：compiled",
        loop_row("compiled", 32, "sgd"), ("17×", "20×", "25×"),
    ),
    "analytic": Row(
        "the same: analytic on NumPy", "同上:analytic(NumPy)",
        loop_row("analytic", 32, "sgd"), ("5×", "7×", "9×"),
    ),
    "train": Row(
        "`charmlp train`, slides recipe, whole process, against a course-style program"
        " that decodes each epoch",
        "`charmlp train`，配方 slides，整个进程，对比每轮重新解码的课程式程序",
        whole("--pictures", "off"), ("15×", "25×", "40×"),
    ),
    "train-pictures": Row(
        "the same with two pictures, which the peer does not draw", "同上,并绘制两张图(对方不绘图)",
        whole(), ("18×", "25×", "30×"),
    ),
    "first": Row(
        "the same, pictures too, very first run (nothing compiled, nothing cached)",
        "同上（含图），首次运行（无任何缓存）",
        first_run, ("3×", "6×", "10×"),
    ),
    "adam": Row(
        "hidden 64 with Adam, loop alone, against idiomatic PyTorch: compiled",
        "隐层 64，Adam，仅训练循环，对比常规 PyTorch：compiled",
        loop_row("compiled", 64, "adam"), ("6×", "12×", "20×"),
    ),
    "best": Row(
        "recipe `best`, whole process, two cores, wall clock, against the same in idiomatic PyTorch"
        " (250 updates)",
        "配方 `best`，整个进程，双核，实际时间，对比常规 PyTorch（250 次更新）",
        best, ("2.5×", "3.5×", "5×"),
    ),
    "best-whole": Row(
        "`charmlp train` on scene-letters, recipe `best`, two cores, warm, wall clock",
        "`charmlp train`（scene-letters，配方 `best`），双核，非首次运行，实际时间",
        whole_best, ("22 s", "16 s", "13 s"), " s",
    ),
    "best-first": Row(
        "the same with 20 updates, nothing compiled, nothing cached: processor time",
        "同上，仅 20 次更新，首次运行（无任何缓存）：处理器时间",
        first_best, ("", "", ""), " s",
    ),
    "large": Row(
        "1024-2048-2048-26, batch 512, AdamW: share of the matrix-product peak of the same run",
        "1024-2048-2048-26，批 512，AdamW：占同次运行矩阵乘法峰值的比例",
        large, ("0.85", "0.92", "0.96"), "",
    ),
    "predict": Row(
        "`charmlp predict`, one image, whole process, against `python -c 'import torch'`",
        "`charmlp predict` 一张图，整个进程，对比 `python -c 'import torch'`",
        predict_one, ("9.5×", "10.5×", ""),
    ),
    "predict-many": Row(
        "`charmlp predict` of 20,000 JPEGs, two cores, wall clock, against the course-style pipeline"
        " on two cores",
        "`charmlp predict` 20,000 张 JPEG，双核，实际时间，对比课程式流程（双核）",
        predict_many, ("1.3×", "2×", "3×"),
    ),
    "memory": Row(
        "peak memory of `charmlp train`, slides recipe", "`charmlp train`(配方 slides)的内存峰值",
        memory, ("250 MB", "150 MB", "100 MB"), " MB",
    ),
    "memory-pictures": Row(
        "the same with its two pictures", "同上,并绘制两张图",
        memory_with_pictures, ("", "", ""), " MB",
    ),
    "pack": Row(
        "two cores against one: decoding, wall clock", "双核对比单核:解码,实际时间",
        two_cores("pack"), ("1.7×", "1.9×", "1.95×"),
    ),
    "render": Row(
        "two cores against one: rendering, wall clock", "双核对比单核:渲染,实际时间",
        two_cores("render"), ("1.7×", "1.9×", "1.95×"),
    ),
}  # fmt: skip


def spell(row: Row, figure: float) -> str:
    """`17.3×`, `0.91`, `55 MB`, `14 s`."""
    return (
        f"{figure:.0f}{row.unit}"
        if row.unit in (" MB", " s")
        else f"{figure:.{1 if row.unit else 2}f}{row.unit}"
    )


def table(figures: dict[str, float], peak: float, chinese: bool) -> str:
    """The table in Markdown, with the command and the machine."""
    head = "| 指标 | 实测 | 必须 | 目标 | 更高 |" if chinese else "| Measure | here | must | goal | stretch |"
    lines = [head, "|---|---|---|---|---|"]
    for name, figure in figures.items():
        row = ROWS[name]
        targets = " | ".join(row.targets)
        lines.append(f"| {row.chinese if chinese else row.words} | {spell(row, figure)} | {targets} |")
    machine = (
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )
    command = "`python benchmarks/speed.py ../shared/data/scene-letters --write …` (`make bench`)"
    if chinese:
        lines += ["", f"命令：{command}。机器：{machine}；单核单精度矩阵乘法 {peak:.0f} GFLOP/s。"]
    else:
        lines += ["", f"{command} on {machine}; matrix products on one core: {peak:.0f} GFLOP/s in float32."]
    return "\n".join(lines)


def processor() -> str:
    """The processor's name, where the system tells."""
    try:
        text = Path("/proc/cpuinfo").read_text()
        return (re.search(r"model name\s*: (.*)", text) or [""])[1] or platform.machine()
    except OSError:
        return platform.processor() or platform.machine()


def write(document: Path, text: str) -> None:
    """Put the table between the document's markers."""
    begin, end = "<!-- speed: begin -->", "<!-- speed: end -->"
    before, _, rest = document.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise SystemExit(f"{document}: no place for the table: {begin} … {end}")
    document.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with train.json, validation.json and images/")
    parser.add_argument("--only", help=f"rows, by comma, of {', '.join(ROWS)}")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of most rows (default 3)")
    parser.add_argument("--write", nargs=2, type=Path, metavar=("ENGLISH", "CHINESE"), help="documents")
    arguments = parser.parse_args()
    if not (arguments.data / "train.json").is_file():
        parser.error(f"{arguments.data}: no train.json there")
    chosen = arguments.only.split(",") if arguments.only else list(ROWS)
    if unknown := set(chosen) - set(ROWS):
        parser.error(f"--only: no row {', '.join(sorted(unknown))}")
    kept = Path("runs") / "benchmark-speed.json"  # a part of the rows may be measured anew
    figures: dict[str, float] = json.loads(kept.read_text()) if kept.is_file() and arguments.only else {}
    folder = Path(tempfile.mkdtemp(prefix="charmlp-speed-"))
    try:
        bench = Bench(arguments.data, arguments.rounds, folder)
        script = "import numpy as n,time\na=n.ones((2048,2048),'f4')\na@a\nt=time.process_time()\na@a\n"
        script += "print(2*2048**3/(time.process_time()-t)/1e9)"
        peak = bench.medians(lambda: float(bench.run(PYTHON, "-c", script).printed))[0]
        for name in chosen:
            start = time.perf_counter()
            try:
                figures[name] = ROWS[name].measure(bench)
            except RuntimeError as error:  # the other rows are wanted all the same
                print(f"{name}: failed: {error}", file=sys.stderr)
                figures.pop(name, None)
                continue
            took = time.perf_counter() - start
            print(f"{name}: {spell(ROWS[name], figures[name])}   ({took:.0f} s)", file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(json.dumps(figures))
    figures = {name: figures[name] for name in ROWS if name in figures}
    print(table(figures, peak, chinese=False))
    if arguments.write:
        for document, chinese in zip(arguments.write, (False, True), strict=True):
            write(document, table(figures, peak, chinese))


if __name__ == "__main__":
    main()
