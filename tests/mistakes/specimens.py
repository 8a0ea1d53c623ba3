"""A specimen: one implementation of an operation, and what is documented about it; how it is loaded and fed.

The formulas of a specimen are Python expressions over the names of its case: `x`, `W`, `b`, `t` (targets),
`i` (class indices), `q` (one-hot), `p` (softmax of x), `g` (the cotangent), `y` (the reference's output),
`dx`, `dW`, `db` … (the reference's gradients), the sizes `N`, `D`, `K`, `C`, `H`, and `torch`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

FOLDER = Path(__file__).parent

ARGUMENTS = {
    "linear": ("x", "W", "b"),
    "cross_entropy": ("x", "t"),
    "mse": ("x", "t"),
}

LINEAR = {  # what y is, and the shapes of x, W and b
    "rows": ("x @ W.T + b", {"x": "N,D", "W": "K,D", "b": "K"}),
    "in_out": ("x @ W + b", {"x": "N,D", "W": "D,K", "b": "K"}),
    "columns": ("W @ x + b[:, None]", {"x": "D,N", "W": "K,D", "b": "K"}),
    "columns_b": ("W @ x + b", {"x": "D,N", "W": "K,D", "b": "K,1"}),
}

OPERATIONS = {
    "relu": "torch.relu(x)",
    "sigmoid": "torch.sigmoid(x)",
    "tanh": "torch.tanh(x)",
    "identity": "1 * x",
    "softmax": "torch.softmax(x, 1)",
    "cross_entropy": "torch.nn.functional.cross_entropy(x, t)",
    "mse": "torch.nn.functional.mse_loss(x, t)",
}

SIZES = (
    {"N": 5, "D": 7, "K": 3, "C": 7, "H": 6},
    {"N": 7, "D": 3, "K": 2, "C": 3, "H": 5},
    {"N": 4, "D": 4, "K": 4, "C": 4, "H": 4},
)


@dataclass(frozen=True, eq=False)  # each is itself, hence hashable
class Specimen:
    """One implementation.

    file, target: where it is; `target_is` function and module are called through the engine, Function raw
    kind: the operation it is meant to be; None where it is none of those with a reference
    rows: the rows of the doctor's table that name its mistakes, each must be named; none: it is right
    says: the mistake (or the variant) in words
    accept: for a row, other rows that are as honest an answer, or may be named besides
    information: rows that may be mentioned though nothing is wrong (a choice at the kink, float32 only)
    layout, targets, arguments, shapes, build: how it is called; `build` makes the module
    operation: for kind None, the formula of its forward
    forward, returns: what forward and backward return, as formulas; default: the right ones
    raises: backward fails in a matrix product unless D = K;  random: two forwards differ
    float32: it takes only float32
    """

    file: str
    target: str
    kind: str | None
    rows: tuple[int, ...]
    says: str
    accept: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    information: tuple[int, ...] = ()
    target_is: str = "Function"
    layout: str = "rows"
    targets: str = "index"
    arguments: tuple[str, ...] = ()
    shapes: Mapping[str, str] = field(default_factory=dict)
    build: str = ""
    operation: str = ""
    forward: str = "y"
    returns: str = ""
    raises: bool = False
    random: bool = False
    float32: bool = False

    @property
    def path(self) -> Path:
        return FOLDER / self.file

    @property
    def dtype(self) -> torch.dtype:
        return torch.float32 if self.float32 else torch.float64

    @property
    def names(self) -> tuple[str, ...]:
        """The arguments in the formulas' names, in the order of the call."""
        return self.arguments or ARGUMENTS.get(self.kind or "", ("x",))

    @property
    def differentiable(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name != "t" or self.kind == "mse")

    @property
    def right_returns(self) -> str:
        """The formula of a right backward: a target needs no gradient."""
        returned = [f"d{name}" for name in self.names]
        if self.names[-1] == "t":
            returned[-1:] = ["None"] if self.target_is == "Function" else ["dt"] * (self.kind == "mse")
        return f"({', '.join(returned)},)"


@cache
def load(path: Path) -> ModuleType:
    """The file as a module of its own; its folder is importable meanwhile, as it is for a student."""
    name = f"specimen_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = set(sys.modules)
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(path.parent))
        sys.dont_write_bytecode = bytecode
        for neighbour in set(sys.modules) - before:  # `linear` of one folder is not `linear` of another
            if getattr(sys.modules[neighbour], "__file__", None) == str(path.parent / f"{neighbour}.py"):
                del sys.modules[neighbour]
    return module


