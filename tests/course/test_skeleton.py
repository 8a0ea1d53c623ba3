"""The homework as it is handed out: the same in both languages, whole, with its TODOs where the tasks are."""

from __future__ import annotations

import ast
import importlib
import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from charmlp.course.skeleton import GIVEN, files, language_of, project_files
from charmlp.course.tasks import FILES, TASKS
from tests.course.solution import SOLUTION, TODO, filled

LANGUAGES = ("en", "zh")
SHOWN = re.compile(r"self\.net = |with torch\.no_grad|\((z|h),\) = ctx")  # what the comments give away
CODE = [name for name in files("en") if name.endswith(".py")]
ARGUMENTS = {  # of the slides, with their defaults
    "mode": "train", "batchsize": 8, "device": "cpu", "hsize": [32], "layer": 2, "act": "relu",
    "norm_size": (32, 32), "epoch": 50, "n_classes": 26, "valInterval": 10, "lr": 5e-4,
    "optim_type": "sgd", "momentum": 0.9,
    "weight_decay": 0.0, "im_dir": "images", "train_file_path": "train.json",
    "val_file_path": "validation.json", "test_file_path": "test.json",
    "model_path": "recognition.pth", "im_path": "predict01.png",
}  # fmt: skip


def without_words(source: str) -> str:
    """The code with its docstrings and texts left out: what is said there is in one language."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):  # another order of words is another order of blanks
            node.values.sort(key=ast.dump)
            node.values[:] = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = node.value if node.value.isascii() and node.value.isidentifier() else ""
    return ast.dump(tree)


@pytest.mark.parametrize("name", CODE)
def test_the_code_is_the_same_in_both_languages(name: str) -> None:
    english, chinese = files("en")[name], files("zh")[name]
    assert without_words(english) == without_words(chinese)
    assert re.search("[\u4e00-\u9fff]", chinese) and not re.search("[\u3000-\u9fff]", english)


def test_another_code_is_seen() -> None:
    assert (
        without_words('f("a b", "x")') == without_words('f("甲 乙", "x")') != without_words('f("a b", "y")')
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_todo_belongs_to_a_task_and_has_a_solution(language: str) -> None:
    todos = [match["place"] for name in FILES for match in TODO.finditer(files(language)[name])]
    assert todos == [place for name in FILES for place in SOLUTION if place.startswith(name)]
    for task in TASKS:
        if task.place:
            text = files(language)[task.file]
            assert re.search(rf"# TODO {task.name}\b", text), task.name
            assert any(todo.startswith(f"{task.file}: {task.place}") for todo in todos), task.name
    assert sum(task.points for task in TASKS) == 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_solution_is_nowhere_in_what_is_handed_out(language: str) -> None:
    code = "\n".join(files(language)[name] for name in FILES)
    for body in SOLUTION.values():
        lines = [line.strip() for line in body.splitlines() if len(line) > 20]
        assert not [line for line in lines if line in code and not SHOWN.match(line)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_folder_is_whole(language: str) -> None:
    names = set(files(language))
    assert {*FILES, *GIVEN, "README.md", "test_homework.py", "report/report.tex", "course.toml"} <= names
    assert {".vscode/launch.json", ".run/train.run.xml"} <= names
    assert set(project_files(language)) == {"README.md", "course.toml", "report/report.tex", "results.py"}
    for name in re.findall(r"^\| `([\w./]+\.(?:py|tex))`", files(language)["README.md"], re.MULTILINE):
        assert name in names


def test_the_language_is_known_again(tmp_path: Path) -> None:
    assert language_of(tmp_path) is None
    for content in ("language = 3", 'language = "fr"', "no TOML", "\udcff"):
        (tmp_path / "course.toml").write_text(content, "utf-8", "surrogateescape")
        assert language_of(tmp_path) is None
    for language in LANGUAGES:
        (tmp_path / "course.toml").write_text(files(language)["course.toml"], "utf-8")
        assert language_of(tmp_path) == language


def test_the_program_takes_the_20_arguments_of_the_slides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    for name in CODE:
        (tmp_path / name).write_text(filled(files("en")[name]), "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", ["recognition.py"])
    for name in CODE:
        monkeypatch.delitem(sys.modules, Path(name).stem, raising=False)
    found = vars(importlib.import_module("recognition").read_arguments())
    for name in CODE:
        sys.modules.pop(Path(name).stem, None)
    shown = {name: Path(v).name if isinstance(v, str) else v for name, v in found.items()}
    assert len(found) == 20 and shown == ARGUMENTS


def test_the_editors_start_what_is_there() -> None:
    found = files("en")
    launch = json.loads(found[".vscode/launch.json"])["configurations"]
    calls = {entry["name"]: (entry["program"], " ".join(entry["args"])) for entry in launch}
    for name, (program, arguments) in calls.items():
        tree = ElementTree.fromstring(found[f".run/{name}.run.xml"])
        options = {entry.get("name"): entry.get("value") for entry in tree.iter("option")}
        assert options["SCRIPT_NAME"] == program.replace("${workspaceFolder}", "$PROJECT_DIR$")
        assert options["PARAMETERS"] == arguments
        assert program.removeprefix("${workspaceFolder}/") in found
