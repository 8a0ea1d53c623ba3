"""The header on an ATmega2560, by simavr, and on a Cortex-M3, by QEMU: the same numbers, in little memory."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from charmlp.calculus import ACTIVATIONS
from charmlp.exporting import c
from charmlp.exporting.c.header import MOST_CODE
from charmlp.exporting.c.integer import integer_parts
from charmlp.exporting.quantised import IntegerModel, quantise
from charmlp.modelfile import Model
from tests.exporting.nets import letters, net

pytestmark = pytest.mark.full

COURSE = {"hidden": (32,), "sides": (32, 32)}
MOST_FLASH, MOST_RAM = 20_000, 8192
STRICT = ("-std=c99", "-Os", "-Wall", "-Wextra")
AVR = ("avr-gcc", *STRICT, "-mmcu=atmega2560")
ARM = (
    "arm-none-eabi-gcc",
    *STRICT,
    "-Wconversion",
    "-Werror",
    "-ffreestanding",
    "-mthumb",
    "-mcpu=cortex-m3",
)

READ = """
#define NET_SELF_TEST
#include "net.h"
static const uint8_t pictures[{count}][{size}] NET_FLASH = {{{pictures}}};
static const int sides[{count}][2] = {{{sides}}};
static uint8_t grey[{size}];
static void say(long value);
static void read_all(void)
{{
    int32_t scores[NET_CLASSES];
    int n, k;
    say(net_self_test());
    for (n = 0; n < {count}; n++) {{
        net_bytes from = NET_AT(pictures[0]) + (uint32_t)n * {size};
        for (k = 0; k < {size}; k++)
            grey[k] = NET_BYTE(from++);
        say(net_predict(grey, sides[n][0], sides[n][1], scores));
        for (k = 0; k < NET_CLASSES; k++)
            say(scores[k]);
    }}
}}
"""
ON_AVR = """
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <stdio.h>
static void say(long value)
{
    char text[14], *next = text;
    sprintf(text, "%ld\\n", value);
    for (; *next; next++) {
        while (!(UCSR0A & (1 << UDRE0)))
            ;
        UDR0 = (uint8_t)*next;
    }
}
int main(void)
{
    UCSR0B = 1 << TXEN0;
    read_all();
    cli();
    sleep_enable();
    sleep_cpu();
    return 0;
}
"""
ON_ARM = """
static void host(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static void say(long value)
{
    char text[13], *end = text + 12;
    unsigned long left = value < 0 ? 0ul - (unsigned long)value : (unsigned long)value;
    *end = 0;
    *--end = '\\n';
    do
        *--end = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0)
        *--end = '-';
    host(4, end);
}
static void run(void)
{
    read_all();
    host(0x18, (const void *)0x20026);
    for (;;)
        ;
}
typedef void (*vector)(void);
__attribute__((section(".vectors"), used)) static const vector vectors[2] = {(vector)0x20010000, run};
"""


def need(*programs: str) -> None:
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"no {program}")


def whole_of(model: Model, bits: int) -> IntegerModel:
    return quantise(model, bits, letters(60, model.norm_size))


def header_of(model: Model, bits: int) -> str:
    picture = letters(1, (24, 20))[0]
    parts = c.float_parts(model, picture) if bits == 32 else integer_parts(whole_of(model, bits), picture)
    return c.header(model, parts, "net", "A net.")


def given_letters() -> list[NDArray[np.uint8]]:
    """Of the net's size, larger, smaller, and tall ones."""
    return [
        letters(1, size, seed)[0]
        for seed, size in enumerate(((32, 32), (32, 32), (50, 40), (60, 17), (9, 21)))
    ]


def write(folder: Path, model: Model, bits: int, rest: str) -> list[NDArray[np.uint8]]:
    """The program that reads the letters."""
    some = given_letters()
    size = max(picture.size for picture in some)
    lines = (", ".join(map(str, picture.ravel().tolist())) for picture in some)
    text = READ.format(
        count=len(some),
        size=size,
        pictures=", ".join(f"{{{line}}}" for line in lines),
        sides=", ".join(f"{{{height}, {width}}}" for height, width in (picture.shape for picture in some)),
    )
    (folder / "net.h").write_text(header_of(model, bits), "utf-8")
    (folder / "main.c").write_text(text + rest, "utf-8")
    return some


