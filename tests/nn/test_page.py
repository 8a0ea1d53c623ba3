"""What the page and the docstrings say is so: examples run, names exist, everything public is explained."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
import io
import pkgutil
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

import charmlp.nn
from charmlp.nn import functional
from charmlp.nn.activations import ACTIVATIONS
from charmlp.nn.function import HandDerivedFunction
from charmlp.nn.linear import LinearFunction
from charmlp.nn.losses import CrossEntropyFunction, MSELossFunction

PAGES = Path(__file__).resolve().parents[2] / "docs"
FILES = {
    info.name: importlib.import_module(f"charmlp.nn.{info.name}")
    for info in pkgutil.iter_modules(charmlp.nn.__path__)
}
FUNCTIONS = [
    value
    for module in FILES.values()
    for value in vars(module).values()
    if inspect.isclass(value)
    and issubclass(value, torch.autograd.Function)
    and value.__module__ == module.__name__ != "charmlp.nn.function"
]
MODULES = [block.module.__name__ for block in ACTIVATIONS.values()]

each_page = pytest.mark.parametrize("page", ["nn.md", "nn.zh-CN.md"])


def block(page: str, language: str) -> str:
    text = (PAGES / page).read_text(encoding="utf-8")
    (code,) = re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)
    return code


@each_page
def test_the_example_prints_what_the_page_says(page: str) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(block(page, "python"), {})
    *table, last = printed.getvalue().splitlines()
    *expected, expected_last = block(page, "text").splitlines()
    assert table == expected
    right, of = (int(number) for number in re.findall(r"\d+", last))
    assert re.sub(r"\d+", "", last) == re.sub(r"\d+", "", expected_last)
    assert right >= 0.95 * of  # the last digit is the machine's


def test_both_pages_have_the_same_example() -> None:
    for language in ("python", "text"):
        assert block("nn.md", language) == block("nn.zh-CN.md", language)


@each_page
def test_every_operation_is_on_the_page(page: str) -> None:
    """Activations are on the page of their derivations, which links the Function of each."""
    text = (PAGES / page).read_text(encoding="utf-8")
    derived = (PAGES / "derivations" / page.replace("nn", "activations")).read_text(encoding="utf-8")
    activations = set()
    for block in ACTIVATIONS.values():
        assert f"[`{block.operation.__name__}`]" in derived
        activations |= {block.function.__name__, block.module.__name__}
    for name in {*functional.__all__, *charmlp.nn.__all__} - activations:
        assert f"`{name}`" in text or f"functional.{name}" in text or f".{name}`" in text, name


@each_page
def test_the_page_calls_nothing_that_is_not_there(page: str) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")
    for name in re.findall(r"functional\.(\w+)\(", text):
        assert hasattr(functional, name)
    for name in re.findall(r"`nn\.(\w+)[(`]", text):
        assert hasattr(charmlp.nn, name) or name == "Sequential"
    functions = set(re.findall(r"`(\w+Function)\.apply", text))
    assert {"LinearFunction", "ReLUFunction", "CrossEntropyFunction"} <= functions  # the course's
    assert functions <= {function.__name__ for function in FUNCTIONS}


@pytest.mark.parametrize("name", FILES)
def test_examples_in_docstrings(name: str) -> None:
    assert doctest.testmod(FILES[name]).failed == 0


def test_there_are_examples_and_a_wrong_one_is_seen() -> None:
    assert doctest.testmod(FILES["network"]).attempted >= 3
    assert all(">>>" in getattr(functional, name).__doc__ for name in functional.__all__)
    wrong = ModuleType("wrong", ">>> 1 + 1\n3\n")
    with contextlib.redirect_stdout(io.StringIO()):
        assert doctest.testmod(wrong).failed == 1


def without_docstring(module: ModuleType) -> list[str]:
    """Public functions, classes and their own public methods that are not explained."""
    found = []
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        members: dict[str, Any] = {name: value}
        if inspect.isclass(value) and not issubclass(value, torch.autograd.Function):
            members |= {
                f"{name}.{n}": v for n, v in vars(value).items() if inspect.isfunction(v) and n[0] != "_"
            }
        found += [n for n, v in members.items() if callable(v) and not vars(v).get("__doc__", v.__doc__)]
    return found


@pytest.mark.parametrize("name", FILES)
def test_everything_public_is_explained(name: str) -> None:
    assert without_docstring(FILES[name]) == []


def test_what_is_not_explained_is_seen() -> None:
    silent = ModuleType("silent")
    exec("def f(): pass\nclass C:\n    'c'\n    def g(self): pass", silent.__dict__)
    assert without_docstring(silent) == ["f", "C.g"]


def test_every_operation_is_one_function_of_the_new_style() -> None:
    """forward without ctx, setup_context beside it, and a derivation with its formula."""
    operations = {block.operation for block in ACTIVATIONS.values()}
    assert {LinearFunction, CrossEntropyFunction, MSELossFunction} | operations <= set(FUNCTIONS)
    for function in FUNCTIONS:
        assert {"forward", "setup_context", "backward"} <= set(vars(function))
        assert issubclass(function, HandDerivedFunction)
        assert function.jvp is not torch.autograd.Function.jvp
        assert "ctx" not in inspect.signature(function.forward).parameters
        assert "∂L/∂" in function.__doc__


def test_all_is_complete() -> None:
    public = {name for name, value in vars(charmlp.nn).items() if inspect.isclass(value) and name != "Any"}
    assert public.isdisjoint(MODULES)
    assert public | {*MODULES, "functional"} == set(charmlp.nn.__all__) == set(dir(charmlp.nn))
    operations = {name for name, value in vars(functional).items() if inspect.isfunction(value)}
    assert {name for name in operations if name[0] != "_"} < set(functional.__all__) == set(dir(functional))
    for name in (*functional.__all__, *charmlp.nn.__all__):
        assert hasattr(functional, name) or hasattr(charmlp.nn, name)
    for module in (charmlp.nn, functional):
        with pytest.raises(AttributeError, match="has no attribute 'ReLu'"):
            module.__getattr__("ReLu")


@pytest.mark.parametrize("name", ["linear", "activations", "losses"])
def test_docstrings_name_their_derivations(name: str) -> None:
    pages = {
        "linear": ["linear"],
        "activations": ["activations"],
        "losses": ["softmax-cross-entropy", "squared-error"],
    }
    source = Path(FILES[name].__file__ or "").read_text(encoding="utf-8")
    for page in pages[name]:
        assert f"docs/derivations/{page}.md" in source
