"""The training loop alone, and the matrix products that it is measured by.

python benchmarks/loops.py small STEP UPDATES HIDDEN sgd|adam   processor time of an update, microseconds
python benchmarks/loops.py large UPDATES                        share of the matrix-product peak, 0 to 1
python benchmarks/loops.py pack SCENE_LETTERS WORKERS           seconds to decode 20,000 images
python benchmarks/loops.py render COUNT                         seconds to render letters, masks at hand
python benchmarks/loops.py read SCENE_LETTERS                   processor time of an image, ms: Pillow's, ours
"""

import dataclasses
import itertools
import sys
import time
from pathlib import Path

import numpy as np

from charmlp.config import SLIDES
from charmlp.letters.letterset import LetterSet
from charmlp.training.feed import Pictures
from charmlp.training.order import Order
from charmlp.training.steps.choice import make_step
from charmlp.training.steps.parameters import Parameters
from charmlp.training.trainer import Trainer


def small(step_name: str, updates: int, hidden: int, optimizer: str) -> float:
    """Processor time of an update of 1024-hidden-26 in batches of eight, microseconds, as `train` does it:

    images shuffled, turned into floats, losses averaged, epoch by epoch.
    """
    epochs, rng = -(-updates // 150), np.random.default_rng(0)
    lr = 5e-4 if optimizer == "sgd" else 1e-3
    config = dataclasses.replace(SLIDES, hidden_size=(hidden,), optimizer=optimizer, lr=lr, epochs=1 + epochs)
    letters = LetterSet(
        rng.integers(0, 256, (1200, 32, 32), np.uint8),
        rng.integers(0, 26, 1200),
        tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("",) * 1200,
    )
    order, feed = Order(config, 26, letters.labels), Pictures(config.preprocessing, letters)
    trainer = Trainer(config, order, feed, step_name=step_name)
    trainer.run(until=150)  # warms up
    start = time.process_time()
    trainer.run()
    return (time.process_time() - start) / (150 * epochs) * 1e6


def large(updates: int) -> float:
    """What 1024-2048-2048-26, batch 512, AdamW reaches of the speed of matrix products alone, 0 to 1."""
    sizes, batch = (1024, 2048, 2048, 26), 512
    config = dataclasses.replace(
        SLIDES, hidden_size=sizes[1:-1], batch_size=batch, optimizer="adamw", lr=1e-3
    )
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(batch, 1024)).astype(np.float32), rng.integers(0, 26, batch)
    step = make_step("analytic", config, Parameters.initial(sizes, rng), None)
    a, b = rng.normal(size=(2, 2048, 2048)).astype(np.float32)
    product = np.empty_like(a)
    np.matmul(a, b, out=product)
    step.advance(x, y, np.full(1, 1e-3), rng)
    pairs = list(itertools.pairwise(sizes))
    operations = 2 * batch * sum(into * out * (2 if i == 0 else 3) for i, (into, out) in enumerate(pairs))
    shares = []
    for _ in range(updates):
        start = time.process_time()
        np.matmul(a, b, out=product)
        middle = time.process_time()
        step.advance(x, y, np.full(1, 1e-3), rng)
        stop = time.process_time()
        shares.append(operations / (stop - middle) / (2 * 2048**3 / (middle - start)))
    return float(np.median(shares))


def pack(data: str, workers: int) -> float:
    """Wall-clock seconds to decode 20,000 images, the training images several times over."""
    from charmlp.data import open_source
    from charmlp.data.decoding import decode_images

    part = open_source(data, cache=False).parts["train"]  # type: ignore[attr-defined]
    names = [part.names[index % len(part.names)] for index in range(20_000)]
    for some in (part.names, names):  # the first time, the system puts the files at hand
        start = time.perf_counter()
        decode_images(part.pictures(some), some, (32, 32), what="images", workers=workers)
    return time.perf_counter() - start


def render(count: int) -> float:
    """Wall-clock seconds to render letters once fonts are chosen, masks drawn and loops compiled."""
    from charmlp.rendering import render
    from charmlp.rendering.fonts import find_fonts

    classes = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    options = {"classes": classes, "norm_size": (32, 32), "seed": 0, "fonts": find_fonts(), "cache": False}
    render(500, **options)
    start = time.perf_counter()
    render(count, **options)
    return time.perf_counter() - start


def read(data: str) -> tuple[float, float]:
    """Processor milliseconds of an image, by Pillow alone and by `read_grey`, in turns; medians of nine."""
    from PIL import Image

    from charmlp.images import read_grey

    paths = sorted(Path(data, "images").iterdir())

    def alone(path: Path) -> object:
        return Image.open(path).convert("L").resize((32, 32), Image.Resampling.BILINEAR)

    times: list[list[float]] = [[], []]
    for _ in range(9):
        for reader, found in zip((alone, lambda path: read_grey(path, (32, 32))), times, strict=True):
            start = time.process_time()
            for path in paths:
                reader(path)
            found.append((time.process_time() - start) / len(paths) * 1e3)
    return float(np.median(times[0])), float(np.median(times[1]))


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    if verb == "small":
        print(small(arguments[0], int(arguments[1]), int(arguments[2]), arguments[3]))
    elif verb == "large":
        print(large(int(arguments[0])))
    elif verb == "pack":
        print(pack(str(Path(arguments[0])), int(arguments[1])))
    elif verb == "read":
        print("Pillow {:.3f}, charmlp {:.3f}".format(*read(arguments[0])))
    else:
        print(render(int(arguments[0])))
