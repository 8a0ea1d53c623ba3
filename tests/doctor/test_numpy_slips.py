"""Slips that reports from the wild taught the doctor, on code of our own of the same kind.

The right code is healthy; the slip has its name and variant.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor import Diagnosis
from charmlp.doctor.isolation.targets import defined
from charmlp.doctor.isolation.worker import examine_one
from tests.doctor.test_kinds_layers import module_of
from tests.sampling import one_in

SOURCES = {
    "layer_norm": """
class Standardise:
    def forward(self, x):
        self.c = x - x.mean(1, keepdims=True)
        self.std = np.sqrt((self.c**2).mean(1, keepdims=True))
        self.s = self.std + 0.3
        return self.c / self.s
    def backward(self, up):
        path = self.c * (up * self.c).mean(1, keepdims=True) / (self.std * self.s)
        return (up - up.mean(1, keepdims=True) - path) / self.s
""",
    "l2_normalisation": """
def unit_rows_forward(x):
    r = np.sqrt((x * x).sum(1, keepdims=True))
    return x / (r + 0.3), (x, r)
def unit_rows_backward(dout, cache):
    x, r = cache
    return dout / (r + 0.3) - x * (dout * x).sum(1, keepdims=True) / (r * (r + 0.3) ** 2)
""",
    "rms_norm": """
class RootMeanSquare:
    def forward(self, x):
        self.r = np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6)
        self.n = x / self.r
        return self.n
    def backward(self, up):
        return (up - self.n * np.mean(up * self.n, -1, keepdims=True)) / self.r
""",
    "softmax": """
