"""The page's modules have types, in JSDoc, and tsc finds nothing in them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "charmlp" / "exporting" / "page" / "sources"
pytestmark = pytest.mark.check
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


def test_only_what_is_put_in_is_complained_about(tmp_path: Path) -> None:
    """A wrong argument, a parameter without a type, a value that may not be there; nothing in the modules."""
    folder = shutil.copytree(SOURCES, tmp_path / "sources")
    lines = [
        'import { largest } from "./colours.js";',
        "export const most = largest('twelve');",
        "export function untyped(x) { return x; }",
        "export const longer = [1, 2].find((x) => x > 1).toFixed(2);",
    ]
    (folder / "wrong.js").write_text("\n".join(lines), "utf-8")
    found = complaints(folder)
    assert [line for line in found if "wrong.js(" not in line] == []
    assert [line.partition("error ")[2][:6] for line in found] == ["TS2345", "TS7006", "TS2532"]
