"""How letters that do not fill their picture are read, by models of `--crop none` and `--crop auto`.

    python benchmarks/margins.py ../shared/data/scene-letters
    python benchmarks/margins.py DATA --write docs/accuracy.md docs/accuracy.zh-CN.md

DATA is a folder with training and validation images, on which both models are trained by recipe best. They
read A to Z in DejaVu Sans, black on white, with a margin of that share of the letter's longer side on each
side; and with the same margin on three sides alone, so that the ink touches the fourth. Of several trainings,
which differ in their seed, the fewest and the most; the accuracy is their mean ± standard deviation.
"""

from __future__ import annotations

import argparse
import statistics
import string
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import matplotlib
from pages import write_block
from PIL import Image, ImageDraw, ImageFont, ImageOps

import charmlp
from charmlp.config import CROPS
from charmlp.recognizer import Recognizer

MARGINS = (20, 50, 100, 300)  # percent
SIDES = 4
FONT = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
HEADS = (
    ("margin", "of 26 letters", "of 104 that touch a side", "validation images read"),
    ("留白", "26 个字母", "104 个碰到一边的字母", "验证图像"),
)

Letters = Sequence[tuple[str, Image.Image]]


class Figures(NamedTuple):
    """What one model reads: letters at each margin, of 26 and of 104 that touch a side; validation images."""

    free: list[int]
    touching: list[int]
    accuracy: float


def glyph(letter: str) -> Image.Image:
    """The letter's ink and nothing around it."""
    picture = Image.new("L", (600, 600), 255)
    ImageDraw.Draw(picture).text((100, 100), letter, 0, ImageFont.truetype(str(FONT), 270))
    return picture.crop(ImageOps.invert(picture).getbbox())


def padded(ink: Image.Image, margin: int, touched: int | None = None) -> Image.Image:
    """The ink with a margin on each side but the one it touches: 0 left, 1 top, 2 right, 3 bottom."""
    air = round(margin / 100 * max(ink.size))
    left, top, right, bottom = (0 if side == touched else air for side in range(SIDES))
    page = Image.new("L", (left + ink.width + right, top + ink.height + bottom), 255)
    page.paste(ink, (left, top))
    return page


def count_right(model: Recognizer, letters: Letters) -> int:
    """How many pictures are read as their letter."""
    pictures = [picture for _, picture in letters]
    answers = model.predict_many(pictures, note=lambda line: None)  # that letters are small is known here
    return sum(answer.prediction == name for answer, (name, _) in zip(answers, letters, strict=True))


def measure(data: str, crop: str, seed: int) -> Figures:
    """The figures of one model, trained here."""
    with tempfile.TemporaryDirectory() as folder:
        run = charmlp.train(data, recipe="best", crop=crop, seed=seed, out=Path(folder) / "run")
        model = Recognizer.load(run.path)
    inks = {letter: glyph(letter) for letter in string.ascii_uppercase}
    free, touching = [], []
    for margin in MARGINS:
        free.append(count_right(model, [(name, padded(ink, margin)) for name, ink in inks.items()]))
        each = [(name, padded(ink, margin, side)) for name, ink in inks.items() for side in range(SIDES)]
        touching.append(count_right(model, each))
    assert run.accuracy is not None
    return Figures(free, touching, run.accuracy)


def spread(counts: Sequence[int]) -> str:
    """The fewest and the most, or the one number that all are."""
    return "–".join(map(str, sorted({min(counts), max(counts)})))


def table(found: dict[str, list[Figures]], chinese: bool) -> str:
    """The figures as Markdown, of the models of each crop."""
    margin, *of_letters, validation = HEADS[chinese]
    comma, colon = ("，", "：") if chinese else (", ", ": ")
    head = [margin, *(f"{words}{comma}`--crop {crop}`" for words in of_letters for crop in found)]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for place, share in enumerate(MARGINS):
        free = [spread([model.free[place] for model in models]) for models in found.values()]
        touching = [spread([model.touching[place] for model in models]) for models in found.values()]
        lines.append(f"| {share} % | {' | '.join(free + touching)} |")
    shares = []
    for crop, models in found.items():
        each = [100 * model.accuracy for model in models]
        shares.append(f"`--crop {crop}` {statistics.mean(each):.1f} ± {statistics.pstdev(each):.1f} %")
    return "\n".join(lines) + f"\n\n{validation}{colon}{comma.join(shares)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with training and validation images")
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each crop (default 3)")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    args = parser.parse_args()
    found = {crop: [measure(args.data, crop, seed + 1) for seed in range(args.seeds)] for crop in CROPS}
    for page in args.write:
        write_block(page, "benchmarks/margins.py", table(found, "zh" in page.name))
    print(table(found, chinese=False))


if __name__ == "__main__":
    main()
