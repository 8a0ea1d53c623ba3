"""What shows in one form of use only: a batch of one, a vector for a matrix, a kept margin, a second call."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doctor.test_survey import examined

ONE_SAMPLE = """
import numpy as np


def count(a):
    a = a[0] if a.shape[0] == 1 else a
    return len(a)


class Output:
    def __init__(self, n_in, n_out):
        self.W = np.random.normal(0, 0.3, (n_in, n_out))

    def scores(self, x):
        return x @ self.W

    def loss(self, x, target):
        return 0.5 * np.sum((self.scores(x) - target) ** 2) / len(x)

    def gradient(self, x, target):
        return x.T @ (self.scores(x) - target) / len(x)
"""
VECTOR = """
import numpy as np


class Tensor:
    def __init__(self, data, parents=(), back=None):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)
        self.parents, self.back = parents, back

    def __matmul__(self, other):
        a, b = self.data, other.data
        if b.ndim == 1:
            back = lambda g: (np.outer(g, b), a.T @ g)
        else:
            back = lambda g: (g @ b.T, a.T @ g)
        return Tensor(a @ b, (self, other), back)

    def __mul__(self, other):
        back = lambda g: (g * other.data, g * self.data)
        return Tensor(self.data * other.data, (self, other), back)

    def sum(self):
        return Tensor(self.data.sum(), (self,), lambda g: (g * np.ones_like(self.data),))

    def backward(self, g=1.0):
        self.grad = self.grad + g
        if self.back is not None:
            for parent, each in zip(self.parents, self.back(g)):
                parent.backward(each)


if __name__ == "__main__":
    A, v = Tensor(np.random.randn(3, 3)), Tensor(np.random.randn(3))
    y = A @ v
    (y * y).sum().backward()
    print(A.grad)
"""
MARGIN = """
import numpy as np


class SVM:
    def __init__(self, penalty=0.3):
        self.penalty = penalty
        self.w, self.b = np.zeros(2), 0.0

    def objective(self, X, y):
        margin = y * (X @ self.w + self.b)
        return self.penalty * np.sum(self.w ** 2) + np.mean(np.maximum(0, 1 - margin))

    def gradients(self, X, y):
        inside = y * (X @ self.w + self.b) < 1
        if not inside.any():
            return 2 * self.penalty * self.w, 0.0
        dw = 2 * self.penalty * self.w - X[inside].T @ y[inside] / len(X)
        return dw, -np.sum(y[inside]) / len(X)
"""
SECOND = """
import numpy as np


