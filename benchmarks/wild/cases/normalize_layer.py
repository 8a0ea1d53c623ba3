import numpy as np


class NormalizeLayer:
    """Each row of bottom over its norm, L1 or L2."""

    def __init__(self, normalize_type="L2", eps=1e-10):
        self.normalize_type = normalize_type
        self.eps = eps

    def forward(self, bottom):
        self.bottom_data = bottom
        self.squared = bottom**2
        if self.normalize_type == "L2":
            self.norm = np.sqrt(self.squared.sum(axis=1, keepdims=True)) + self.eps
        elif self.normalize_type == "L1":
            self.norm = np.abs(bottom).sum(axis=1, keepdims=True) + self.eps
        else:
            raise NotImplementedError(self.normalize_type)
        self.top_data = bottom / self.norm
        return self.top_data

    def backward(self, top_diff):
        a = np.sum(self.top_data * top_diff, axis=1, keepdims=True)
        if self.normalize_type == "L2":
            bottom_diff = top_diff - self.top_data * a
        else:
            bottom_diff = top_diff - self.squared * a
        return bottom_diff / self.norm


if __name__ == "__main__":
    np.random.seed(0)
    faces = np.random.randn(8, 5)
    labels = np.arange(8) % 2
    centres = np.eye(2, 5)
    layer = NormalizeLayer("L1")
    for iteration in range(20):
        top = layer.forward(faces)
        top_diff = top - centres[labels]
        loss = 0.5 * np.sum(top_diff**2)
        faces -= 0.5 * layer.backward(top_diff)
    print(loss)
