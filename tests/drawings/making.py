"""Drawn letters, on which the page is measured: strokes as a browser's pointer events tell them.

    python -m tests.drawings.making        writes tests/drawings/letters.json

The ways of the pen (skeletons.txt) were written down from how people draw each letter, without a look at the
strokes that training renders (`charmlp.rendering`), and before any network had read one of them. Two hands
draw each of the 130: with a slant, a size, a place and a speed of their own, with a mouse, a finger or a pen.
A hand wanders off its way, misses where a stroke should begin, and shakes (a mouse most); it slows down in
curves. An event comes every 16 ms. Each drawing has

    letter, form  which, and which of the five forms
    device        mouse, finger, pen
    slant         degrees to the right
    size          of the longer side, in parts of the pad's
    speed         sides of the pad a second, on straight ways
    strokes       each: when it begins (ms), then x, y in 1/1000 of the pad and, event by event, their changes
    press         only of the pen: pressure of each event in tenths, one digit an event, one text a stroke
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

FOLDER = Path(__file__).parent
LETTERS = FOLDER / "letters.json"
HANDS, SEED = 2, 1804
EVENT = 16  # ms from one to the next
PAUSE = 180  # ms between strokes, about
FINE = 24  # points of a curve from one point of a skeleton to the next
DEVICES = {"mouse": (0.018, 0.005), "finger": (0.015, 0.003), "pen": (0.012, 0.002)}  # wandering, shaking


def skeletons() -> list[tuple[str, str, list[Array]]]:
    """Letter, form and the ways of the pen, each finely sampled."""
    lines = [line for line in (FOLDER / "skeletons.txt").read_text("utf-8").splitlines() if line[0] != "#"]
    parts = [line.split(maxsplit=2) for line in lines]
    return [(letter, form, [way(each) for each in ways.split("|")]) for letter, form, ways in parts]


def way(text: str) -> Array:
    """A curve through points "x,y x,y! …", N×2; straight on at both ends and at corners."""
    points = [(np.array(each.rstrip("!").split(","), float), each.endswith("!")) for each in text.split()]
    pieces: list[list[Array]] = [[points[0][0]]]
    for place, is_corner in points[1:]:
        pieces[-1].append(place)
        if is_corner:
            pieces.append([place])
    return np.concatenate([curve(np.array(piece)) for piece in pieces if len(piece) > 1])


def curve(points: Array) -> Array:
    """Catmull and Rom's spline through points N×2."""
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    p = np.concatenate([[before], points, [after]])
    t = np.linspace(0, 1, FINE, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*parts, points[-1:]])


def drawing(letter: str, form: str, ways: list[Array], generator: np.random.Generator) -> dict[str, Any]:
    """One hand's drawing of a skeleton."""
    device = str(generator.choice(list(DEVICES)))
    wander, shake = DEVICES[device]
    slant = float(np.clip(generator.normal(6, 8), -12, 25))
    size, speed = float(generator.uniform(0.25, 0.85)), float(generator.uniform(1.2, 5.0))
    turn, broad = np.radians(generator.normal(0, 3)), generator.uniform(0.75, 1.15)
    shape = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shape = shape @ np.array([[1, -np.tan(np.radians(slant))], [0, 1]]) @ np.diag([broad, 1])
    moved = [each @ shape.T for each in ways]
    low, high = (f(np.concatenate(moved), axis=0) for f in (np.min, np.max))
    scale = size / np.max(high - low)
    corner = generator.uniform(0.03, 0.97 - scale * (high - low))
    strokes, press, start = [], [], 0.0
    for each in moved:
        place = corner + scale * (each - low)
        place = place + size * (generator.normal(0, wander, 2) + wandering(len(place), wander, generator))
        events, start_next = sampled(place, speed)
        events = events + generator.normal(0, shake * size, events.shape)
        whole = np.rint(1000 * np.clip(events, 0, 1)).astype(int)
        steps = np.concatenate([whole[:1], np.diff(whole, axis=0)])
        strokes.append([round(start), *steps.ravel().tolist()])
        press.append("".join(map(str, pressures(len(whole), generator))))
        start += start_next + generator.uniform(0.6, 1.8) * PAUSE
    about = {"letter": letter, "form": form, "device": device, "slant": round(slant, 1)}
    about |= {"size": round(size, 3), "speed": round(speed, 2), "strokes": strokes}
    return about | ({"press": press} if device == "pen" else {})


def wandering(count: int, amount: float, generator: np.random.Generator) -> Array:
    """A slow wave off the way, N×2."""
    along = np.linspace(0, 1, count)[:, None]
    waves = [
        generator.normal(0, amount, 2) * np.sin(np.pi * number * along + generator.uniform(0, 2 * np.pi, 2))
        for number in (1, 2, 3)
    ]
    return np.sum(waves, axis=0)


def sampled(place: Array, speed: float) -> tuple[Array, float]:
    """Where the pen is at each event, and how long it takes (ms): slower in curves, at beginning and end."""
    step = np.diff(place, axis=0)
    length = np.hypot(*step.T)
    angle = np.unwrap(np.arctan2(step[:, 1], step[:, 0]))
    bend = np.abs(np.gradient(angle)) / np.maximum(length, 1e-4) if len(angle) > 1 else np.zeros(len(angle))
    smooth = np.convolve(np.pad(bend, 6, mode="edge"), np.ones(13) / 13, mode="valid")
    along = np.linspace(0, 1, len(length))
    pace = speed / (1 + 0.03 * smooth) * (0.35 + 0.65 * np.sin(np.pi * np.clip(along, 0.02, 0.98)))
    time = np.concatenate([[0], np.cumsum(1000 * length / pace)])
    ticks = np.append(np.arange(0, time[-1], EVENT), time[-1])
    return np.stack([np.interp(ticks, time, axis) for axis in place.T], axis=1), float(time[-1])


def pressures(count: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Tenths of a pen's pressure: light at both ends."""
    middle = generator.uniform(3, 7)
    wave = np.sin(np.pi * np.linspace(0.12, 0.88, count)) + generator.normal(0, 0.05, count)
    return np.clip(np.rint(middle * wave), 1, 9).astype(np.int64)


def main() -> None:
    generator = np.random.default_rng(SEED)
    drawings = [drawing(*each, generator) for each in skeletons() for _ in range(HANDS)]
    lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in drawings)
    LETTERS.write_text(f"[\n{lines}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
