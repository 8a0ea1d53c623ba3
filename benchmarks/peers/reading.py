"""New images read in the style of the course: torch, a DataLoader with two workers, one line an image.

python benchmarks/peers/reading.py LIST_OF_PATHS
"""

import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Images(Dataset):
    def __init__(self, paths: list[str]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int):
        image = Image.open(self.paths[index]).convert("L").resize((32, 32), Image.Resampling.BILINEAR)
        pixels = (np.asarray(image, np.float32) / 255 - 0.5) / 0.5
        return torch.from_numpy(pixels).reshape(-1), self.paths[index]


if __name__ == "__main__":
    torch.manual_seed(0)
    paths = Path(sys.argv[1]).read_text().splitlines()
    model = nn.Sequential(nn.Linear(1024, 32), nn.ReLU(), nn.Linear(32, 26)).eval()
    with torch.no_grad():
        for x, names in DataLoader(Images(paths), batch_size=64, num_workers=2):
            for name, row in zip(names, torch.softmax(model(x), 1), strict=True):
                print(f"{name}: {LETTERS[int(row.argmax())]} {100 * float(row.max()):.1f} %")
