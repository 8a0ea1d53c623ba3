"""A kind of operation is one file: nothing else names it, and a new file is found, examined and named."""

from __future__ import annotations

import ast
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

import charmlp.doctor
from charmlp.doctor import examine, kinds
from charmlp.doctor.kind import Kind
from tests.doctor.making import make

ROOM = Path(charmlp.doctor.__file__).parent
CUBE = '''
from charmlp.doctor.arrangement import ELEMENTWISE
from charmlp.doctor.kind import Form, Gradient, Kind, wrong_form, wrong_slopes

KIND = Kind(
    aliases=("cube", "cubic"),
    arrangements=ELEMENTWISE,
    forms=(Form("a x³", lambda v: v["a"] * v["x"] ** 3, parameters={"a": 2.0}),),
    gradients={
        "x": Gradient(
            "g · 3 a x²",
            (*wrong_slopes("wrong-formula", {"x³": lambda x, y: y}),
             *wrong_slopes("wrong-variable.of-input", {"3 y²": lambda x, y: 3 * y**2})),
        )
    },
    page="activations",
)
'''  # fmt: skip


@pytest.fixture(params=["folder", "kinds.zip"])
def cube(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A kind with a parameter, in a file that is nowhere mentioned, in a folder or in an archive."""
    place = tmp_path / request.param
    if place.suffix:
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("cube.py", CUBE)
    else:
        place.mkdir()
        (place / "cube.py").write_text(CUBE, encoding="utf-8")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(place)])
    kinds.kinds.cache_clear()
    yield
    sys.modules.pop("charmlp.doctor.kinds.cube", None)
    vars(kinds).pop("cube", None)
    kinds.kinds.cache_clear()


def cube_with(slope: Any, name: str = "Subject") -> Any:
    return make(lambda x: 2 * x**3, lambda g, y, x: g * slope(x, y), name)


@pytest.mark.usefixtures("cube")
def test_one_file_is_all_that_a_new_kind_needs() -> None:
    assert "cube" in kinds.names()
    right = examine(cube_with(lambda x, y: 6 * x**2))
    assert (right.verdict, right.kind) == ("healthy", "cube")
    (mistake,) = examine(cube_with(lambda x, y: y)).mistakes
    assert (mistake.name, mistake.page) == ("wrong-formula", "docs/derivations/activations.md")
    assert "g · 3 a x²" in mistake.text("zh")
    assert [m.name for m in examine(cube_with(lambda x, y: 3 * y**2)).mistakes] == ["wrong-variable"]
    assert [m.name for m in examine(cube_with(lambda x, y: 12 * x**2)).mistakes] == ["factor-two"]
    assert [m.name for m in examine(torch.tanh, kind="cube").mistakes] == ["forward-wrong"]
    assert [
        m.name for m in examine(make(lambda x: x**3, lambda g, y, x: 3 * g * x**2, "MyCube")).mistakes
    ] == ["forward-wrong"]


def test_without_the_file_it_is_no_kind() -> None:
    """The negative control: its mistakes have no name then."""
    assert "cube" not in kinds.names()
    assert examine(cube_with(lambda x, y: 6 * x**2)).kind is None
    assert [m.name for m in examine(cube_with(lambda x, y: y)).mistakes] == ["unrecognised"]


def conditions_on(names: set[str], source: str) -> list[str]:
    """Comparisons with one of the names, and tables that have one of them as a key."""
    found = []
    for node in ast.walk(ast.parse(source)):
        parts: list[Any] = []
        if isinstance(node, ast.Compare):
            parts = [part for side in (node.left, *node.comparators) for part in ast.walk(side)]
        elif isinstance(node, ast.Dict):
            parts = list(node.keys)
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        found += [p.value for p in parts if isinstance(p, ast.Constant) and p.value in names]
    return found


def test_no_file_but_its_own_asks_for_a_kind() -> None:
    names = set(kinds.names())
    files = [file for file in ROOM.rglob("*.py") if file.parent != ROOM / "kinds"]
    assert len(files) > 20
    assert {str(f): c for f in files if (c := conditions_on(names, f.read_text(encoding="utf-8")))} == {}
    assert conditions_on(names, 'if kind == "relu" or kind in ("mse", "x"): pass') == ["relu", "mse"]
    assert conditions_on(names, 'PAGES = {"gelu": 1}') == ["gelu"]


def test_names_are_sorted_and_aliases_belong_to_one_kind() -> None:
    assert kinds.names() == sorted(kinds.names()) == list(kinds.kinds())
    aliases = [alias for kind in kinds.kinds().values() for alias in kind.aliases]
    assert len(aliases) == len(set(aliases))
    assert {"leaky_relu", "gelu", "silu"} < set(kinds.names())


@pytest.mark.parametrize("name", kinds.names())
def test_a_kind_is_complete_and_cannot_be_changed(name: str) -> None:
    kind = kinds.kinds()[name]
    assert isinstance(kind, Kind) and kind.name == name and kind.right.right
    roles = {slot.role.name for arrangement in kind.arrangements for slot in arrangement.slots}
    assert set(kind.gradients) <= roles
    with pytest.raises(AttributeError):
        kind.page = "other"  # type: ignore[misc]


def imports_in_room(file: Path) -> set[Path]:
    """The files of the room that a file imports, at its top or later."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            if module.startswith("charmlp.doctor."):
                path = ROOM.joinpath(*module.split(".")[2:])
                found |= {p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()}
    return found - {file}


def cycle(graph: dict[str, set[str]]) -> list[str]:
    """The nodes that can reach themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(graph[start])
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += graph.get(node, ())
        return seen

    return [node for node in graph if node in reached(node)]


def test_no_file_imports_in_a_circle() -> None:
    graph = {str(file): set(map(str, imports_in_room(file))) for file in ROOM.rglob("*.py")}
    assert sum(map(len, graph.values())) > 100
    assert cycle(graph) == []
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
