"""The map of the house (docs/architecture.md): imports go down only, and never in a circle between files."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import charmlp

PACKAGE = Path(charmlp.__file__).parent

FLOORS = [
    {"errors", "version"},
    {"text"},
    {"language"},
    {"system", "html"},
    {"calculus"},
    {"config"},
    {"images", "letters", "modelfile", "metrics", "drawing"},
    {"explanation"},
    {"nn", "rendering", "recognizer"},
    {"data"},
    {"training"},
    {"evaluation", "doctor"},
    {"report", "exporting", "estimator"},
    {"course", "search", "server"},
    {"cli"},
    {"__init__", "__main__"},
]
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

Sources = Mapping[str, str]  # module → source; a package is its __init__.py


def sources_of_the_package() -> dict[str, str]:
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[module] = file.read_text(encoding="utf-8")
    return found


SOURCES = sources_of_the_package()


@functools.cache
def statements(source: str) -> tuple[ast.Import | ast.ImportFrom, ...]:
    """Every import in a file, at its top or later, but for those that only a type checker sees."""
    return tuple(found_statements(source))


def found_statements(source: str) -> Iterator[ast.Import | ast.ImportFrom]:
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
        else:
            waiting += ast.iter_child_nodes(node)


def imports_of(source: str, modules: Sources) -> set[str]:
    """The modules of charmlp that a file imports; of `from charmlp.x import y` that is x or x.y."""
    found = set()
    for node in statements(source):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            assert not node.level, "relative imports hide where they lead"
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in modules else str(node.module) for name in below]
        found |= {name for name in names if name.partition(".")[0] == "charmlp"}
    return found


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOOR_OF else "__init__"


def wrong_arrows(module: str, source: str, modules: Sources = SOURCES) -> list[str]:
    """Imports of a file that do not go down."""
    room = room_of(module)
    return [
        f"{module} → {target}"
        for target in sorted(imports_of(source, modules))
        if room_of(target) != room and FLOOR_OF[room_of(target)] >= FLOOR_OF[room]
    ]


def circles(modules: Sources) -> set[frozenset[str]]:
    """Files of which each imports the next, near or far, and the last the first (strongly connected)."""
    arrows = {
        module: {one for target in imports_of(source, modules) for one in run_for(target, module)}
        & modules.keys()
        for module, source in modules.items()
    }
    reached = {module: reachable(module, arrows) for module in arrows}
    return {
        frozenset(other for other in reached[module] if module in reached[other])
        for module in arrows
        if module in reached[module]
    }


def run_for(target: str, module: str) -> Iterator[str]:
    """What Python runs for an import: also the packages on the way, but for those that hold the module."""
    parts = target.split(".")
    packages = (".".join(parts[:count]) for count in range(1, len(parts)))
    yield from (one for one in packages if not f"{module}.".startswith(f"{one}."))
    yield target


def reachable(start: str, arrows: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        new = arrows[waiting.pop()] - found
        found |= new
        waiting += new
    return found


def test_imports_go_down_only() -> None:
    for module, source in SOURCES.items():
        parts = module.split(".")
        assert len(parts) == 1 or parts[1] in FLOOR_OF, f"{module} is in no room of the map"
        assert wrong_arrows(module, source) == []
        assert not any(alias.name == "*" for node in statements(source) for alias in node.names), module


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("calculus", "from charmlp.training import train"),
        ("images", "def f():\n    from charmlp import modelfile"),
        ("recognizer", "import charmlp.data"),
        ("config", "from charmlp import Recognizer"),
        ("text", "if typing.TYPE_CHECKING:\n    pass\nelse:\n    import charmlp.cli"),
    ],
)
def test_an_arrow_that_goes_up_or_sideways_is_seen(room: str, source: str) -> None:
    assert wrong_arrows(f"charmlp.{room}", source) != []


def test_no_two_files_import_each_other() -> None:
    assert circles(SOURCES) == set()


def test_circles_are_seen() -> None:
    def circle(*files: str) -> set[frozenset[str]]:
        return circles(
            {f"charmlp.{name}": source for name, source in (file.split(": ", 1) for file in files)}
        )

    def of(*names: str) -> frozenset[str]:
        return frozenset(f"charmlp.{name}" for name in names)

    a, b, c = "a: from charmlp.b import x", "b: def f():\n  from charmlp import c", "c: import charmlp.a"
    assert circle(a, b, c) == {of("a", "b", "c")}
    assert circle(a, b, "c: import sys") == set()
    assert circle(a, "b: import charmlp.a", "c: import charmlp.d", "d: import charmlp.c") == {
        of("a", "b"),
        of("c", "d"),
    }
    assert circle("a: from charmlp import a") == {of("a")}
    assert circle(a, "b: if TYPE_CHECKING:\n  import charmlp.a") == set()
    assert circle(
        "a: from charmlp.b.c import x", "b: import charmlp.b.d", "b.c: ", "b.d: import charmlp.a"
    ) == {of("a", "b", "b.d")}
    assert circle("a: from charmlp.a.b import x", "a.b: from charmlp.a import y") == {of("a", "a.b")}


def test_only_the_rooms_that_teach_torch_import_it_at_the_top() -> None:
    """`charmlp train`, `test` and `predict` work where PyTorch is not installed."""
    allowed = {"nn", "doctor"}
    judged = {"charmlp.course.grading.inside", "charmlp.course.grading.answers"}  # beside a student's code
    steps = {"autograd", "analytic_torch", "torchstep", "optimizers_torch", "cuda"}  # imported where chosen
    for module, source in SOURCES.items():
        if room_of(module) in allowed or (room_of(module) == "training" and module.split(".")[-1] in steps):
            continue
        if module.startswith("charmlp.course.checking.") or module in judged:
            continue
        top = [node for node in ast.parse(source).body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert not any("torch" in ast.unparse(node).split() for node in top), module
