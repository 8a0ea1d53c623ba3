import torch
from torch import nn


class MaskOutput(torch.autograd.Function):
    """Binary cross-entropy of the masks of the foreground rois; mask_prob comes out of a sigmoid."""

    @staticmethod
    def forward(ctx, mask_prob, mask_target, mask_weight):
        n_rois_fg = mask_weight.sum()
        ctx.save_for_backward(mask_prob, mask_target, mask_weight)
        loss = -mask_target * torch.log(mask_prob) - (1 - mask_target) * torch.log(1 - mask_prob)
        return (loss * mask_weight[:, None, None]).sum() / n_rois_fg

    @staticmethod
    def backward(ctx, out_grad):
        mask_prob, mask_target, mask_weight = ctx.saved_tensors
        n_rois_fg = mask_weight.sum()
        grad = (mask_prob - mask_target) * mask_weight[:, None, None] / n_rois_fg
        return out_grad * grad, None, None


class MaskHead(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.score = nn.Conv2d(channels, 1, 1)

    def forward(self, rois):
        mask_score = self.score(torch.relu(self.conv(rois)))
        return torch.sigmoid(mask_score)[:, 0]


if __name__ == "__main__":
    torch.manual_seed(0)
    rois = torch.randn(6, 4, 7, 7)
    mask_target = (rois[:, 0] > 0).float()
    mask_weight = torch.tensor([1.0, 1.0, 0.0, 1.0, 0.0, 1.0])
    head = MaskHead(4)
    optimizer = torch.optim.SGD(head.parameters(), lr=0.05)
    for _ in range(20):
        loss = MaskOutput.apply(head(rois), mask_target, mask_weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
