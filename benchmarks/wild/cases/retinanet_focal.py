import torch
import torch.nn as nn


def one_hot_embedding(labels, num_classes):
    y = torch.eye(num_classes, dtype=torch.float64)
    return y[labels]


class FocalLoss(nn.Module):
    def __init__(self, num_classes=20):
        super().__init__()
        self.num_classes = num_classes

    def focal_loss(self, x, y):
        """x (N, num_classes), y (N,) with 0 for background; sums over all."""
        alpha = 0.25
        gamma = 2

        t = one_hot_embedding(y, 1 + self.num_classes)
        t = t[:, 1:]  # exclude background

        p = x.sigmoid()
        pt = p * t + (1 - p) * (1 - t)  # pt = p if t > 0 else 1-p
        w = alpha * t + (1 - alpha) * (1 - t)  # w = alpha if t > 0 else 1-alpha
        w = w * (1 - pt).pow(gamma)
        logpt = nn.functional.logsigmoid(x) * t + nn.functional.logsigmoid(-x) * (1 - t)
        return -(w * logpt).sum()

    def smooth_l1(self, x, target):
        diff = (x - target).abs()
        return torch.where(diff < 1, 0.5 * diff**2, diff - 0.5).sum()

    def forward(self, loc_preds, loc_targets, cls_preds, cls_targets):
        pos = cls_targets > 0
        num_pos = pos.sum().clamp(min=1)
        loc_loss = self.smooth_l1(loc_preds[pos], loc_targets[pos])

        pos_neg = cls_targets > -1  # exclude ignored anchors
        cls_loss = self.focal_loss(cls_preds[pos_neg], cls_targets[pos_neg])
        return (loc_loss + cls_loss) / num_pos


if __name__ == "__main__":
    torch.manual_seed(0)
    anchors = torch.randn(50, 6, dtype=torch.float64)
    cls_targets = torch.where(anchors[:, 0] > 0.5, 1 + (anchors[:, 1] > 0).long(), 0)
    cls_targets[anchors[:, 2].abs() < 0.1] = -1
    loc_targets = anchors[:, :4] * 0.5
    net = nn.Linear(6, 4 + 2).double()
    loss_fn = FocalLoss(num_classes=2)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    for _ in range(30):
        out = net(anchors)
        loss = loss_fn(out[:, :4], loc_targets, out[:, 4:], cls_targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
