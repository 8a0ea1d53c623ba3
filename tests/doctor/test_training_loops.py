"""Training loops outside all functions that learn: at the top of a file, in its main block, in `main()`."""

import json
from pathlib import Path

import pytest

from charmlp.cli import main

LAYERS = """
import numpy as np


class Dense:
    def __init__(self, inputs, units):
        self.A = np.random.randn(inputs, units) * 0.5
        self.c = np.zeros(units)

    def forward(self, x):
        self.x = x
        return x @ self.A + self.c

    def backward(self, upstream):
        self.dA = self.x.T @ upstream
        self.dc = upstream.sum(axis=0)
        return upstream @ self.A.T


class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, upstream):
        return upstream * (1 - self.out**2)


"""
OF_LAYERS = (
    LAYERS
    + """
if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(12, 2)), rng.normal(size=(12, 1))
    layers = [Dense(2, 3), Tanh(), Dense(3, 1)]
    lr = 0.1
    for step in range(30):
        out = X
        for layer in layers:
            out = layer.forward(out)
        loss = np.mean((out - Y) ** 2)
        grad = 2 * (out - Y) / len(X)
        for layer in reversed(layers):
            grad = layer.backward(grad)
        for layer in layers:
            if isinstance(layer, Dense):
                layer.A -= lr * layer.dA
                layer.c -= lr * layer.dc
    print(loss)
"""
)
OF_INPUT = (
    LAYERS
    + """
def main():
    rng = np.random.default_rng(0)
    x, wanted = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
    squash = Tanh()
    for _ in range(20):
        error = squash.forward(x) - wanted
        x -= 0.1 * squash.backward(error)


main()
"""
)
WITH_DECAY = (
    LAYERS
    + """
def main():
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(8, 4)), rng.normal(size=(8, 2))
    layer = Dense(4, 2)
    eta, weight_decay = 0.05, 1e-3
    for epoch in range(10):
        y = layer.forward(x)
        layer.backward((y - t) / len(x))
        layer.A -= eta * (layer.dA + weight_decay * layer.A)
        layer.c -= eta * layer.dc


main()
"""
)
CHARACTERS = """
import numpy as np

names = "anna otto emma ada".split()
letters = ["."] + sorted(set("".join(names)))
X, Y = [], []
for name in names:
    context = [0, 0]
    for letter in name + ".":
        X.append(context)
        Y.append(letters.index(letter))
        context = [context[1], Y[-1]]
X, Y = np.array(X), np.array(Y)
rng = np.random.default_rng(0)
C, W = rng.normal(size=(len(letters), 2)), rng.normal(size=(4, len(letters)))
b = np.zeros(len(letters))
for i in range(30):
    emb = C[X]
    flat = emb.reshape(len(X), -1)
    h = np.tanh(flat)
    logits = h @ W + b
    probs = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    loss = -np.log(probs[np.arange(len(X)), Y]).mean()
    dlogits = probs.copy()
    dlogits[np.arange(len(X)), Y] -= 1
    dlogits /= len(X)
    dW, db = h.T @ dlogits, dlogits.sum(0)
    demb = ((dlogits @ W.T) * (1 - h**2)).reshape(emb.shape)
    dC = np.zeros_like(C)
    for k in range(len(X)):
        for j in range(2):
            dC[X[k, j]] += demb[k, j]
    lr = 0.1 if i < 20 else 0.01
    for p, grad in zip([C, W, b], [dC, dW, db]):
        p += -lr * grad
"""
# The program, a change of it, and the mistake of the loop
WRONG = {
    "uphill": (OF_LAYERS, ("-= lr * layer", "+= lr * layer"), "sign-flipped"),
    "one-uphill": (OF_LAYERS, ("layer.c -= lr", "layer.c += lr"), "sign-flipped"),
    "input-uphill": (OF_INPUT, ("x -= 0.1", "x += 0.1"), "sign-flipped"),
    "decay-uphill": (WITH_DECAY, ("layer.c -= eta", "layer.c += eta"), "sign-flipped"),
    "embedding": (CHARACTERS, ("dC[X[k, j]] +=", "dC[X[k, j]] ="), "not-accumulated"),
    "slope": (CHARACTERS, ("(1 - h**2)", "(1 - flat**2)"), "wrong-variable"),
}
QUICK = ("one-uphill", "input-uphill")


def diagnoses(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    main(["doctor", str(path), "--format", "json"])
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    "text", [OF_LAYERS, OF_INPUT, WITH_DECAY, pytest.param(CHARACTERS, marks=pytest.mark.full)]
)
def test_right_loops_are_healthy(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = diagnoses(text, tmp_path, capsys)
    assert {one["verdict"] for one in found} == {"healthy"}, found
    assert found[-1]["target"].rpartition(":")[2] in ("training_loop", "script")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.full]) for name in WRONG],
)
def test_wrong_loops_are_named(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text, (old, new), expected = WRONG[name]
    assert old in text
    found = diagnoses(text.replace(old, new), tmp_path, capsys)
    mistakes = [mistake["name"] for one in found for mistake in one["mistakes"]]  # type: ignore[attr-defined]
    assert mistakes == [expected]


def test_rates_of_their_own_are_no_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where no loss is shown, a step may be as long as its author likes; nobody says that all is right."""
    text = WITH_DECAY.replace("layer.c -= eta", "layer.c -= 0.02").replace("(y - t) / len(x)", "y - t")
    found = diagnoses(text, tmp_path, capsys)
    assert not any(one["mistakes"] for one in found)


@pytest.mark.full
def test_an_input_with_a_large_loss_may_be_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = OF_INPUT.replace("x -= 0.1", "x_adv += 0.1").replace("x, wanted", "x_adv, wanted")
    found = diagnoses(text.replace("forward(x) - wanted", "forward(x_adv) - wanted"), tmp_path, capsys)
    assert not any(one["mistakes"] for one in found)


def test_a_penalty_that_makes_weights_grow_is_not_healthy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = diagnoses(WITH_DECAY.replace("+ weight_decay", "- weight_decay"), tmp_path, capsys)
    assert found[-1]["verdict"] != "healthy"
