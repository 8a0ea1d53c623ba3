"""docs/cli.md and cli.zh-CN.md are what the commands say, on every version of Python."""

from __future__ import annotations

import runpy
from pathlib import Path

from tests.cli.conftest import ROOT

PAGE = ROOT / "docs" / "cli.md"


def test_the_pages_are_not_stale() -> None:
    """Mended by `make docs`."""
    made = runpy.run_path(str(ROOT / "docs" / "reference.py"))
    for language, path in made["PAGES"].items():
        assert made["page"](language) == path.read_text("utf-8")


def test_every_flag_of_training_is_on_the_page() -> None:
    from charmlp.config import settings

    page = Path(PAGE).read_text("utf-8")
    for field in settings():
        assert f"  {field.metadata['flag']} " in page
