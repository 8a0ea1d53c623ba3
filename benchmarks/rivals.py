"""What a user would pick instead of charmlp, on the same letters: each takes them and returns predictions.

Needs the extra `bench` (scikit-image, PyTorch); Tesseract is Debian's tesseract-ocr, found on the path.
"""

from __future__ import annotations

import dataclasses
import io
import shutil
import subprocess
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.config import BEST
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.rendering import render
from charmlp.training.feed import Chunks, Pictures
from charmlp.training.order import Order
from charmlp.training.schedule import learning_rates

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Task:
    """What to read, and what to learn from; `picture` opens validation image n as it is on disk."""

    training: LetterSet
    validation: LetterSet
    picture: Callable[[int], Image.Image]
    seed: int


def pixels(letters: LetterSet) -> NDArray[Any]:
    """Each image by itself to mean 0 and deviation 1, as a row."""
    return to_inputs(letters.images, "standardize")


def nearest_neighbour(task: Task) -> Labels:
    """The label of the training image with the highest correlation."""
    return task.training.labels[(pixels(task.validation) @ pixels(task.training).T).argmax(axis=1)]


def scikit_mlp(task: Task) -> Labels:
    """scikit-learn's MLPClassifier with its defaults but for one wider layer."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((512,), random_state=task.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(pixels(task.training), task.training.labels)
    return np.asarray(model.predict(pixels(task.validation)))


def hog_svc(task: Task) -> Labels:
    """Histograms of oriented gradients (Dalal and Triggs 2005) and a support vector machine."""
    from skimage.feature import hog
    from sklearn.svm import SVC

    def features(letters: LetterSet) -> NDArray[Any]:
        cells = {"orientations": 9, "pixels_per_cell": (4, 4), "cells_per_block": (2, 2)}
        return np.array([hog(image, **cells) for image in letters.images])

    model = SVC(C=10.0, random_state=task.seed).fit(features(task.training), task.training.labels)
    return np.asarray(model.predict(features(task.validation)))


def tesseract(task: Task) -> Labels:
    """Tesseract after Otsu's threshold, dark on light, 48 pixels high, with a border; its best page mode."""
    program = shutil.which("tesseract")
    if program is None:
        raise LookupError("tesseract is not installed (Debian: apt install tesseract-ocr)")
    pages = [page(task.picture(number)) for number in range(len(task.validation))]
    answers = [ask(program, mode, pages, task.validation.classes) for mode in PAGE_MODES]
    return max(answers, key=lambda labels: int((labels == task.validation.labels).sum()))


def page(picture: Image.Image) -> bytes:
    """The picture as black and white PNG, most of its edge white."""
    from skimage.filters import threshold_otsu

    grey = picture.convert("L")
    grey = grey.resize((max(8, round(48 * grey.width / grey.height)), 48), Image.Resampling.BILINEAR)
    image = np.asarray(grey)
    light = image > threshold_otsu(image) if image.min() < image.max() else image > 0
    edge = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    light = light if edge.mean() >= 0.5 else ~light
    content = io.BytesIO()
    Image.fromarray(np.pad(255 * light.astype(np.uint8), 16, constant_values=255)).save(content, "PNG")
    return content.getvalue()


def ask(program: str, mode: str, pages: list[bytes], classes: Sequence[str]) -> Labels:
    """The first letter that Tesseract reads on each page; -1 where it reads none."""
    answers = np.full(len(pages), -1)
    for number, content in enumerate(pages):
        command = [program, "-", "-", "--psm", mode, "-l", "eng"]
        done = subprocess.run(command, input=content, capture_output=True, timeout=60, check=True)
        letters = [sign for sign in done.stdout.decode().upper() if sign in classes]
        if letters:
            answers[number] = classes.index(letters[0])
    return answers


def small_cnn(task: Task) -> Labels:
    """Three convolutions in PyTorch, trained on what recipe best shows its net, with its optimizer."""
    import torch
    from torch import nn

    torch.manual_seed(task.seed)
    size, updates, config = (32, 32), 1000, BEST
    rendered = render(config.synth_count, classes=task.training.classes, norm_size=size, seed=task.seed)
    config = dataclasses.replace(config, seed=task.seed)
    order = Order(config, len(task.training.classes), task.training.labels, rendered.labels)
    chunks = Chunks(config, order, Pictures(config.preprocessing, task.training, rendered))
    layers: list[Any] = []
    for before, after in ((1, 24), (24, 48), (48, 96)):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.BatchNorm2d(after), nn.ReLU(), nn.MaxPool2d(2)]
    net = nn.Sequential(
        *layers, nn.Flatten(), nn.Dropout(0.2), nn.Linear(96 * 16, 128), nn.ReLU(), nn.Linear(128, 26)
    )
    optimizer = torch.optim.AdamW(net.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    loss_of = nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)
    rates = iter(learning_rates(config, 0, updates + order.updates, updates))
    done, epoch = 0, 0
    while done < updates:
        epoch += 1
        for number in range(chunks.count):
            inputs, labels, _ = chunks.take(epoch, number)
            for first in range(0, len(inputs), config.batch_size):
                batch = torch.from_numpy(inputs[first : first + config.batch_size]).view(-1, 1, *size)
                loss = loss_of(net(batch), torch.from_numpy(labels[first : first + config.batch_size]))
                optimizer.zero_grad()
                loss.backward()
                for group in optimizer.param_groups:
                    group["lr"] = float(next(rates))
                optimizer.step()
                done += 1
    net.eval()
    with torch.no_grad():
        return np.asarray(net(torch.from_numpy(pixels(task.validation)).view(-1, 1, *size)).argmax(dim=1))


RIVALS: dict[str, Callable[[Task], Labels]] = {
    "nearest": nearest_neighbour,
    "scikit-mlp": scikit_mlp,
    "hog-svc": hog_svc,
    "tesseract": tesseract,
    "cnn": small_cnn,
}
SEEDLESS = frozenset(("nearest", "hog-svc", "tesseract"))
SEEDS = {"cnn": 2}  # at most: four minutes each
PAGE_MODES = ("8", "10", "13")  # a word, a character, a raw line
