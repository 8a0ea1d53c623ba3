"""How far the page's answers are from the Recognizer's, on 100 photographs, as a browser opens their files.

    python benchmarks/page_answers.py runs/best ../shared/data/scene-letters/images

Chromium opens each file by the page's own modules: turned into PNG, with weights of 32, 16 and 8 bits, and
as it is. A JPEG is decoded by the browser, whose decoder need not be Pillow's. Told are the largest
difference of a probability, and how often another letter is read.
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from charmlp.exporting.page.bundling import bundle, source
from charmlp.exporting.page.packing import packed
from charmlp.recognizer import Recognizer

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
COUNT = 100
ANSWER = """import { openPicture } from "./pictures.js";
import { predict } from "./reading.js";
import { bytesOf, unpack } from "./weights.js";
globalThis.answers = async (packed, files) => {
  const model = unpack(packed);
  const found = [];
  for (const file of files) {
    const { grey, height, width } = await openPicture(new Blob([bytesOf(file)]), model.ground);
    found.push([...predict(model, grey, height, width)]);
  }
  return found;
};
"""


def as_png(path: Path) -> bytes:
    """The same pixels without loss."""
    held = io.BytesIO()
    Image.open(path).convert("RGB").save(held, "PNG")
    return held.getvalue()


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("photographs", type=Path)
    arguments = parser.parse_args()
    recognizer = Recognizer.load(arguments.run)
    every = sorted(arguments.photographs.glob("*.jpg"))
    paths = every[:: max(1, len(every) // COUNT)][:COUNT]
    expected = np.concatenate([recognizer.predict_proba(recognizer.grey(path)[np.newaxis]) for path in paths])
    files = {"PNG": [as_png(path) for path in paths], "JPEG": [path.read_bytes() for path in paths]}
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    script = bundle("answer.js", lambda name: ANSWER if name == "answer.js" else source(name))
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(content=script, type="module")
        page.wait_for_function("typeof answers === 'function'")
        for kind, bits in (("PNG", 32), ("PNG", 16), ("PNG", 8), ("JPEG", 32), ("JPEG", 16)):
            given: list[Any] = [
                packed(recognizer.model, bits),
                [base64.b64encode(content).decode() for content in files[kind]],
            ]
            found = np.array(page.evaluate("given => answers(...given)", given))
            most = np.abs(found - expected).max()
            others = int((found.argmax(axis=1) != expected.argmax(axis=1)).sum())
            print(f"{kind:4s} {bits:2d} bits: {most:.1e}, {others} other letters of {len(paths)}")
        browser.close()


if __name__ == "__main__":
    main()