def softmax_forward(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p
def softmax_backward(dout, p):
    inner = np.sum(dout * p, axis=1, keepdims=True)
    return p * (dout - inner)
""",
    "convolution": """
class Filter:
    def forward(self, pictures, kernel):
        self.pictures, self.kernel, r = pictures, kernel, len(kernel)
        n, h, w = pictures.shape
        self.places = [(i, j) for i in range(0, h - r + 1, 2) for j in range(0, w - r + 1, 2)]
        sums = [(pictures[:, i : i + r, j : j + r] * kernel).sum((1, 2)) for i, j in self.places]
        return np.stack(sums, 1).reshape(n, (h - r) // 2 + 1, -1)
    def backward(self, up):
        g, r = up.reshape(len(up), -1, 1, 1), len(self.kernel)
        dx, dk = np.zeros_like(self.pictures), np.zeros_like(self.kernel)
        for place, (i, j) in enumerate(self.places):
            dx[:, i : i + r, j : j + r] += g[:, place] * self.kernel
            dk += (g[:, place] * self.pictures[:, i : i + r, j : j + r]).sum(0)
        return dx, dk
""",
    "cube of what is clipped": """
def ccube_forward(x):
    y = 1 + np.clip(x, -0.9, 0.9) ** 3
    return y, (x, y)
def ccube_backward(dout, cache):
    x, y = cache
    return dout * 3 * np.cbrt(y - 1) ** 2 * ((x > -0.9) & (x < 0.9))
""",
    "means of two columns": """
class MeanOfPairs:
    def forward(self, x):
        self.width = x.shape[1]
        return np.stack([x[:, i : i + 2].mean(1) for i in range(0, self.width, 2)], 1)
    def backward(self, up):
        dx = np.repeat(up, 2, axis=1)[:, : self.width] / 2
        if self.width % 2:
            dx[:, -1] *= 2
        return dx
""",
    "swish": """
class LearnedSwish:
    def __init__(self):
        self.beta = np.array([1.2])
    def forward(self, x):
        self.x, self.s = x, 1 / (1 + np.exp(-self.beta * x))
        return x * self.s
    def backward(self, up):
        slope = self.s * (1 - self.s)
        self.dbeta = np.array([np.sum(up * self.x**2 * slope)])
        return up * (self.s + self.beta * self.x * slope)
""",
    "svm of weights": """
def svm_loss(W, X, y):
    n = len(X)
    z = X @ W.T
    margins = np.maximum(0, z - z[np.arange(n), y].reshape(-1, 1) + 1)
    margins[np.arange(n), y] = 0
    inside = (margins > 0).astype(float)
    inside[np.arange(n), y] = -inside.sum(1)
    return margins.sum() / n, inside.T @ X / n
""",
    "softmax of weights": """
def softmax_loss(W, b, X, y, reg=0.1):
    z = X @ W + b
    q = np.exp(z - z.max(1, keepdims=True))
    q /= q.sum(1, keepdims=True)
    loss = -np.log(q[np.arange(len(X)), y]).mean() + reg * (W * W).sum()
    d = q.copy()
    d[np.arange(len(X)), y] -= 1
    d /= len(X)
    return loss, X.T @ d + 2 * reg * W, d.sum(0)
""",
    "one sample": """
def squared_loss(x, target, weights):
    error = weights @ x - target
    weight_deltas = np.outer(error, x)
    return 0.5 * error @ error, weight_deltas
""",
    "bce_with_logits": """
class LogisticScore:
    def score(self, z, labels):
        return np.mean(np.maximum(z, 0) - z * labels + np.log1p(np.exp(-abs(z))))
    def gradient(self, z, labels):
        p = 1 / (1 + np.exp(-z))
        return (p - labels) / labels.size
""",
    "leaky_relu": """
class Leaky:
    def __init__(self, leak=-0.5):
        self.leak = leak
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, self.leak * x)
    def backward(self, up):
        return np.where(self.x > 0, up, self.leak * up)
""",
    "elu": """
def elu_forward(x, alpha=-0.7):
    y = np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return y, (x, y, alpha)
def elu_backward(dout, cache):
    x, y, alpha = cache
    return dout * np.where(x > 0, 1.0, y + alpha)
""",
    "cross_entropy": """
def cross_entropy_loss(z, y):
    e = np.exp(z - z.max())
    p = e / e.sum(axis=1, keepdims=True)
    dz = p.copy()
    dz[np.arange(len(z)), y] -= 1
    return -np.log(p[np.arange(len(z)), y]).mean(), dz / len(z)
""",
}
# In place of what stands there, and what must be said: names with their variants
SLIPS = [
    ("layer_norm", "(self.std * self.s)", "self.s**2", {"path-forgotten.added"}),
    ("l2_normalisation", "(r * (r + 0.3) ** 2)", "(r + 0.3) ** 3", {"path-forgotten.added"}),
    (
        "rms_norm",
        "np.mean(up * self.n, -1, keepdims=True)",
        "np.mean(up * self.n, -1)",
        {"path-forgotten.axis"},
    ),
    ("softmax", "dout * p, axis=1, keepdims=True", "dout * p, axis=1", {"path-forgotten.axis"}),
    (
        "convolution",
        "enumerate(self.places)",
        "enumerate((i // 2, j // 2) for i, j in self.places)",
        {"kernel-not-flipped.stride"},
    ),
    ("cube of what is clipped", "(x > -0.9) & (x < 0.9)", "(y > -0.9) & (y < 0.9)", {"wrong-mask.elsewhere"}),
    ("cube of what is clipped", " * ((x > -0.9) & (x < 0.9))", "", {"relu-mask.nowhere"}),
    ("means of two columns", "dx[:, -1] *= 2", "pass", {"ties.place"}),
    ("swish", "self.x**2 * slope", "self.x**2", {"path-forgotten.factor"}),
    ("swish", "self.x**2 * slope", "self.x * slope", {"path-forgotten.factor"}),
    ("svm of weights", "= -inside.sum(1)", "= 1 - inside.sum(1)", {"ties.count"}),
    ("softmax of weights", "    d[np.arange(len(X)), y] -= 1\n", "", {"target-forgotten."}),
    ("one sample", "np.outer(error, x)", "np.outer(x, error)", {"weight-transposed."}),
    ("bce_with_logits", "(p - labels) /", "labels * (p - 1) /", {"path-forgotten."}),
    ("leaky_relu", "self.x > 0, up", "self.leak * self.x > 0, up", {"relu-mask.slopes"}),
    ("elu", "where(x > 0, 1.0", "where(y > 0, 1.0", {"relu-mask.formula"}),
    ("cross_entropy", "e.sum(axis=1, keepdims=True)", "e.sum()", {"forward-wrong.form"}),
]


def examined(source: str, folder: Path) -> Diagnosis:
    ((name, thing),) = defined(module_of(source, folder))
    return examine_one(thing, None, name, name)


@pytest.mark.parametrize("kind", one_in(2, SOURCES))
def test_right_code_is_healthy(kind: str, tmp_path: Path) -> None:
    diagnosis = examined(SOURCES[kind], tmp_path)
    assert diagnosis.verdict == "healthy", diagnosis
    assert " " in kind or diagnosis.kind == kind


@pytest.mark.parametrize(("kind", "old", "new", "names"), one_in(2, SLIPS))
def test_a_slip_is_named(kind: str, old: str, new: str, names: set[str], tmp_path: Path) -> None:
    assert SOURCES[kind].count(old) == 1
    diagnosis = examined(SOURCES[kind].replace(old, new), tmp_path)
    assert {f"{mistake.name}.{mistake.variant}" for mistake in diagnosis.mistakes} == names, diagnosis


NOTES = {
    "epsilon-apart": """
class Likelihood:
    def forward(self, p, y):
        self.p, self.y = p, y
        return -np.sum(y * np.log(p + 1e-6)) / len(y)
    def backward(self):
        return -self.y / self.p / len(self.y)
""",
    "float64-note": """
def ramp_forward(x):
    return np.maximum(x, 0), x
def ramp_backward(dout, x):
    return dout * np.where(x > 0, np.ones(x.shape), 0.0)
""",
    "log-zero-note-bits": """
def bits_loss(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), (p - y) / y.size
""",
}


@pytest.mark.parametrize("key", NOTES)
def test_what_is_no_mistake_is_a_note(key: str, tmp_path: Path) -> None:
    diagnosis = examined(NOTES[key], tmp_path)
    assert diagnosis.verdict == "healthy", diagnosis
    assert key in [note.key for note in diagnosis.notes], diagnosis


def test_an_epsilon_that_matters_is_a_mistake(tmp_path: Path) -> None:
    diagnosis = examined(NOTES["epsilon-apart"].replace("1e-6", "0.05"), tmp_path)
    assert diagnosis.verdict == "mistaken"


DERIVATIVE_BESIDE = """
def hinge_forward(x, slope=0.25):
    y = np.where(x > 0, x, slope * x)
    return y, (x, slope)
def hinge_derivative(x, slope=0.25):
    return np.where(x > 0, 1.0, slope)
def hinge_backward(dout, cache):
    x, slope = cache
    return dout * hinge_derivative(x, slope)
"""


def test_a_derivative_beside_a_pair_takes_no_cache(tmp_path: Path) -> None:
    found = defined(module_of(DERIVATIVE_BESIDE, tmp_path))
    assert {name: examine_one(thing, None, name, name).verdict for name, thing in found} == {
        "hinge_forward": "healthy",
        "hinge_backward": "healthy",
    }
