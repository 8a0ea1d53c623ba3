"""The pictures of the activations are what the table says, small, and readable on light and on dark pages."""

from __future__ import annotations

import dataclasses
import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from charmlp.calculus import ACTIVATIONS
from tests.docs.pages import DOCS

FIGURES = sorted((DOCS / "derivations" / "figures").glob("*.svg"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    """docs/activation_figures.py."""
    spec = importlib.util.spec_from_file_location("activation_figures", DOCS / "activation_figures.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_activation_has_its_picture() -> None:
    assert {path.stem for path in FIGURES} == set(ACTIVATIONS)


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_pictures_are_up_to_date(path: Path, script: ModuleType) -> None:
    text = path.read_text(encoding="utf-8")
    assert script.is_current(text, script.picture(ACTIVATIONS[path.stem])), "run make docs"
    assert len(text) < 15_000
    assert "prefers-color-scheme: dark" in text
    ET.fromstring(text)


def test_another_curve_is_seen(script: ModuleType) -> None:
    """Negative control: a constant or a slope that is slightly other."""
    entry = ACTIVATIONS["tanh"]
    right = script.picture(entry)
    steeper = dataclasses.replace(entry, backward=lambda g, y, real: g * (real(1.02) - y * y))
    higher = dataclasses.replace(entry, forward=lambda x, real: entry.forward(x, real) * real(1.02))
    assert script.is_current(right, right)
    for wrong in (steeper, higher):
        assert not script.is_current(script.picture(wrong), right)