def expected(model: Model, bits: int, some: list[NDArray[np.uint8]]) -> list[int]:
    """0 of the self-test, and of each letter the class and the scores."""
    found = [0]
    for picture in some:
        scores = whole_of(model, bits).scores_of(picture)
        found += [int(scores.argmax()), *scores.tolist()]
    return found


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("preprocessing", ["standardize", "scale"])
def test_on_an_atmega2560(bits: int, preprocessing: str, tmp_path: Path) -> None:
    need("avr-gcc", "simavr")
    model = net(**COURSE, preprocessing=preprocessing)  # type: ignore[arg-type]
    some = write(tmp_path, model, bits, ON_AVR)
    subprocess.run([*AVR, "-Werror", "-o", "net.elf", "main.c"], cwd=tmp_path, check=True)
    line = ["simavr", "-m", "atmega2560", "-f", "16000000", "net.elf"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=250)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert [int(number) for number in re.findall(r"^(-?\d+)\.?$", printed, re.M)] == expected(
        model, bits, some
    )


def test_where_constants_are_beyond_64_kilobytes(tmp_path: Path) -> None:
    """Whose addresses take more than 16 bits."""
    need("avr-gcc", "simavr")
    model = net((128,), sides=(32, 32))
    some = write(tmp_path, model, 8, ON_AVR)
    subprocess.run([*AVR, "-Werror", "-o", "net.elf", "main.c"], cwd=tmp_path, check=True)
    line = ["simavr", "-m", "atmega2560", "-f", "16000000", "net.elf"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=250)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    assert [int(number) for number in re.findall(r"^(-?\d+)\.?$", printed, re.M)] == expected(model, 8, some)


@pytest.mark.parametrize("bits", [8, 4])
def test_on_a_cortex_m3(bits: int, tmp_path: Path) -> None:
    need("arm-none-eabi-gcc", "qemu-system-arm")
    model = net(**COURSE)  # type: ignore[arg-type]
    some = write(tmp_path, model, bits, ON_ARM)
    place = ("-nostartfiles", "-Wl,--section-start=.vectors=0", "-Wl,-Ttext=0x100")
    subprocess.run([*ARM, *place, "-o", "net.elf", "main.c"], cwd=tmp_path, check=True)
    machine = ("qemu-system-arm", "-M", "mps2-an385", "-nographic", "-monitor", "none", "-serial", "none")
    line = [*machine, "-semihosting-config", "enable=on,target=native", "-kernel", "net.elf"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=250)
    assert [int(number) for number in (done.stdout + done.stderr).split()] == expected(model, bits, some)


def sizes(folder: Path, text: str) -> int:
    """Bytes of text and data of the header alone, for an ATmega2560."""
    (folder / "net.h").write_text(text, "utf-8")
    subprocess.run([*AVR, "-c", "-x", "c", "net.h", "-o", "net.o"], cwd=folder, check=True)
    done = subprocess.run(["avr-size", "net.o"], cwd=folder, capture_output=True, text=True, check=True)
    text_, data, *_ = done.stdout.splitlines()[1].split()
    return int(text_) + int(data)


def test_the_courses_net_of_4_bits_is_small(tmp_path: Path) -> None:
    need("avr-gcc", "avr-size")
    model = net(**COURSE)  # type: ignore[arg-type]
    assert sizes(tmp_path, header_of(model, 4)) < MOST_FLASH


@pytest.mark.parametrize("act_type", ACTIVATIONS)
def test_code_is_as_small_as_the_comment_says(act_type: str, tmp_path: Path) -> None:
    need("avr-gcc", "avr-size")
    for bits in (8, 4, 32):
        text = header_of(net(act_type=act_type), bits)
        constants = int(re.search(r"Flash   ([\d,]+) bytes", text)[1].replace(",", ""))  # type: ignore[index]
        code = sizes(tmp_path, text) - constants
        assert code < MOST_CODE["float" if bits == 32 else "int32_t"], bits
