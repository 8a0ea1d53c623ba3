"""The recipe "Add an activation" of CONTRIBUTING.md: softplus is added to a copy of the sources.

Two files are touched, the table of formulas and the blocks of `charmlp.nn`; the copy then has it everywhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import charmlp

FORMULAS = """

def softplus(x, real):
    \"\"\"y = log(1 + eˣ).\"\"\"
    return np.log1p(np.exp(-np.abs(x))) + maximum(x, real(0))


def softplus_backward(gradient, x, real):
    \"\"\"∂L/∂x = ∂L/∂y · σ(x).\"\"\"
    return gradient * sigmoid(x, real)


"""
ENTRY = '        Activation("softplus", softplus, softplus_backward, "x"),\n'
BLOCK = """

class SoftplusFunction(ElementwiseFunction):
    @staticmethod
    def forward(x):
        return torch.logaddexp(x, torch.zeros_like(x))

    @staticmethod
    def setup_context(ctx, inputs, output):
        save(ctx, *inputs)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * SigmoidFunction.forward(x)


def softplus(input):
    return SoftplusFunction.call(input)


class Softplus(HandDerived, torch.nn.Softplus):
    def forward(self, input):
        return softplus(input)


"""
LINE = '    "softplus": Block(SoftplusFunction, softplus, Softplus),\n'

USE = """
import numpy as np, torch
from charmlp import calculus, nn
from charmlp.config import TrainingConfig
from charmlp.nn import functional

assert TrainingConfig(act_type="softplus").act_type == "softplus"
model = nn.MLP(6, 3, (5, 4), act_type="softplus").double()
assert "Softplus" in nn.__all__ and "softplus" in functional.__all__ and type(model.net[1]) is nn.Softplus
x = torch.randn(7, 6, dtype=torch.float64)
weights, biases = ([p.detach().numpy() for p in model.parameters()][i::2] for i in (0, 1))
assert np.allclose(calculus.mlp(x.numpy(), weights, biases, "softplus"), model(x).detach().numpy())
x.requires_grad_()
assert torch.autograd.gradcheck(functional.softplus, x, check_forward_ad=True, check_batched_grad=True)
assert torch.allclose(functional.softplus(x), torch.nn.functional.softplus(x))
slope = torch.autograd.grad(functional.softplus(x).sum(), x)[0].numpy()
assert np.allclose(calculus.ACTIVATIONS["softplus"].slope(x.detach().numpy()), slope)
"""


def insert(path: Path, before: str, text: str) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count(before) == 1
    path.write_text(source.replace(before, text + before), encoding="utf-8")


def use(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run USE with the copied sources."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, "-c", USE], env=environment, capture_output=True, text=True)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with a copy of the package, softplus in its table of formulas."""
    room = Path(charmlp.__file__).parent
    shutil.copytree(room, tmp_path / "charmlp", ignore=shutil.ignore_patterns("__pycache__"))
    table = tmp_path / "charmlp" / "calculus" / "activations.py"
    insert(table, "@dataclass(frozen=True)\n", FORMULAS.lstrip())
    insert(table, '        Activation("silu", ', ENTRY)
    return tmp_path


def test_two_files_add_an_activation(sources: Path) -> None:
    blocks = sources / "charmlp" / "nn" / "activations.py"
    insert(blocks, "class Block(NamedTuple):\n", BLOCK.lstrip())
    insert(blocks, '    "silu": Block(', LINE)
    done = use(sources)
    assert done.returncode == 0, done.stderr


@pytest.mark.full
def test_one_file_does_not(sources: Path) -> None:
    """Negative control: half-added, in the table of formulas only, it is refused."""
    done = use(sources)
    assert done.returncode == 1
    assert "UsageError: act_type: expected one of none" in done.stderr.splitlines()[-1]
