"""The recipes of CONTRIBUTING.md are counted: the files that they name are those that such a thing lies in.

Which files name silu or leaky_relu is asked of the sources themselves: a list kept by hand elsewhere, to
which the next one would have to be added, is found by it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
GENERATED = {
    "docs/cli.md",
    "docs/cli.zh-CN.md",
    "docs/doctor-wild.md",
    "docs/doctor-wild.zh-CN.md",
}  # written by commands
OPTIONAL = {"src/charmlp/exporting/page/library.py"}  # whose gradients may be typed in the page


def recipe(heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def numbered(heading: str) -> list[str]:
    """The files that the numbered steps of a recipe begin with."""
    return re.findall(r"^\d\. `([\w/.-]+)`", recipe(heading), re.MULTILINE)


def files_that_name(word: str, *folders: str) -> set[str]:
    """Sources and pages with that word in them, whatever its case, or in their name."""
    pattern = re.compile(rf"(?<![a-z]){word}", re.IGNORECASE)
    return (
        {
            path.relative_to(ROOT).as_posix()
            for folder in folders
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".py", ".md", ".txt", ".h", ".js")
            and pattern.search(path.name + path.read_text("utf-8"))
        }
        - GENERATED
        - OPTIONAL
    )


@pytest.mark.parametrize("name", ["silu", "gelu", "softsign"])
def test_an_activation_lies_in_the_files_of_its_recipe(name: str) -> None:
    files = {path.replace("softplus", name) for path in numbered("Add an activation")}
    assert len(files) == 8
    assert files_that_name(name, "src", "docs") == (set() if name == "softsign" else files)


def test_a_kind_with_a_parameter_lies_in_its_file_and_its_words() -> None:
    doctor = "src/charmlp/doctor"
    words = {f"{doctor}/words/en.txt", f"{doctor}/words/zh.txt"}
    found = {path for path in files_that_name("leaky_?relu", doctor) if not is_example(path)}
    assert {f"{doctor}/kinds/leaky_relu.py"} <= found <= {f"{doctor}/kinds/leaky_relu.py"} | words


def is_example(path: str) -> bool:
    """Named in an example of a docstring alone, as what the name LeakyReLU says."""
    lines = (ROOT / path).read_text("utf-8").lower().splitlines()
    naming = [number for number, line in enumerate(lines) if "leaky" in line]
    return all(lines[number].lstrip().startswith(">>>") or ">>>" in lines[number - 1] for number in naming)


@pytest.mark.parametrize(
    ("heading", "count"),
    [("Add an activation", 8), ("Add an optimizer", 4), ("Add a data layout", 6), ("Add a verb", 4)],
)
def test_the_files_of_a_recipe_exist(heading: str, count: int) -> None:
    files = numbered(heading)
    assert len(files) == count
    for file in files:
        if not re.search(r"NAME|VERB|softplus", file):
            assert (ROOT / file).is_file(), file


def test_a_list_kept_elsewhere_would_be_found() -> None:
    page = ROOT / "docs" / "derivations" / "activations.md"
    assert page.relative_to(ROOT).as_posix() in files_that_name("silu", "docs")
    assert files_that_name("no such activation", "src", "docs") == set()
