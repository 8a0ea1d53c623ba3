import torch
from torch import nn

IGNORE_INDEX = -100


class LabelSmoothingNLL(nn.Module):
    """Log-probabilities (N, C) and targets (N,); those of IGNORE_INDEX are padding and do not count."""

    def __init__(self, label_smoothing=0.1, reduction="mean"):
        super().__init__()
        self.label_smoothing = label_smoothing
        self.reduction = reduction

    def forward(self, log_probs, target):
        n_classes = log_probs.shape[1]
        mask = target != IGNORE_INDEX
        picked = torch.gather(log_probs, 1, target.clamp(min=0)[:, None])[:, 0]
        one_hot_loss = -(picked * mask).sum()
        uniform_loss = -log_probs.sum() / n_classes
        if self.reduction == "mean":
            one_hot_loss = one_hot_loss / mask.sum()
            uniform_loss = uniform_loss / mask.sum()
        return (1 - self.label_smoothing) * one_hot_loss + self.label_smoothing * uniform_loss


class Tagger(nn.Module):
    def __init__(self, words, tags, dim=8):
        super().__init__()
        self.embed = nn.Embedding(words, dim)
        self.out = nn.Linear(dim, tags)

    def forward(self, sentence):
        return torch.log_softmax(self.out(torch.tanh(self.embed(sentence))), dim=1)


if __name__ == "__main__":
    torch.manual_seed(0)
    sentence = torch.tensor([3, 1, 4, 1, 5, 0, 0, 0])
    tags = torch.tensor([0, 1, 2, 1, 0, IGNORE_INDEX, IGNORE_INDEX, IGNORE_INDEX])
    model, criterion = Tagger(6, 3), LabelSmoothingNLL(0.2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for epoch in range(20):
        optimizer.zero_grad()
        loss = criterion(model(sentence), tags)
        loss.backward()
        optimizer.step()
    print(loss.item())
