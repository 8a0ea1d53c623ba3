"""Run folders whose models read as they are told: an image is three pixels, the brightest one its class."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from charmlp.config import SLIDES, to_toml
from charmlp.data import open_source
from charmlp.modelfile import Model, write_model
from charmlp.training.rundata import entries_of, write_data

CLASSES = "ABC"


def make_images(folder: Path, counts: Mapping[str, int], skip: Sequence[str] = ()) -> Path:
    """Lists with images: A, B, C, A, …; in `split7.png`, the seventh, and so on."""
    (folder / "images").mkdir(parents=True)
    for split, count in counts.items():
        labels = {f"{split}{number}.png": CLASSES[number % 3] for number in range(count)}
        for number, name in enumerate(labels):
            write_image(folder / "images" / name, number % 3)
        (folder / f"{split}.json").write_text(json.dumps(labels), "utf-8")
    return folder


def make_class_folders(folder: Path, each: int) -> Path:
    """A folder a class, of which each seed holds out images of its own."""
    for number in range(3 * each):
        place = folder / CLASSES[number % 3] / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        write_image(place, number % 3)
    return folder


def write_image(path: Path, shown: int) -> None:
    Image.fromarray((255 * np.eye(3)[shown]).astype(np.uint8)[np.newaxis]).save(path)


def make_run(
    path: Path,
    data: Path | str | None,
    reads: str = CLASSES,
    *,
    classes: str = CLASSES,
    wide: int = 1,
    epochs: int = 3,
    **settings: Any,
) -> Path:
    """A finished run; its model takes the first pixel's brightness for `reads[0]`, and so on.

    wide     so many pixels of its images are one of the picture
    classes  in the model's order
    """
    config = dataclasses.replace(SLIDES, norm_size=(1, 3 * wide), epochs=epochs, **settings)
    weight = np.zeros((3, 3), np.float32)
    for pixel, name in enumerate(reads):
        weight[classes.index(name), pixel] = 1
    provenance: dict[str, Any] = {"epoch": epochs}
    if data is not None:
        source = open_source(data, classes=classes, seed=config.seed)
        provenance |= {
            "data": source.identity(),
            "training_images": source.splits["train"],
            "validation_images": source.splits["val"],
        }
    model = Model(
        tuple(classes), config.norm_size, "scale", "none",
        (np.repeat(weight, wide, axis=1) / wide,), (np.zeros(3, np.float32),), provenance,
    )  # fmt: skip
    write_model(model, path / "model.safetensors")
    (path / "config.toml").write_text(to_toml(config), "utf-8")
    lines = ["epoch,loss,lr,val_loss,val_accuracy,val_macro_f1,seconds"]
    lines += [f"{epoch},{2 / epoch},0.1,{1 / epoch},0.5,0.5,0.01" for epoch in range(1, epochs + 1)]
    (path / "metrics.csv").write_text("\n".join(lines) + "\n", "utf-8")
    if data is not None:
        nothing = dict.fromkeys(("im_dir", "lists", "classes", "n_classes"))
        write_data(path, entries_of({"data": data, "skip_bad": False, **nothing}))
    return path
