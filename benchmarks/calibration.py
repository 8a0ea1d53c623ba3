"""Whether the probabilities of recipe best can be trusted on letters of fonts that it has never seen.

    python benchmarks/calibration.py ../shared/data/scene-letters
    python benchmarks/calibration.py DATA --write docs/evaluation.md docs/evaluation.zh-CN.md

DATA is a folder with training and validation images. The model learns from the training images and, as recipe
best does, from rendered letters, but here of four fifths of the font families. Its temperature is fitted to
the validation images alone, as in every training. Measured are 10,000 rendered letters of the other families:
the expected calibration error in ten bins of equal numbers, what exact probabilities would show by chance,
the error without temperature, and with one (in brackets) that is fitted to the validation images as they are,
not to slightly changed versions as well. One row for each seed.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

from pages import write_block

from charmlp.config import BEST, override
from charmlp.data import open_source
from charmlp.evaluation import Evaluation, evaluate
from charmlp.metrics import fit_temperature
from charmlp.rendering import open_rendered, render
from charmlp.training.fit import fit
from charmlp.training.prepare import prepare
from charmlp.training.record import make_model

LETTERS = 10_000
HEADS = (
    ("seed", "temperature", "validation images read", "rendered letters read", "calibration error",
     "by chance", "without temperature", "with one of single versions"),
    ("种子", "温度", "读对的验证图像", "读对的渲染字母", "校准误差", "偶然误差",
     "不用温度时", "温度只用原样图像拟合时"),
)  # fmt: skip


def measure(data: str, seed: int) -> tuple[Evaluation, Evaluation]:
    """A model of recipe best on the validation images, and on letters of families that it has not seen."""
    config = override(BEST, {"seed": seed})
    source = open_source(data, seed=seed)
    fonts = open_rendered(LETTERS, source.classes).fonts
    prepared = prepare(source, dataclasses.replace(config, synth_ratio=0))
    common = {"classes": source.classes, "norm_size": config.norm_size}
    own = render(config.synth_count, **common, seed=seed, fonts=fonts["train"])
    prepared = dataclasses.replace(prepared, rendered=own)
    model = make_model(fit(config, prepared), prepared)
    others = render(LETTERS, **common, seed=seed + 100, fonts=fonts["val"] + fonts["test"])
    assert prepared.validation is not None
    return evaluate(model, prepared.validation), evaluate(model, others)


def table(found: dict[int, tuple[Evaluation, Evaluation]], chinese: bool) -> str:
    """The figures as Markdown, a row for each seed."""
    head = HEADS[chinese]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for seed, (validation, rendered) in found.items():
        single = fit_temperature(validation.logits, validation.letters.labels)
        errors = [
            dataclasses.replace(rendered, temperature=temperature).calibration.error
            for temperature in (1.0, single)
        ]
        calibration = rendered.calibration
        shares = (validation.accuracy, rendered.accuracy, calibration.error, calibration.by_chance, *errors)
        cells = [f"{seed}", f"{rendered.temperature:.2f}", *(f"{100 * share:.1f} %" for share in shares)]
        cells[-1] += f" ({single:.2f})"
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", help="folder with training and validation images")
    parser.add_argument("--seeds", type=int, default=5, help="trainings (default 5)")
    parser.add_argument("--write", type=Path, nargs="*", default=[], help="pages to write the table into")
    args = parser.parse_args(arguments)
    found = {seed: measure(args.data, seed) for seed in range(1, args.seeds + 1)}
    for page in args.write:
        write_block(page, "benchmarks/calibration.py", table(found, "zh" in page.name))
    print(table(found, chinese=False))


if __name__ == "__main__":
    main()
