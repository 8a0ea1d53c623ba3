"""The map of the house (docs/architecture.md): imports go down only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import charmlp

PACKAGE = Path(charmlp.__file__).parent

FLOORS = [
    {"errors", "version"},
    {"text"},
    {"system"},
    {"calculus"},
    {"config"},
    {"images", "letters", "modelfile", "metrics", "drawing"},
    {"nn", "rendering", "recognizer"},
    {"data"},
    {"training"},
    {"evaluation", "doctor"},
    {"cli"},
    {"__init__", "__main__"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def imports_of(source: str) -> Iterator[str]:
    """The rooms of charmlp that a file imports, at its top or later."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            # `from charmlp import x` names a room, or what the roof offers
            names = (
                [f"charmlp.{alias.name}" for alias in node.names]
                if node.module == "charmlp"
                else [node.module]
            )
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "charmlp":
                yield parts[1] if len(parts) > 1 and parts[1] in FLOOR_OF else "__init__"


def wrong_arrows(room: str, source: str) -> list[str]:
    """Imports of a file in `room` that do not go down."""
    return [
        f"{room} → {target}"
        for target in imports_of(source)
        if target != room and FLOOR_OF[target] >= FLOOR_OF[room]
    ]


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize(
    "file", sorted(PACKAGE.rglob("*.py")), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_imports_go_down_only(file: Path) -> None:
    assert room_of(file) in FLOOR_OF, f"{file} is in no room of the map"
    assert wrong_arrows(room_of(file), file.read_text(encoding="utf-8")) == []
    assert "import *" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("calculus", "from charmlp.training import train"),
        ("images", "def f():\n    from charmlp import modelfile"),
        ("recognizer", "import charmlp.data"),
        ("config", "from charmlp import Recognizer"),
    ],
)
def test_an_arrow_that_goes_up_or_sideways_is_seen(room: str, source: str) -> None:
    assert wrong_arrows(room, source) != []


def test_only_the_rooms_that_teach_torch_import_it_at_the_top() -> None:
    """`charmlp train`, `test` and `predict` work where PyTorch is not installed."""
    allowed = {"nn", "doctor"}
    steps = {"autograd.py", "analytic_torch.py", "optimizers_torch.py", "cuda.py"}  # imported where chosen
    for file in PACKAGE.rglob("*.py"):
        if room_of(file) in allowed or (room_of(file) == "training" and file.name in steps):
            continue
        top = [node for node in ast.parse(file.read_text(encoding="utf-8")).body if is_import(node)]
        assert not any("torch" in ast.unparse(node).split() for node in top), file


def is_import(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)
