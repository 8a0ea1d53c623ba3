"""Idiomatic PyTorch: a Dataset in memory, DataLoader, nn.Sequential, torch.optim.

    python benchmarks/peers/idiomatic.py UPDATES HIDDEN sgd|adam

Prints the processor time of an update in microseconds.
"""

import sys
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.set_num_threads(1)
torch.manual_seed(0)
updates, hidden, kind = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
data = TensorDataset(torch.randn(1200, 1024), torch.randint(0, 26, (1200,)))
loader = DataLoader(data, batch_size=8, shuffle=True)
model = nn.Sequential(nn.Linear(1024, hidden), nn.ReLU(), nn.Linear(hidden, 26))
criterion = nn.CrossEntropyLoss()
if kind == "sgd":
    optimizer: torch.optim.Optimizer = torch.optim.SGD(model.parameters(), lr=5e-4, momentum=0.9)
else:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
start = done = 0.0
for epoch in range(1 + -(-updates // len(loader))):
    if epoch == 1:  # the first warms up
        start, done = time.process_time(), 0
    total = 0.0
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        done += 1
print((time.process_time() - start) / done * 1e6)
