"""The page's modules have types, in JSDoc, and tsc finds nothing in them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "charmlp" / "exporting" / "page" / "sources"
FOLDERS = ("node_modules", ".venv/node_modules")


def compiler() -> list[str]:
    """How to run tsc; skips the test where node or tsc is missing."""
    if shutil.which("node") is None:
        pytest.skip("node is missing, which runs tsc")
    for folder in FOLDERS:
        program = ROOT / folder / "typescript" / "bin" / "tsc"
        if program.is_file():
            return ["node", str(program)]
    program_of_path = shutil.which("tsc")
    if program_of_path is None:
        pytest.skip("tsc is missing: python .ci/typescript.py brings it")
    return [program_of_path]


def complaints(folder: Path) -> list[str]:
    """What tsc finds in a folder with a tsconfig.json."""
    done = subprocess.run(
        [*compiler(), "--project", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.stderr == "" and (done.returncode == 0) == (done.stdout == "")
    return done.stdout.splitlines()


def test_every_module_has_its_types() -> None:
    assert complaints(SOURCES) == []


def test_mistakes_are_found(tmp_path: Path) -> None:
    """A wrong argument, a parameter without a type, a value that may not be there."""
    for name in ("tsconfig.json", "types.d.ts", "colours.js", "elements.js", "weights.js"):
        shutil.copy(SOURCES / name, tmp_path)
    lines = [
        'import { largest } from "./colours.js";',
        "export const most = largest('twelve');",
        "export function untyped(x) { return x; }",
        "export const longer = [1, 2].find((x) => x > 1).toFixed(2);",
    ]
    (tmp_path / "wrong.js").write_text("\n".join(lines), "utf-8")
    found = complaints(tmp_path)
    assert all("wrong.js(" in line for line in found)
    assert [line.partition("error ")[2][:6] for line in found] == ["TS2345", "TS7006", "TS2532"]
