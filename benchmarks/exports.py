"""What nets in C take and lose: flash, memory, time on an ATmega2560, accuracy on validation letters.

    python benchmarks/exports.py runs/best runs/course
    python benchmarks/exports.py runs/best runs/course --write docs/export-c.md docs/export-c.zh-CN.md

Each run is exported with 8 and with 4 bits; the accuracy is that of the run's own validation letters. Flash
is text and data of the header alone, compiled by avr-gcc and arm-none-eabi-gcc with -Os; time is that of one
letter at 16 MHz, of the net's size and of 28×28, as simavr counts cycles. What does not fit into the 256 kB
of an ATmega2560 is not run.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import tempfile
from pathlib import Path

from pages import write_block

import charmlp
from charmlp.modelfile import model_in, read_model

BITS = (8, 4)
FLASH, HERTZ, PRESCALER = 256 * 1024, 16_000_000, 1024
AVR = ("avr-gcc", "-std=c99", "-Os", "-mmcu=atmega2560")
ARM = ("arm-none-eabi-gcc", "-std=c99", "-Os", "-mthumb", "-mcpu=cortex-m3")
TIMED = """
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <stdio.h>
#include "net.h"
static uint8_t grey[NET_HEIGHT * NET_WIDTH + 28 * 28];
static int put(char c, FILE *stream)
{
    (void)stream;
    while (!(UCSR0A & (1 << UDRE0)))
        ;
    UDR0 = (uint8_t)c;
    return 0;
}
static FILE out = FDEV_SETUP_STREAM(put, NULL, _FDEV_SETUP_WRITE);
static void run(int height, int width)
{
    int32_t scores[NET_CLASSES];
    TCNT1 = 0;
    net_predict(grey, height, width, scores);
    printf("ticks %u\\n", TCNT1);
}
int main(void)
{
    unsigned i;
    for (i = 0; i < sizeof grey; i++)
        grey[i] = (uint8_t)(i * 37);
    stdout = &out;
    UCSR0B = 1 << TXEN0;
    TCCR1B = 5; /* a tick is 1024 cycles */
    run(NET_HEIGHT, NET_WIDTH);
    run(28, 28);
    cli();
    sleep_enable();
    sleep_cpu();
    return 0;
}
"""


def size_of(command: tuple[str, ...], folder: Path) -> int:
    """Bytes of text and data of the header alone."""
    subprocess.run([*command, "-c", "-x", "c", "net.h", "-o", "net.o"], cwd=folder, check=True)
    sizer = command[0].replace("gcc", "size")
    done = subprocess.run([sizer, "net.o"], cwd=folder, capture_output=True, text=True, check=True)
    text, data, *_ = done.stdout.splitlines()[1].split()
    return int(text) + int(data)


def milliseconds(folder: Path) -> list[float]:
    """Of a letter of the net's size, and of 28×28, on an ATmega2560."""
    (folder / "main.c").write_text(TIMED, "utf-8")
    subprocess.run([*AVR, "-o", "net.elf", "main.c"], cwd=folder, check=True)
    line = ["simavr", "-m", "atmega2560", "-f", str(HERTZ), "net.elf"]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, timeout=600)
    found = re.findall(r"ticks (\d+)", done.stdout + done.stderr)
    return [1000 * int(ticks) * PRESCALER / HERTZ for ticks in found]


def row(run: Path, bits: int) -> list[str]:
    """The cells of a net with so many bits."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done = charmlp.export(run, "c", bits=bits, out=folder / "net.h", max_loss=100)
        assert done.cost is not None
        ram = re.search(r"about ([\d,]+) bytes of stack", (folder / "net.h").read_text("utf-8"))
        flash = size_of(AVR, folder)
        times = [f"{time:,.0f}" for time in milliseconds(folder)] if flash < FLASH - 8000 else ["", ""]
        before, after = (f"{100 * share:.2f}" for share in (done.cost.before, done.cost.after))
        assert ram is not None
        sizes = "-".join(map(str, read_model(model_in(run)).sizes))
        cells = [run.name, sizes, str(bits), before, after, f"{flash:,}", f"{size_of(ARM, folder):,}", ram[1]]
        return [*cells, *times]


HEADS = {
    "en": (
        "run", "net", "bits", "% with floats", "% with these bits", "flash, ATmega2560", "flash, Cortex-M3",
        "stack, bytes", "ms, of its size", "ms, 28×28",
    ),
    "zh": (
        "运行", "网络", "位数", "浮点 %", "这些位数 %", "闪存，ATmega2560", "闪存，Cortex-M3", "栈，字节",
        "毫秒，网络大小的图", "毫秒，28×28",
    ),
}  # fmt: skip


def table(rows: list[list[str]], language: str) -> str:
    heads = HEADS[language]
    lines = (heads, ["---", "---", *["--:"] * (len(heads) - 2)], *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument(
        "--write", nargs=2, type=Path, metavar=("EN", "ZH"), help="pages to write the table into"
    )
    args = parser.parse_args()
    rows = [row(run, bits) for run in args.runs for bits in BITS]
    print(table(rows, "en"), end="")
    for page, language in zip(args.write or (), HEADS, strict=False):
        write_block(page, "benchmarks/exports.py", table(rows, language))


if __name__ == "__main__":
    main()
