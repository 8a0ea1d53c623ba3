"""report.html: what a search has found, as one page that asks for nothing else."""

from __future__ import annotations

import importlib.resources
from collections.abc import Sequence
from string import Template

from charmlp import html


def page(
    title: str,
    language: str,
    verdict: Sequence[str],
    rows: Sequence[Sequence[str]],
    picture: bytes,
    command: str,
) -> str:
    """The page of plain texts: sentences, a table under its head, a picture (PNG), and how to go on."""
    head, *lines = rows
    template = Template((importlib.resources.files(__package__) / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(title),
        language=language,
        verdict="\n".join(map(html.line, verdict)),
        table=html.table([list(map(html.escape, line)) for line in lines], head),
        picture=html.image(picture, title),
        command=html.escape(command),
    )