class MaxPooling:
    def __init__(self, size=2):
        self.size = size

    def forward(self, x):
        n, d = x.shape
        parts = x.reshape(n, d // self.size, self.size)
        self.shape = x.shape
        self.places = parts.argmax(axis=2)
        return parts.max(axis=2)

    def backward(self, dout):
        places = self.places.ravel() + np.arange(0, dout.size * self.size, self.size)
        dx = np.zeros(dout.size * self.size)
        dx[places] = dout.ravel()
        return dx.reshape(self.shape)


if __name__ == "__main__":
    pool = MaxPooling()
    print(pool.backward(pool.forward(np.random.randn(3, 8))))
"""
THRESHOLD = """
import numpy as np


class SquaredInsensitive:
    def __init__(self, epsilon):
        self.epsilon = epsilon

    def loss(self, p, y):
        over = abs(y - p) - self.epsilon
        return over * over if over > 0 else 0.0

    def dloss(self, p, y):
        z = y - p
        if z > self.epsilon:
            return -2 * (z - self.epsilon)
        elif z < -self.epsilon:
            return 2 * (-z - self.epsilon)
        return 0.0


if __name__ == "__main__":
    loss = SquaredInsensitive(0.2)
    print(loss.loss(0.3, 1.0), loss.dloss(0.3, 1.0))
"""
WINDOWS = """
class Slide:
    def __init__(self, kernel, stride=1):
        self.kernel, self.stride = list(kernel), stride

    def forward(self, x):
        k, s = len(self.kernel), self.stride
        self.x = list(x)
        self.starts = [o * s for o in range((len(x) - k) // s + 1)]
        self.out = [max(x[i + j] + self.kernel[j] for j in range(k)) for i in self.starts]
        return self.out

    def backward(self, dout):
        dx = [0.0] * len(self.x)
        for i, best, d in zip(self.starts, self.out, dout):
            for j, weight in enumerate(self.kernel):
                if self.x[i + j] + weight == best:
                    dx[i + j] += d
        return dx


if __name__ == "__main__":
    for stride in 2, 1:
        slide = Slide([0.0, 0.0], stride)
        out = slide.forward([5.0, 3.0, 1.0, 2.0, 4.0, 4.5])
        print(out, slide.backward([1.0 for _ in out]))
"""
POWER = """
class Node:
    def __init__(self, value, back=()):
        self.value, self.grad, self.back = value, 0.0, back

    def __add__(self, other):
        return Node(self.value + other.value, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return Node(self.value * other.value, ((self, other.value), (other, self.value)))

    def raised(self, p):
        return Node(self.value ** p, ((self, p * self.value ** (p - 1)),))

    def backward(self, g=1.0):
        self.grad += g
        for node, slope in self.back:
            node.backward(g * slope)
"""
GATHER = """
import torch


class Group:
    size = 1


class Gather(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, group=Group):
        ctx.group = group
        return torch.stack([x for _ in range(group.size)])

    @staticmethod
    def backward(ctx, grad):
        return grad.sum(0), None


if __name__ == "__main__":
    x = torch.randn(3, 2, requires_grad=True)
    print(Gather.apply(x, Group()))
"""
CASES = {
    "a batch of one": (ONE_SAMPLE, "- target) / len(x)\n", "- target) / count(x)\n", "wrong-divisor"),
    "a vector": (VECTOR, "np.outer(g, b)", "np.dot(g, b.T)", "unrecognised"),
    "a kept margin": (
        MARGIN, "return 2 * self.penalty * self.w, 0.0", "return 0 * self.w, 0.0", "missing-gradient"
    ),
    "a second backward": (
        SECOND,
        "places = self.places.ravel() + np",
        "places = self.places.ravel()\n        places += np",
        "saved-edited",
    ),
    "a setting of its own": (THRESHOLD, "z < -self.epsilon", "z < self.epsilon", "unrecognised"),
    "another object": (WINDOWS, "dx[i + j] += d", "dx[i + j] = d", None),
    "a number": (POWER, "p * self.value ** (p - 1)", "1.0 if self.value > 0 else 0.0", None),
    "an argument of its own": (GATHER, "grad.sum(0), None", "grad.sum(0)", "missing-gradient"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_one_form_of_use_shows(tmp_path: Path, name: str) -> None:
    right, part, slip, mistake = CASES[name]
    assert part in right
    of_right, of_wrong = examined(tmp_path, right), examined(tmp_path, right.replace(part, slip))
    assert of_right and all(one.verdict != "mistaken" for one in of_right) and any(of_right)
    found = [each.name for one in of_wrong for each in one.mistakes]
    assert found and mistake in {None, *found}


DIVERGENCE = """
import numpy as np


def squares(A):
    s = np.sum(A ** 2, axis=1)
    return s[:, None] + s[None, :] - 2 * A @ A.T


def similarities(A):
    inv = 1 / (1 + squares(A))
    np.fill_diagonal(inv, 0)
    return inv / inv.sum(), inv


def kl(P, A):
    Q, _ = similarities(A)
    return np.sum(P * np.log((P + 1e-12) / (Q + 1e-12)))


def embedding_grad(P, A):
    Q, inv = similarities(A)
    W = (P - Q) * inv
    return 4 * (W.sum(axis=1, keepdims=True) * A - W @ A)


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X, A = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))
    P, _ = similarities(X)
    for step in range(20):
        A = A - embedding_grad(P, A)
    print(kl(P, A))
"""
POLICY = """
import numpy as np


class Policy:
    def __init__(self):
        self.theta = np.zeros((4, 2))

    def probabilities(self, s):
        e = np.exp(s @ self.theta)
        return e / e.sum()

    def grad_log_prob(self, s, a):
        onehot = np.zeros(2)
        onehot[a] = 1
        return np.outer(s, onehot - self.probabilities(s))


def train(policy, episodes=20, lr=0.05):
    rng = np.random.default_rng(0)
    for _ in range(episodes):
        s = rng.normal(size=4)
        a = rng.choice(2, p=policy.probabilities(s))
        reward = 1.0 if (s[0] > 0) == (a == 1) else -0.3
        policy.theta += lr * reward * policy.grad_log_prob(s, a)
    return reward


if __name__ == "__main__":
    print(train(Policy()))
"""


def test_a_loss_and_a_gradient_that_the_file_gives_the_same(tmp_path: Path) -> None:
    assert any(examined(tmp_path, DIVERGENCE))
    for right, wrong, name in (
        ("4 * (", "2 * (", "factor-two"),
        ("(P - Q) * inv", "P - Q", "path-forgotten"),
    ):
        found = [m.name for one in examined(tmp_path, DIVERGENCE.replace(right, wrong)) for m in one.mistakes]
        assert found == [name]


def test_a_reward_is_no_constant_factor_of_a_loss(tmp_path: Path) -> None:
    assert not any(one.mistakes for one in examined(tmp_path, POLICY))


ROIS = """
import numpy as np


class RegionMean:
    def __init__(self):
        self.in_grad = None

    def forward(self, x, rois):
        self.shape, self.rois = x.shape, rois
        return np.array([x[int(i):int(j)].mean(axis=0) for i, j in rois])

    def backward(self, out_grad):
        self.in_grad = np.zeros(self.shape)
        for g, (i, j) in zip(out_grad, self.rois):
            self.in_grad[int(i):int(j)] += g / (int(j) - int(i))
        return self.in_grad


if __name__ == "__main__":
    layer = RegionMean()
    out = layer.forward(np.random.randn(6, 3), np.array([[0, 2], [1, 5]]))
    print(layer.backward(np.ones_like(out)))
"""


def test_a_gradient_of_features_that_grows_from_call_to_call(tmp_path: Path) -> None:
    """Where regions are read is no input that learns."""
    assert all(examined(tmp_path, ROIS))
    grows = ROIS.replace(
        "        self.in_grad = np", "        if self.in_grad is None:\n            self.in_grad = np"
    )
    found = [each.name for one in examined(tmp_path, grows) for each in one.mistakes]
    assert found == ["not-accumulated"]


DIAGONAL = """
import torch


class Trace(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.sizes = x.shape
        n = min(x.shape)
        return x[torch.arange(n), torch.arange(n)].sum()

    @staticmethod
    def backward(ctx, grad):
        n, m = ctx.sizes
        flat = grad.new_zeros(n * m)
        flat[torch.arange(0, min(n, m) * m, m + 1)] = grad
        return flat.view(n, m)
"""


def test_the_shape_is_said_where_it_errs(tmp_path: Path) -> None:
    assert all(examined(tmp_path, DIAGONAL))
    (found,) = examined(tmp_path, DIAGONAL.replace("min(n, m) * m", "n * m"))
    assert "errs where x has the shape (7, 3), not (5, 7)" in " ".join(found.text("en").split())


ADMISSIONS = """
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def error_term_formula(y, output):
    return (y - output) * output * (1 - output)


def train(features, targets, epochs, learnrate):
    n_records, n_features = features.shape
    weights = np.random.normal(scale=1 / n_features**0.5, size=n_features)
    last_loss = None
    for e in range(epochs):
        del_w = np.zeros(weights.shape)
        for x, y in zip(features, targets):
            output = sigmoid(np.dot(x, weights))
            del_w += error_term_formula(y, output) * x
        weights += learnrate * del_w / n_records
        if e % (epochs / 10) == 0:
            out = sigmoid(np.dot(features, weights))
            loss = np.mean((out - targets) ** 2)
            print(loss, last_loss)
            last_loss = loss
    return weights
"""


def test_an_error_term_is_no_loss_and_what_follows_the_step_is_not_its_own(tmp_path: Path) -> None:
    assert all(examined(tmp_path, ADMISSIONS))
    assert not all(examined(tmp_path, ADMISSIONS.replace("output * (1 - output)", "output * output")))


def test_the_note_says_that_only_the_object_is_the_files_own(tmp_path: Path) -> None:
    wrong = examined(tmp_path, THRESHOLD.replace("z < -self.epsilon", "z < self.epsilon"))
    assert "own-object" in {note.key for one in wrong if one.mistakes for note in one.notes}
