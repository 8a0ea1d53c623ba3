"""A program in the style of the course: every image decoded in every epoch, hand-written autograd Functions.

python benchmarks/peers/course.py SCENE_LETTERS EPOCHS
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.autograd import Function
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(1)
torch.manual_seed(0)


class Letters(Dataset):
    def __init__(self, root: Path, name: str) -> None:
        self.images = root / "images"
        self.entries = sorted(json.loads((root / name).read_text()).items())

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int):
        name, label = self.entries[index]
        image = Image.open(self.images / name).convert("L").resize((32, 32), Image.Resampling.BILINEAR)
        pixels = (np.asarray(image, np.float32) / 255 - 0.5) / 0.5
        return torch.from_numpy(pixels).reshape(-1), ord(label.upper()) - ord("A")


class LinearFunction(Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        return x @ weight.t() + bias

    @staticmethod
    def backward(ctx, gradient):
        x, weight = ctx.saved_tensors
        return gradient @ weight, gradient.t() @ x, gradient.sum(0)


class ReLUFunction(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x > 0)


class CrossEntropyFunction(Function):
    @staticmethod
    def forward(ctx, logits, labels):
        q = torch.softmax(logits, 1)
        ctx.save_for_backward(q, labels)
        return -torch.log(q[torch.arange(len(labels)), labels]).mean()

    @staticmethod
    def backward(ctx, gradient):
        q, labels = ctx.saved_tensors
        q = q.clone()
        q[torch.arange(len(labels)), labels] -= 1
        return gradient * q / len(labels), None


class Linear(nn.Module):
    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        bound = into**-0.5
        self.W = nn.Parameter(torch.empty(out, into).uniform_(-bound, bound))
        self.b = nn.Parameter(torch.empty(out).uniform_(-bound, bound))

    def forward(self, x):
        return LinearFunction.apply(x, self.W, self.b)


class ReLU(nn.Module):
    def forward(self, x):
        return ReLUFunction.apply(x)


root, epochs = Path(sys.argv[1]), int(sys.argv[2])
training = DataLoader(Letters(root, "train.json"), batch_size=8, shuffle=True)
validation = DataLoader(Letters(root, "validation.json"), batch_size=8)
model = nn.Sequential(Linear(1024, 32), ReLU(), Linear(32, 26))
optimizer = torch.optim.SGD(model.parameters(), lr=5e-4, momentum=0.9)
for epoch in range(1, epochs + 1):
    model.train()
    losses = []
    for x, y in training:
        loss = CrossEntropyFunction.apply(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(f"Epoch {epoch:02d}: loss = {np.mean(losses):.3f}")
    if epoch % 10 == 0:
        model.eval()
        with torch.no_grad():
            right = sum((model(x).argmax(1) == y).sum().item() for x, y in validation)
        print(f"Epoch {epoch:02d}: validation accuracy = {100 * right / len(validation.dataset):.1f}%")