def make_inputs(
    specimen: Specimen, sizes: Mapping[str, int] | None = None, seed: int = 0, scale: float = 1.0
) -> dict[str, Tensor]:
    """Arguments in the order of the call: both signs, 0.1 away from 0; class indices or one-hot rows."""
    sizes = SIZES[0] | dict(sizes or {})
    generator = torch.Generator().manual_seed(seed)
    default = "N,C" if specimen.names[-1] == "t" or specimen.kind == "softmax" else "N,D"
    shapes = specimen.shapes or (LINEAR[specimen.layout][1] if specimen.kind == "linear" else {})
    made = {}
    for name in specimen.names:
        shape = [int(sizes.get(size, 1)) for size in shapes.get(name, default).split(",")]
        if name == "t" and specimen.kind == "cross_entropy":
            classes = torch.randint(sizes["C"], (sizes["N"],), generator=generator)
            one_hot = specimen.targets == "onehot"
            made[name] = functional.one_hot(classes, sizes["C"]).to(specimen.dtype) if one_hot else classes
            continue
        values = torch.randn(shape, generator=generator, dtype=torch.float64)
        made[name] = ((values + 0.1 * values.sign()) * scale).to(specimen.dtype)
    return made


def reference(specimen: Specimen) -> str:
    """The formula of y: torch's own operation, or the specimen's forward where there is no reference."""
    if specimen.kind is None:
        return specimen.operation
    if specimen.kind == "linear":
        formula = LINEAR[specimen.layout][0]
        return formula if "b" in specimen.names else formula.split(" + ")[0]
    return OPERATIONS[specimen.kind]


class Case:
    """Arguments, a cotangent, and the names that the formulas use, with the reference's y and gradients."""

    def __init__(
        self, specimen: Specimen, sizes: Mapping[str, int] = SIZES[0], seed: int = 0, scale: float = 1.0
    ) -> None:
        self.arguments = make_inputs(specimen, sizes, seed, scale)
        leaves = {
            name: value.clone().requires_grad_(name in specimen.differentiable)
            for name, value in self.arguments.items()
        }
        y = eval(reference(specimen), {"torch": torch}, leaves)
        self.cotangent = self._cotangent(y, seed)
        gradients = torch.autograd.grad(y, [leaves[name] for name in specimen.differentiable], self.cotangent)
        sizes = SIZES[0] | dict(sizes)
        self.names: dict[str, Any] = sizes | self.arguments | {"y": y.detach(), "g": self.cotangent}
        self.names |= {
            f"d{name}": value for name, value in zip(specimen.differentiable, gradients, strict=True)
        }
        if specimen.kind in ("softmax", "cross_entropy"):
            self.names["p"] = torch.softmax(self.arguments["x"], 1)
        if specimen.kind == "cross_entropy":
            t = self.arguments["t"]
            self.names["i"] = t if specimen.targets == "index" else t.argmax(1)
            self.names["q"] = functional.one_hot(self.names["i"], sizes["C"]).to(specimen.dtype)

    @staticmethod
    def _cotangent(y: Tensor, seed: int) -> Tensor:
        """Both signs, some beyond ±1; for a loss one negative number that is not −1."""
        if y.dim() == 0:
            return torch.tensor(-1.75, dtype=y.dtype)
        generator = torch.Generator().manual_seed(1000 + seed)
        values = torch.randn(y.shape, generator=generator, dtype=torch.float64)
        return (1.5 * values + 0.05 * values.sign()).to(y.dtype)

    def value(self, formula: str) -> Any:
        return eval(formula, {"torch": torch} | self.names)

    @property
    def is_square(self) -> bool:
        return bool(self.names["D"] == self.names["K"])


@cache
def cases(specimen: Specimen) -> tuple[Case, ...]:
    """Several sizes, the square one among them; for cross-entropy a confident mistake as well."""
    made = [Case(specimen, sizes, seed) for seed, sizes in enumerate(SIZES)]
    if specimen.kind == "cross_entropy":
        made.append(Case(specimen, SIZES[0], seed=3, scale=25.0))
    return tuple(made)
