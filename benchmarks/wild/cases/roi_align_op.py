import numpy as np


class ROIAlign:
    """One bilinear sample at the centre of each of pooled x pooled bins; rois: (index, x1, y1, x2, y2)."""

    def __init__(self, pooled=2, spatial_scale=1.0):
        self.pooled, self.spatial_scale = pooled, spatial_scale
        self.in_grad = None

    def corners(self, roi, height, width):
        x1, y1, x2, y2 = roi[1:] * self.spatial_scale
        bin_w, bin_h = max(x2 - x1, 1.0) / self.pooled, max(y2 - y1, 1.0) / self.pooled
        for ph in range(self.pooled):
            for pw in range(self.pooled):
                y = min(max(y1 + (ph + 0.5) * bin_h, 0.0), height - 1.0)
                x = min(max(x1 + (pw + 0.5) * bin_w, 0.0), width - 1.0)
                y_low, x_low = int(y), int(x)
                y_high, x_high = min(y_low + 1, height - 1), min(x_low + 1, width - 1)
                ly, lx = y - y_low, x - x_low
                yield (
                    (ph, pw),
                    (
                        (y_low, x_low, (1 - ly) * (1 - lx)),
                        (y_low, x_high, (1 - ly) * lx),
                        (y_high, x_low, ly * (1 - lx)),
                        (y_high, x_high, ly * lx),
                    ),
                )

    def forward(self, x, rois):
        self.rois = rois
        n, channels, height, width = self.in_shape = x.shape
        out = np.zeros((len(rois), channels, self.pooled, self.pooled))
        for r, roi in enumerate(rois):
            for (ph, pw), samples in self.corners(roi, height, width):
                for i, j, w in samples:
                    out[r, :, ph, pw] += w * x[int(roi[0]), :, i, j]
        return out

    def backward(self, out_grad):
        if self.in_grad is None or self.in_grad.shape != self.in_shape:
            self.in_grad = np.zeros(self.in_shape)
        for r, roi in enumerate(self.rois):
            for (ph, pw), samples in self.corners(roi, *self.in_shape[2:]):
                for i, j, w in samples:
                    self.in_grad[int(roi[0]), :, i, j] += w * out_grad[r, :, ph, pw]
        return self.in_grad


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 3, 6, 7))
    rois = np.array([[0, 0.3, 1.2, 4.1, 5.0], [1, 2.0, 0.5, 6.3, 3.9]])
    op = ROIAlign(2)
    out = op.forward(x, rois)
    print(out.shape, op.backward(np.ones_like(out)).sum())
