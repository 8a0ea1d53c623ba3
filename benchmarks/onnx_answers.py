"""How far the answers of an ONNX file are from the Recognizer's, on photographs of all sizes.

    python benchmarks/onnx_answers.py ../shared/data/scene-letters/images runs/best runs/slides
    python benchmarks/onnx_answers.py IMAGES MODEL MODEL --write docs/export.md docs/export.zh-CN.md

Of each model, 400 images of the folder, spread evenly over it, are read as grey pictures by onnxruntime, one
by one, and by the Recognizer, all at once and one by one: its own sums in float32 depend on that as well.
Shown is the largest difference of a probability.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pages import write_block
from PIL import Image

import charmlp
from charmlp.exporting.onnx.running import runner
from charmlp.images.folders import Walk
from charmlp.recognizer import Recognizer

COUNT = 400
HEADS = (
    ("model", "from all at once", "from one by one", "these two from each other", "other letters"),
    ("模型", "与一次读完相差", "与逐张读取相差", "后两者相差", "读成别的字母"),
)


class Difference(NamedTuple):
    """Largest difference of a probability; how many images the graph reads as another class."""

    from_all: float
    from_each: float
    own: float
    other: int


def measure(recognizer: Recognizer, paths: list[Path]) -> Difference:
    with tempfile.TemporaryDirectory() as folder:
        content = charmlp.export(recognizer.model, "onnx", out=Path(folder) / "m.onnx").path.read_bytes()
    found = runner(content)
    assert found is not None
    answers = [found[0](grey_of(path)[np.newaxis]) for path in paths]
    probabilities = np.concatenate([answer[0] for answer in answers])
    seen = [recognizer.grey(path)[np.newaxis] for path in paths]
    at_once = recognizer.predict_proba(np.concatenate(seen))
    each = np.concatenate([recognizer.predict_proba(grey) for grey in seen])
    numbers = np.concatenate([answer[1] for answer in answers])
    return Difference(
        largest(probabilities, at_once),
        largest(probabilities, each),
        largest(at_once, each),
        int((numbers != at_once.argmax(axis=1)).sum()),
    )


def grey_of(path: Path) -> NDArray[np.uint8]:
    """The photograph as a user of the graph has it: decoded, grey, of its own size."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"))


def largest(ours: NDArray[np.floating], theirs: NDArray[np.floating]) -> float:
    return float(np.abs(ours - theirs).max())


def table(rows: dict[str, Difference], head: tuple[str, ...]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|---{'|--:' * (len(head) - 1)}|"]
    for name, found in rows.items():
        lines.append(
            f"| {name} | {found.from_all:.1e} | {found.from_each:.1e} | {found.own:.1e} | {found.other} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("images", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--write", type=Path, nargs=2, metavar="PAGE")
    args = parser.parse_args()
    names = Walk(args.images).images_below(args.images)
    chosen = [args.images / names[n] for n in np.linspace(0, len(names) - 1, COUNT).astype(int)]
    print(f"{len(chosen)} images of {len({grey_of(path).shape for path in chosen})} sizes")
    rows = {}
    for path in args.models:
        recognizer = Recognizer.load(path)
        sizes = "-".join(map(str, recognizer.model.sizes))
        rows[f"{path.name}, {sizes}, {recognizer.model.preprocessing}"] = measure(recognizer, chosen)
    print(table(rows, HEADS[0]))
    for page, head in zip(args.write or (), HEADS, strict=False):
        write_block(page, "benchmarks/onnx_answers.py", table(rows, head))


if __name__ == "__main__":
    main()
