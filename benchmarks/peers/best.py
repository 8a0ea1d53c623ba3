"""Recipe `best` in idiomatic PyTorch: PIL augmentation in a Dataset, a DataLoader with two workers, AdamW.

    python benchmarks/peers/best.py SCENE_LETTERS UPDATES RENDERED

The rendered letters are charmlp's own: what is compared is the rest. PIL bends no letters.
"""

import math
import random
import sys

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps
from torch import nn
from torch.utils.data import ConcatDataset, DataLoader, Dataset, WeightedRandomSampler

from charmlp.data import open_source
from charmlp.rendering import render

BATCH, RATIO = 256, 0.75


class Letters(Dataset):
    def __init__(self, letters, augment: bool) -> None:
        self.letters, self.augment = letters, augment

    def __len__(self) -> int:
        return len(self.letters)

    def __getitem__(self, index: int):
        image = Image.fromarray(self.letters.images[index])
        if self.augment:
            image = change(image)
        pixels = torch.from_numpy(np.array(image, np.float32)).reshape(-1)
        pixels = (pixels - pixels.mean()) / pixels.std(correction=0).clamp(min=1)
        return pixels, int(self.letters.labels[index])


def change(image: Image.Image) -> Image.Image:
    """Turn, scale, shear and shift; contrast, brightness, inversion."""
    turn, scale = math.radians(random.uniform(-8, 8)), 1 + random.uniform(-0.12, 0.12)
    aspect, shear = math.sqrt(1 + random.uniform(-0.1, 0.1)), random.uniform(-0.2, 0.2)
    cos, sin, half = math.cos(turn), math.sin(turn), image.width / 2
    xx, xy = cos / (scale * aspect), (cos * shear - sin) * aspect / scale
    yx, yy = sin / (scale * aspect), (sin * shear + cos) * aspect / scale
    x0 = half - xx * half - xy * half + random.uniform(-0.1, 0.1) * image.width
    y0 = half - yx * half - yy * half + random.uniform(-0.1, 0.1) * image.height
    image = image.transform(
        image.size, Image.Transform.AFFINE, (xx, xy, x0, yx, yy, y0), Image.Resampling.BILINEAR
    )
    image = ImageEnhance.Contrast(image).enhance(random.uniform(0.8, 1.2))
    image = ImageEnhance.Brightness(image).enhance(random.uniform(0.9, 1.1))
    return ImageOps.invert(image) if random.random() < 0.5 else image


if __name__ == "__main__":
    torch.manual_seed(0)
    updates, count = int(sys.argv[2]), int(sys.argv[3])
    source = open_source(sys.argv[1], cache=False)
    real, validation = (source.load(split, (24, 24)) for split in ("train", "val"))
    rendered = render(count, classes=source.classes, norm_size=(24, 24), seed=0)
    both = ConcatDataset([Letters(real, True), Letters(rendered, True)])
    weights = [(1 - RATIO) / len(real)] * len(real) + [RATIO / len(rendered)] * len(rendered)
    per_epoch = math.ceil(len(real) / (BATCH * (1 - RATIO)))
    sampler = WeightedRandomSampler(weights, per_epoch * BATCH)
    loader = DataLoader(both, BATCH, sampler=sampler, num_workers=2, persistent_workers=True)
    held = DataLoader(Letters(validation, False), BATCH)
    model = nn.Sequential(
        nn.Linear(576, 512),
        nn.ReLU(),
        nn.Linear(512, 256),
        nn.ReLU(),
        nn.Linear(256, 26),
    )
    average = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.99)
    )
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=updates + per_epoch)
    done = 0
    while done < updates:
        model.train()
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            average.update_parameters(model)
            schedule.step()
            done += 1
        average.eval()
        with torch.no_grad():
            right = sum(int((average(x).argmax(1) == y).sum()) for x, y in held)
    print(f"validation accuracy {right / len(validation):.1%}")
