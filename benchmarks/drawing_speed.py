"""Milliseconds from a stroke's point to the new guess in the page, on a processor throttled four times.

    python benchmarks/drawing_speed.py runs/best
    python benchmarks/drawing_speed.py runs/best --throttle 1

Chromium opens the page that `charmlp export` writes with 16 bits, and a mouse draws an A of 120 points on it,
three times. Told is the time in which the page works: that of the point's event, and that of the next frame
until the new guess stands there laid out; not the wait for the frame between them. On a machine that has
other work, give the browser priority: `chrt -r 1 python …`, as root.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

import numpy as np

import charmlp

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
DRAWN, POINTS = 3, 40  # times, points of each of three strokes
A = (((0.1, 0.9), (0.5, 0.1)), ((0.5, 0.1), (0.9, 0.9)), ((0.25, 0.6), (0.75, 0.6)))
WATCH = """
const frames = [], events = [];
const later = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (action) => later((time) => {
  const from = performance.now();
  action(time);
  document.getElementById("guess").getBoundingClientRect();
  frames.push([from, performance.now()]);
});
let from = 0;
addEventListener("pointermove", () => (from = performance.now()), { capture: true });
addEventListener("pointermove", () => events.push([from, performance.now()]));
window.measured = () => ({ frames: frames.splice(0), events: events.splice(0) });
"""


def milliseconds(page_file: Path, throttle: float) -> np.ndarray:
    """Of each frame that brought a new guess, its time and that of the event before it."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH)
        page.goto(page_file.as_uri())
        page.wait_for_timeout(2000)
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        box, found = page.locator("#pad").bounding_box(), []
        assert box is not None
        for _ in range(DRAWN):
            page.locator("#clear").dispatch_event("click")
            page.wait_for_timeout(500)
            page.evaluate("measured()")
            for (x0, y0), (x1, y1) in A:
                for step in range(POINTS + 1):
                    share = step / POINTS
                    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
                    if step == 0:
                        page.mouse.down()
                page.mouse.up()
            found += taken(**page.evaluate("measured()"))
        browser.close()
    return np.array(found)


def taken(frames: list[list[float]], events: list[list[float]]) -> list[float]:
    """The time of each event and of the first frame behind it."""
    found = []
    for begin, end in events:
        frame = next((each for each in frames if each[0] >= end), None)
        if frame is not None:
            found.append(end - begin + frame[1] - frame[0])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run")
    parser.add_argument("--throttle", type=float, default=4)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "page.html")
        charmlp.export(arguments.run, "html", out=out, max_loss=100)
        found = milliseconds(out, arguments.throttle)
    middle, most = np.median(found), np.quantile(found, 0.95)
    print(f"median {middle:.1f} ms, 95 % within {most:.1f} ms, {len(found)} points")


if __name__ == "__main__":
    main()
