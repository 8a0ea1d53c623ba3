"""A mixed bag of hostile files: 100 images, 50 lists and 50 model files, no two alike.

    python -m tests.hostile.bag

prints what charmlp says about each of them, to be read by somebody who has never seen the project.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from charmlp.cli import main
from charmlp.modelfile import write_model
from tests.images.making import chunk, header, letter, png, saved, seeds, tiff
from tests.images.test_costs import BOMBS, slow_files
from tests.modelfile.making import archive, model, native_parts, pack_native
from tests.modelfile.test_course import GADGETS, archive_of, config, tensor, twice_in_the_zip
from tests.modelfile.test_native import WRONG as WRONG_NATIVE

Make = Callable[[Path], object]  # puts something at a path


def holding(data: bytes) -> Make:
    return lambda path: path.write_bytes(data)


def images() -> dict[str, Make]:
    """By name; the names say what is wrong."""
    good, end = seeds(), chunk(b"IEND", b"")
    pixels = np.asarray(letter((7, 9)))
    idat = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + bytes(row) for row in pixels)))
    found: dict[str, bytes] = {
        "empty.png": b"",
        "one byte.jpg": b"\xff",
        "zeros.png": bytes(5000),
        "text.png": b"this is a letter",
        "other text.jpg": "字母".encode("gbk"),
        "page.jpg": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        "page with space.png": b"\r\n\r\n  <HTML>",
        "drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "document.jpg": b"%PDF-1.4\n%\xe2\xe3",
        "phone.jpg": b"\0\0\0\x18ftypheic\0\0\0\0heicmif1",
        "avif.png": b"\0\0\0\x1cftypavif\0\0\0\0",
        "jpeg 2000.jpg": b"\0\0\0\x0cjP  \r\n\x87\n",
        "icon.png": b"\0\0\1\0\1\0\x10\x10\0\0\1\0",
        "photoshop.png": b"8BPS\0\1" + bytes(30),
        "archive.png": b"PK\3\4" + bytes(40),
        "packed.png": b"\x1f\x8b\x08" + bytes(40),
        "git lfs.png": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
        "list.png": b'{"0001.jpg": "A"}',
        "program.png": b"\x7fELF" + bytes(60),
        "float.tif": saved(Image.new("F", (4, 4), 0.5), "TIFF"),
        "32 bits.tif": saved(Image.new("I", (4, 4), 9), "TIFF"),
        "float.ppm": saved(Image.new("F", (4, 4), 0.5), "PPM"),
        "wrong checksum.png": png(pixels)[:29] + b"\0\0\0\0" + png(pixels)[33:],
        "wrong checksum of pixels.png": header(7, 9) + idat[:-4] + b"\0\0\0\0" + end,
        "no pixels.png": header(7, 9) + end,
        "too few pixels.png": header(7, 90) + idat + end,
        "zero wide.png": header(0, 9) + idat + end,
        "three bits.png": header(7, 9, 3) + idat + end,
        "colour seven.png": header(7, 9, 8, 7) + idat + end,
        "no header.png": b"\x89PNG\r\n\x1a\n" + idat + end,
        "pixels that are none.png": header(7, 9) + chunk(b"IDAT", b"\x78\x9cgarbage") + end,
        "palette without palette.png": header(7, 9, 8, 3) + chunk(b"IDAT", b"garbage") + end,
        "text bomb.png": png(pixels, more=[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**26), 9))]),
        "profile bomb.png": png(pixels, more=[chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(2**26), 9))]),
        "much text.png": png(pixels, more=[chunk(b"prIv", bytes(2**20))] * 17),
        "cut marker.jpg": b"\xff\xd8\xff\xe0",
        "no scan.jpg": good["JPEG"][: good["JPEG"].index(b"\xff\xda")],
        "12 bits.jpg": good["JPEG"].replace(b"\xff\xc0\0\x11\x08", b"\xff\xc0\0\x11\x0c"),
        "zero high.jpg": good["JPEG"].replace(b"\xff\xc0\0\x11\x08\0\x09", b"\xff\xc0\0\x11\x08\0\0"),
        "no tables.jpg": b"\xff\xd8" + good["JPEG"][good["JPEG"].index(b"\xff\xc0") :],
        "many scans.jpg": good["JPEG progressive"][:-2]
        + good["JPEG progressive"][good["JPEG progressive"].rindex(b"\xff\xda") : -2] * 99
        + b"\xff\xd9",
        "no frame.gif": b"GIF89a\1\0\1\0\0\0\0;",
        "odd frame.gif": b"GIF89a\1\0\1\0\0\0\0,\xff\xff\xff\xff\0\0\0\0\0\x08\0;",
        "no directory.tif": b"II*\0" + struct.pack("<I", 10**6),
        "directory in a circle.tif": b"II*\0" + struct.pack("<IHI", 8, 0, 8),
        "no size.tif": tiff([(258, 3, 1, b"\x08\0\0\0")]),
        "strips elsewhere.tif": tiff(
            [(256, 3, 1, b"\7\0\0\0"), (257, 3, 1, b"\7\0\0\0"), (258, 3, 1, b"\x08\0\0\0"),
             (262, 3, 1, b"\1\0\0\0"), (273, 4, 1, b"\xff\xff\xff\x7f"), (279, 4, 1, b"\x31\0\0\0")]
        ),
        "a thousand samples.tif": tiff(
            [(256, 3, 1, b"\7\0\0\0"), (257, 3, 1, b"\7\0\0\0"), (258, 3, 1, b"\x08\0\0\0"),
             (262, 3, 1, b"\1\0\0\0"), (277, 3, 1, b"\xe8\3\0\0")]
        ),
        "no canvas.webp": b"RIFF\x10\0\0\0WEBPVP8X",
        "another riff.webp": b"RIFF\x10\0\0\0WAVEfmt ",
        "no numbers.ppm": b"P6\nseven nine 255\n",
        "white of zero.ppm": b"P6 7 9 0\n" + bytes(200),
        "negative.pgm": b"P2 2 2 255 -1 -1 -1 -1",
        "too bright.pgm": b"P2 2 2 15 16 16 16 16",
        "letters.pgm": b"P2 2 2 255 a b c d",
        "header of all kinds.bmp": b"BM" + struct.pack("<IHHII", 0, 0, 0, 54, 4000) + bytes(40),
        "palette of millions.bmp": b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 0, 0, 0, 54, 40, 7, 9, 1, 8, 0, 0, 0, 0, 2**31 - 1, 0),
    }  # fmt: skip
    found |= {f"cut off {kind}.png": data[: len(data) * 2 // 3] for kind, data in good.items()}
    found |= {f"bomb {kind}.png": data for kind, data in BOMBS.items()}
    slow = slow_files()
    found |= {f"slow {kind}.png": slow[kind]() for kind in ("png of empty chunks", "png in single bytes",
              "jpeg with notes", "gif with remarks", "ppm with remarks only", "ppm with blanks")}  # fmt: skip
    makes = {name: holding(data) for name, data in found.items()}
    makes["folder.png"] = Path.mkdir
    if sys.platform != "win32":
        makes |= {
            "pipe.png": os.mkfifo,
            "zero.png": lambda path: path.symlink_to("/dev/zero"),
            "to nowhere.png": lambda path: path.symlink_to("nowhere"),
            "loop.png": lambda path: path.symlink_to(path.name),
            "red \x1b[31m.png": holding(b"x"),
        }
    return makes


def lists() -> dict[str, Make]:
    """Lists and tables for a folder whose `images/` holds a.png, b.png and sub/c.png."""
    whole = {"a.png": "A", "b.png": "B"}

    def entry(name: object, label: object) -> bytes:
        return json.dumps(whole | {str(name): label}).encode()

    found = {
        "empty.json": b"",
        "only space.json": b" \n",
        "no entry.json": b"{}",
        "array.json": b'["a.png", "b.png"]',
        "array of objects.json": b'[{"path": "a.png", "label": "A"}]',
        "text.json": b'"a.png"',
        "null.json": b"null",
        "not a number.json": b"NaN",
        "trailing comma.json": b'{"a.png": "A",\n "b.png": "B",\n}',
        "missing comma.json": b'{"a.png": "A"\n "b.png": "B"}',
        "single quotes.json": b"{'a.png': 'A'}",
        "cut off.json": b'{"a.png": "A", "b.pn',
        "two.json": b'{"a.png": "A"} {"b.png": "B"}',
        "backslash.json": rb'{"sub\c.png": "C"}',
        "comment.json": b'// my list\n{"a.png": "A"}',
        "nested.json": b'{"train": {"a.png": "A"}}',
        "brackets.json": b"[" * 200_000,
        "braces.json": b'{"a":' * 100_000,
        "gbk.json": '{"甲.png": "甲"}'.encode("gbk"),
        "utf-16.json": '{"a.png": "A"}'.encode("utf-16"),
        "latin.json": '{"é.png": "E"}'.encode("latin-1"),
        "picture.json": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "table.json": b"path,label\na.png,A\n",
        "missing file.json": entry("gone.png", "A"),
        "many missing.json": json.dumps({f"{n}.png": "A" for n in range(9)}).encode(),
        "wrong case.json": entry("A.PNG", "A"),
        "folder as image.json": entry("sub", "A"),
        "missing folder.json": entry("none/c.png", "A"),
        "absolute.json": entry("/etc/passwd", "A"),
        "drive.json": entry("C:\\a.png", "A"),
        "above.json": entry("../a.png", "A"),
        "long name.json": entry("n" * 5000, "A"),
        "nul.json": entry("a\0.png", "A"),
        "escape.json": entry("a\x1b[31m.png", "A"),
        "number.json": entry("a.png", 7),
        "no label.json": entry("a.png", ""),
        "space.json": entry("a.png", "A "),
        "label null.json": entry("a.png", None),
        "label array.json": entry("a.png", ["A"]),
        "label control.json": entry("a.png", "A\x07"),
        "twice.json": b'{"a.png": "A", "a.png": "B"}',
        "twice in two spellings.json": b'{"sub/c.png": "A", "sub\\\\c.png": "B"}',
        "columns.csv": b"this,that\na.png,A\n",
        "only columns.csv": b"path,label\n",
        "cells.csv": b"path,label\na.png\nb.png,B\n",
        "quote.csv": b'path,label\na.png,"A\n',
        "split.csv": b"path,label,split\na.png,A,practice\n",
        "twice.csv": b"path,label,label\na.png,A,B\n",
        "missing.csv": b"path,label\ngone.png,A\n",
        "no table.parquet": b"PAR1 no table PAR1",
        "infinity.json": b'{"a.png": Infinity}',
        "only a mark.json": b"\xef\xbb\xbf",
        "lone surrogate.json": b'{"\\ud800.png": "A"}',
        "long label.json": entry("a.png", "A" * 5000),
        "dot.json": entry(".", "A"),
        "no name.json": entry("", "A"),
        "folder name.json": entry("sub/", "A"),
        "all at once.csv": b"path,label\n" + b"\n".join(b"%d.png" % n for n in range(2000)),
    }
    return {name: holding(data) for name, data in found.items()}


def models() -> dict[str, Make]:
    """Model files of both kinds."""
    parts = native_parts(model())
    whole, pth = pack_native(*parts), archive_of()
    found = {
        "empty.safetensors": b"",
        "empty.pth": b"",
        "text.safetensors": b"my model",
        "text.pth": b"my model",
        "zeros.pth": bytes(1000),
        "endless header.safetensors": b"\xff" * 8 + b"{}",
        "torch by content.safetensors": pth,
        "safetensors by content.pth": whole,
        "cut off.safetensors": whole[:-7],
        "more behind.safetensors": whole + b"more",
        "flipped.safetensors": whole[:-2] + bytes((whole[-2] ^ 1,)) + whole[-1:],
        "cut off.pth": pth[:-7],
        "flipped.pth": pth.replace(model().biases[1].tobytes()[:8], bytes(8)),
        "plain pickle.pth": b"\x80\x04\x95\x1a\0\0\0\0\0\0\0\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R.",
        "twice in the zip.pth": twice_in_the_zip(),
        "packed.pth": archive(b"\x80\x02}.", [bytes(2**20)], compression=8),
        "another archive.pth": archive(b"", [], {"other/x": b""}),
        "no pickle.pth": archive(b"", []),
        "program.pth": archive_of(more={"model/code/x.py": b"import os"}),
        "wrong activation.pth": config(act_type="gelu"),
        "negative size.pth": config(norm_size=(-32, -32)),
        "large size.pth": config(norm_size=(10**6, 10**6)),
        "hidden of a billion.pth": config(hidden_size=(10**9,)),
        "ten classes.pth": config(output_size=10),
        "layers.pth": config(n_layers=100_000),
        "more configs.pth": config(dropout=0.5),
        "number for tensor.pth": tensor("net.0.W", 7),
        "unknown tensor.pth": tensor("net.9.W", 7),
    }
    for name, called in list(GADGETS.items())[:6]:
        found[f"gadget {name}.pth"] = tensor("net.0.W", called + b"U\x02ls\x85R")
    for number, (spoil, words) in enumerate(WRONG_NATIVE):
        if words and number % 4 == 0:
            found[f"spoiled {number}.safetensors"] = spoil(*parts)
    makes = {name: holding(data) for name, data in found.items()}
    makes["folder.pth"] = Path.mkdir
    return makes


def fill(folder: Path, makes: dict[str, Make]) -> Iterator[Path]:
    """Make everything in a folder."""
    folder.mkdir(parents=True)
    for name, make in makes.items():
        make(folder / name)
        yield folder / name


def lists_in(folder: Path) -> list[Path]:
    """The lists, with the images that some of them name."""
    for number, name in enumerate(("a.png", "b.png", "sub/c.png")):
        path = folder / "lists" / "images" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), number).save(path)
    for name, make in lists().items():
        make(folder / "lists" / name)
    return [folder / "lists" / name for name in lists()]


def good_ones(folder: Path) -> tuple[Path, Path]:
    """An image and a model that are read."""
    write_model(model((), (8, 8)), folder / "good.safetensors")
    letter().save(folder / "good.png")
    return folder / "good.png", folder / "good.safetensors"


def told(*arguments: Any) -> tuple[int, str, str]:
    """Status, output and errors of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return status, out.getvalue(), err.getvalue()


def print_all(folder: Path) -> None:
    """Everything that is said, one line a file."""
    image, good = good_ones(folder)
    commands = [("predict", path, "--model", good) for path in fill(folder / "images", images())]
    commands += [("info", path) for path in lists_in(folder)]
    commands += [("predict", image, "--model", path) for path in fill(folder / "models", models())]
    for command in commands:
        status, out, err = told(*command)
        print(status, (err or out).replace(str(folder), "").replace("charmlp: error: ", ""), end="")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        print_all(Path(place))
