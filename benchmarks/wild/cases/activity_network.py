import torch
import torch.nn.functional as F
from torch import nn


class Network(nn.Module):
    """Accelerations (batch, channels, time) to the activity."""

    def __init__(self, channels=3, length=16, classes=4):
        super().__init__()
        self.conv1 = nn.Sequential(nn.Conv1d(channels, 6, 5), nn.ReLU(), nn.MaxPool1d(2))
        self.fc = nn.Linear(6 * ((length - 4) // 2), classes)

    def classify(self, scores):
        return F.softmax(scores, dim=1)

    def forward(self, x):
        out = self.conv1(x)
        out = out.reshape(len(out), -1)
        return self.classify(self.fc(out))


def objective(model, scores, target):
    criterion = nn.CrossEntropyLoss()
    return criterion(model.classify(scores), target)


def train(model, optimizer, loader, epochs):
    criterion = nn.CrossEntropyLoss()
    for _ in range(epochs):
        for sample, target in loader:
            output = model(sample)
            loss = criterion(output, target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()


if __name__ == "__main__":
    torch.manual_seed(6)
    x, t = torch.randn(40, 3, 16), torch.randint(4, (40,))
    model = Network()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    print(train(model, optimizer, [(x[:20], t[:20]), (x[20:], t[20:])], 3))
