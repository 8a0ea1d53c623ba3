"""The run configurations of both editors and of their page: the program understands each command line."""

from __future__ import annotations

import json
import shlex
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from charmlp.cli import recognition
from charmlp.cli.arguments import Parser
from tests.docs.pages import read

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "docs" / "ide.md", ROOT / "docs" / "ide.zh-CN.md")


def to_copy(page: Path) -> dict[str, list[str]]:
    """The arguments of the launch.json that a student copies from the page into a folder of their own."""
    (block,) = (block for block in read(page).blocks if block.language == "json")
    course_program, any_file = json.loads(block.text)["configurations"]
    assert course_program["program"] == "${workspaceFolder}/recognition.py"
    assert any_file["program"] == "${file}" and "args" not in any_file
    return {f"{page.name} {course_program['name']}": course_program["args"]}


def vscode() -> dict[str, list[str]]:
    launch = json.loads((ROOT / ".vscode" / "launch.json").read_text("utf-8"))
    for entry in launch["configurations"]:
        assert (entry["program"], entry["cwd"]) == (
            "${workspaceFolder}/recognition.py",
            "${workspaceFolder}",
        )
    return {f"vscode {entry['name']}": entry["args"] for entry in launch["configurations"]}


def pycharm() -> dict[str, list[str]]:
    found = {}
    for file in sorted((ROOT / ".run").glob("*.run.xml")):
        tree = ElementTree.parse(file)
        options = {entry.get("name"): entry.get("value") for entry in tree.iter("option")}
        assert options["SCRIPT_NAME"] == "$PROJECT_DIR$/recognition.py"
        assert options["WORKING_DIRECTORY"] == "$PROJECT_DIR$"
        found[f"pycharm {file.stem}"] = shlex.split(options["PARAMETERS"] or "")
    return found


class Understood(Exception):
    """The parser took the arguments."""


CONFIGURATIONS = {**vscode(), **pycharm(), **to_copy(PAGES[0]), **to_copy(PAGES[1])}


@pytest.mark.parametrize("arguments", CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_the_program_understands(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    parse = Parser.parse_args

    def parse_only(self: Parser, given: list[str]) -> None:
        parse(self, given)
        raise Understood

    monkeypatch.setattr(Parser, "parse_args", parse_only)
    with pytest.raises(Understood):
        recognition.command(arguments)


def test_train_test_and_predict_are_there_for_both() -> None:
    for names in (vscode(), pycharm()):
        assert {arguments[1] for arguments in names.values()} == {"train", "test", "predict"}
