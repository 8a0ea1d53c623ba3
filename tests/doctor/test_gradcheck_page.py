"""docs/doctor-gradcheck.md says what gradcheck and the doctor say."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "gradcheck.py"


@pytest.mark.full  # a hundred gradchecks
def test_the_page_is_up_to_date() -> None:
    spec = importlib.util.spec_from_file_location("gradcheck_page", SCRIPT)
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = script.page()
    assert script.PAGE.read_text(encoding="utf-8") == page, "python docs/gradcheck.py writes it anew"
    assert page.count("**passes**") > 30 and page.count("| fails |") > 90
