import torch
from torch import nn
from torch.nn import functional as F


class FaceModel(nn.Module):
    def __init__(self, in_features, embedding_size, num_classes):
        super().__init__()
        self.embedding = nn.Linear(in_features, embedding_size)
        self.classifier = nn.Linear(embedding_size, num_classes)

    def forward(self, x):
        features = self.embedding(x)
        return 10 * features / features.norm(dim=1, keepdim=True)

    def forward_classifier(self, x):
        return self.classifier(self.forward(x))


class PairwiseDistance:
    def __init__(self, p):
        self.norm = p

    def __call__(self, x1, x2):
        diff = torch.abs(x1 - x2)
        return (torch.pow(diff, self.norm).sum(dim=1) + 1e-4 / x1.size(1)) ** (1.0 / self.norm)


l2_dist = PairwiseDistance(2)


def triplet_margin_loss(anchor, positive, negative, margin):
    return torch.clamp(margin + l2_dist(anchor, positive) - l2_dist(anchor, negative), min=0.0).mean()


def batch_loss(model, data_a, data_p, data_n, label_p, label_n, margin=0.5):
    out_a, out_p, out_n = model(data_a), model(data_p), model(data_n)

    # Choose the hard negatives
    d_p, d_n = l2_dist(out_a, out_p), l2_dist(out_a, out_n)
    hard = (d_n - d_p < margin).data.numpy().flatten()
    hard_triplets = hard.nonzero()[0]
    if len(hard_triplets) == 0:
        return None
    out_selected_a = torch.from_numpy(out_a.data.numpy()[hard_triplets])
    out_selected_p = torch.from_numpy(out_p.data.numpy()[hard_triplets])
    out_selected_n = torch.from_numpy(out_n.data.numpy()[hard_triplets])
    triplet_loss = triplet_margin_loss(out_selected_a, out_selected_p, out_selected_n, margin)

    cls_a = model.forward_classifier(data_a[hard_triplets])
    cls_p = model.forward_classifier(data_p[hard_triplets])
    cls_n = model.forward_classifier(data_n[hard_triplets])
    predicted = torch.cat([cls_a, cls_p, cls_n])
    true_labels = torch.cat([label_p[hard_triplets], label_p[hard_triplets], label_n[hard_triplets]])
    return F.cross_entropy(predicted, true_labels) + triplet_loss


if __name__ == "__main__":
    torch.manual_seed(0)
    means = torch.randn(4, 6)
    model = FaceModel(6, 3, 4)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for batch in range(20):
        label_p = torch.randint(0, 4, (16,))
        label_n = (label_p + torch.randint(1, 4, (16,))) % 4
        data_a, data_p, data_n = (means[k] + 0.3 * torch.randn(16, 6) for k in (label_p, label_p, label_n))
        loss = batch_loss(model, data_a, data_p, data_n, label_p, label_n)
        if loss is None:
            continue
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
