"""Right programs whose parts look wrong alone, or with what their own run leaves behind; and wrong twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from charmlp.doctor.survey.together import seen_together
from tests.doctor.test_survey import examined

# What backward needs is kept on the object: a file's own run shows it with that, which is no weight
COSINE = """
import numpy as np


class CosineLoss:
    def forward(self, a, b):
        self.a, self.b = a, b
        self.na = np.sqrt((a * a).sum(1, keepdims=True))
        self.nb = np.sqrt((b * b).sum(1, keepdims=True))
        self.cos = (a * b).sum(1, keepdims=True) / (self.na * self.nb)
        return np.mean(1.0 - self.cos)

    def backward(self):
        n = self.a.shape[0]
        return -(self.b / (self.na * self.nb) - self.cos * self.a / self.na**2) / n


if __name__ == "__main__":
    a, b = np.random.randn(8, 5), np.random.randn(8, 5)
    loss = CosineLoss()
    print(loss.forward(a, b), loss.backward())
"""
# Found by the program's own example, and looked at with larger numbers as well
LISTNET = """
import numpy as np


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def listnet_loss(scores, relevance):
    return -np.sum(softmax(relevance) * np.log(softmax(scores)))


def listnet_gradient(scores, relevance):
    return softmax(scores) - softmax(relevance)


if __name__ == "__main__":
    s, r = np.random.randn(6), np.random.randn(6)
    print(listnet_loss(s, r), listnet_gradient(s, r))
"""
LAYERS = """
import numpy as np


class Dense:
    def __init__(self, n_out, n_in):
        self.W = np.random.randn(n_out, n_in)
        self.b = np.zeros((n_out, 1))

    def forward(self, A):
        self.A = A
        return self.W @ A + self.b

    def backward(self, dZ):
        m = self.A.shape[1]
        self.dW = dZ @ self.A.T / m
        self.db = dZ.sum(axis=1, keepdims=True) / m
        return self.W.T @ dZ


class SigmoidBCE:
    def forward(self, Z, Y):
        self.P, self.Y = 1 / (1 + np.exp(-Z)), Y
        return -np.mean(Y * np.log(self.P) + (1 - Y) * np.log(1 - self.P))

    def backward(self):
        return self.P - self.Y


if __name__ == "__main__":
    dense, loss = Dense(1, 3), SigmoidBCE()
    print(loss.forward(dense.forward(np.random.randn(3, 9)), np.ones((1, 9))))
    dense.backward(loss.backward())
"""
POLICY = """
import numpy as np


class Policy:
    def __init__(self):
        self.theta = np.zeros((4, 2))

    def probs(self, s):
        z = np.exp(s @ self.theta)
        return z / z.sum()

    def grad_log(self, s, a):
        return np.outer(s, np.eye(2)[a] - self.probs(s))

    def update(self, states, actions, rewards):
        G, total = 0.0, np.zeros_like(self.theta)
        for s, a, r in zip(states[::-1], actions[::-1], rewards[::-1]):
            G = r + 0.9 * G
            total += G * self.grad_log(s, a)
        self.theta += 0.1 * total


if __name__ == "__main__":
    policy = Policy()
    policy.update([np.random.randn(4) for _ in range(5)], [0, 1, 1, 0, 1], [1.0, 0.0, 1.0, 2.0, 0.5])
"""


def mistakes(folder: Path, code: str) -> set[str]:
    return {mistake.name for one in seen_together(examined(folder, code)) for mistake in one.mistakes}


@pytest.mark.parametrize("code", [COSINE, LISTNET, LAYERS, POLICY])
def test_a_right_program_is_not_flagged(tmp_path: Path, code: str) -> None:
    assert not mistakes(tmp_path, code)


@pytest.mark.parametrize(
    ("code", "right", "wrong"),
    [
        (COSINE, "self.na**2) / n", "self.na) / n"),
        (COSINE, " return -(self.b", " return (self.b"),
        (LAYERS, "dZ @ self.A.T / m", "dZ @ self.A.T"),
        (LAYERS, "return self.P - self.Y", "return self.Y - self.P"),
    ],
)
def test_its_wrong_twin_is(tmp_path: Path, code: str, right: str, wrong: str) -> None:
    assert right in code
    assert mistakes(tmp_path, code.replace(right, wrong))


def test_what_is_not_recognised_is_not_healthy(tmp_path: Path) -> None:
    wrong = LISTNET.replace("return softmax(scores) - ", "return scores - ")
    assert wrong != LISTNET and not all(examined(tmp_path, wrong))


def test_a_mean_is_left_to_layers_that_take_it_only(tmp_path: Path) -> None:
    assert "missing-mean" in mistakes(tmp_path, LAYERS.replace(" / m\n", "\n"))
