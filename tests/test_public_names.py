"""What the packages offer: every name resolves, lists are complete and sorted, and types come along."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import charmlp

PACKAGE = Path(charmlp.__file__).parent
PACKAGES = sorted(
    ".".join(("charmlp", *path.parent.relative_to(PACKAGE).parts)) for path in PACKAGE.rglob("__init__.py")
)


def offered(package: str) -> list[str]:
    return list(getattr(importlib.import_module(package), "__all__", []))


def in_order(names: list[str]) -> list[str]:
    """CONSTANTS, Classes, functions, as ruff sorts them."""
    return sorted(names, key=lambda name: (not name.isupper(), not name[0].isupper(), name))


def imported_for_others(source: str) -> set[str]:
    """What an `__init__.py` imports from charmlp and does not use itself."""
    tree = ast.parse(source)
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("charmlp")
        for alias in node.names
        if alias.asname is None
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return imported - used


@pytest.mark.parametrize("package", PACKAGES)
def test_names_resolve_and_are_sorted(package: str) -> None:
    names = offered(package)
    assert names == in_order(names) and len(set(names)) == len(names)
    for name in names:
        assert getattr(importlib.import_module(package), name) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_names_are_complete(package: str) -> None:
    source = Path(str(importlib.import_module(package).__file__)).read_text("utf-8")
    assert imported_for_others(source) <= set(offered(package))


def test_what_is_missing_or_out_of_order_is_seen() -> None:
    assert imported_for_others("from charmlp.errors import DataError, UsageError\nDataError()") == {
        "UsageError"
    }
    assert in_order(["train", "Model", "LETTERS", "fit"]) == ["LETTERS", "Model", "fit", "train"]


def test_the_roof_has_what_a_program_needs() -> None:
    from charmlp.errors import CharmlpError

    errors = {kind.__name__ for kind in (CharmlpError, *CharmlpError.__subclasses__())}
    ours = {name for name in errors if getattr(charmlp, name, None) is not None}
    assert ours <= set(charmlp.__all__) and "CharmlpError" in ours and len(ours) >= 6
    assert {"Model", "Recognizer", "TrainingConfig", "evaluate", "train"} <= set(charmlp.__all__)
    of_extras = {"doctor", "nn", "ImageReader", "MLPClassifier"}
    assert set(charmlp.__all__) | of_extras | {"__version__"} == set(dir(charmlp))
    assert charmlp.CharmlpError is CharmlpError
    with pytest.raises(AttributeError, match="'charmlp' has no attribute 'Modell'"):
        _ = charmlp.Modell


def test_asking_for_an_error_imports_nothing_of_weight() -> None:
    script = "import charmlp, sys; charmlp.UsageError; charmlp.TrainingConfig; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"numpy", "PIL", "torch", "numba"} & set(loaded.split())


def test_types_come_along() -> None:
    """PEP 561: what a type checker reads of an installed package."""
    assert (PACKAGE / "py.typed").is_file()
