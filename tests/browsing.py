"""Pages in a browser: the machine's own chromium (or Chrome), driven by playwright.

Whether a page is accessible is asked of axe-core, which comes with axe-playwright-python.
"""

from __future__ import annotations

import importlib.resources
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def launched() -> Iterator[Any]:
    """A browser, for a fixture; skips the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")  # here: CI sees what a test skips, not a file
    pytest.importorskip("axe_playwright_python")
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with playwright.sync_playwright() as started:
        where = {"channel": "chrome"} if program is None else {"executable_path": program}
        try:
            found = started.chromium.launch(args=["--no-sandbox"], **where)
        except playwright.Error as error:
            pytest.skip(f"no chromium: {str(error).splitlines()[0]}")
        yield found
        found.close()


class Opened:
    """A page, and all that it complained about or asked for."""

    def __init__(self, browser: Any, path: Path, width: int, **options: Any) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requested(request.url, path))
        self.page.goto(path.as_uri())

    def requested(self, url: str, path: Path) -> None:
        if url != path.as_uri() and not url.startswith("data:"):
            self.complaints.append(url)

    def close(self) -> None:
        """None may have complained, asked for anything, or be wider than its window."""
        width, window = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        self.context.close()
        assert self.complaints == [] and width <= window


def opening(browser: Any, pages: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    """Opens pages by name, for a fixture; at the end none may have complained (`Opened.close`)."""
    opened: list[Opened] = []

    def opens(name: str, width: int = 1280, **options: Any) -> Opened:
        opened.append(Opened(browser, pages[name], width, **options))
        return opened[-1]

    yield opens
    for each in opened:
        each.close()


def faults_of(
    browser: Any, path: Path, width: int, scheme: str, before: Callable[[Any], None] = lambda page: None
) -> list[str]:
    """What axe-core finds in a page, after `before` did something with it; it runs beside the policy."""
    axe = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    opened = Opened(browser, path, width, color_scheme=scheme, bypass_csp=True)
    before(opened.page)
    opened.page.add_script_tag(content=axe)
    found = opened.page.evaluate("axe.run()")
    opened.context.close()
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]
