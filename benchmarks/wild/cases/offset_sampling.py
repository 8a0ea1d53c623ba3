import torch
from torch import nn
from torch.autograd import Function


def get_coordinate_weight(h, w, corners):
    """How the sampled value changes with the row and with the column of the place."""
    (v00, v01, v10, v11) = corners
    lh, lw = h - h.floor(), w - w.floor()
    by_row = (1 - lw) * (v10 - v00) + lw * (v11 - v01)
    by_col = (1 - lh) * (v01 - v00) + lh * (v11 - v10)
    return by_row, by_col


class DeformableSample(Function):
    """data: (C, H, W), offset: (2, H, W) in rows and columns; outside of the map there are zeros."""

    @staticmethod
    def places(data, offset):
        _, height, width = data.shape
        rows = torch.arange(height, dtype=offset.dtype).view(-1, 1)
        cols = torch.arange(width, dtype=offset.dtype)
        return rows + offset[0], cols + offset[1]

    @staticmethod
    def corners(h, w, height, width):
        h0, w0 = h.floor().long(), w.floor().long()
        for dh in (0, 1):
            for dw in (0, 1):
                i, j = h0 + dh, w0 + dw
                inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
                weight = (1 - (h - i).abs()) * (1 - (w - j).abs())
                yield i.clamp(0, height - 1), j.clamp(0, width - 1), weight, inside

    @staticmethod
    def forward(ctx, data, offset):
        ctx.save_for_backward(data, offset)
        h, w = DeformableSample.places(data, offset)
        out = torch.zeros_like(data)
        for i, j, weight, inside in DeformableSample.corners(h, w, *data.shape[1:]):
            out += weight * inside * data[:, i, j]
        return out

    @staticmethod
    def backward(ctx, grad):
        data, offset = ctx.saved_tensors
        h, w = DeformableSample.places(data, offset)
        grad_data, values = torch.zeros_like(data), []
        for i, j, weight, inside in DeformableSample.corners(h, w, *data.shape[1:]):
            flat = (i * data.shape[2] + j).flatten()
            grad_data.view(data.shape[0], -1).index_add_(1, flat, (grad * weight * inside).flatten(1))
            values.append(data[:, i, j] * inside)
        by_row, by_col = get_coordinate_weight(h, w, values)
        return grad_data, torch.stack([(grad * by_row).sum(0), (grad * by_col).sum(0)])


class DeformConv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.offset = nn.Conv2d(in_channels, 2, 3, padding=1)
        self.conv = nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, x):
        offsets = self.offset(x)
        return self.conv(torch.stack([DeformableSample.apply(d, o) for d, o in zip(x, offsets)]))


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(4, 2, 6, 7)
    target = torch.roll(x[:, :1], 1, dims=3)
    model = DeformConv(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(10):
        loss = (model(x) - target).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())
