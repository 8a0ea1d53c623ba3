import torch
from torch import nn


class CenterlossFunc(torch.autograd.Function):
    @staticmethod
    def forward(ctx, feature, label, centers, batch_size):
        ctx.save_for_backward(feature, label, centers, batch_size)
        centers_batch = centers.index_select(0, label.long())
        return (feature - centers_batch).pow(2).sum() / 2.0 / batch_size

    @staticmethod
    def backward(ctx, grad_output):
        feature, label, centers, batch_size = ctx.saved_tensors
        centers_batch = centers.index_select(0, label.long())
        diff = centers_batch - feature
        grad_centers = torch.zeros_like(centers)
        grad_centers.index_add_(0, label.long(), diff)
        return -grad_output * diff / batch_size, None, grad_output * grad_centers, None


class CenterLoss(nn.Module):
    def __init__(self, num_classes, feat_dim, size_average=True):
        super().__init__()
        self.centers = nn.Parameter(torch.randn(num_classes, feat_dim))
        self.feat_dim = feat_dim
        self.size_average = size_average

    def forward(self, label, feat):
        batch_size = feat.size(0)
        feat = feat.view(batch_size, -1)
        if feat.size(1) != self.feat_dim:
            raise ValueError(f"centers have {self.feat_dim} dims, features {feat.size(1)}")
        divisor = feat.new_empty(1).fill_(batch_size if self.size_average else 1)
        return CenterlossFunc.apply(feat, label, self.centers, divisor).sum()


if __name__ == "__main__":
    torch.manual_seed(999)
    ct = CenterLoss(10, 2)
    y = torch.tensor([0, 0, 2, 1])
    feat = torch.zeros(4, 2).requires_grad_()
    out = ct(y, feat)
    out.backward()
    print(out.item())
    print(ct.centers.grad)
    print(feat.grad)
