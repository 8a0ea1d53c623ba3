"""The forms of a report, and how each is written."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from charmlp.errors import CharmlpError
from charmlp.report.contents import Contents
from charmlp.system.extras import require_extra
from charmlp.system.files import check_writable, write_whole
from charmlp.text import printable

Write: TypeAlias = Callable[[Contents, str, Path, Sequence[str]], list[Path]]

FIGURES = "figures"  # beside the report
TEX = "xelatex"
NO_TEX = (
    f"a report as PDF needs {TEX}: install TeX Live (texlive-xetex, texlive-lang-chinese) "
    "or take --format latex"
)
SECONDS = 300


def write_html(contents: Contents, language: str, path: Path, command: Sequence[str]) -> list[Path]:
    from charmlp.report.page import html

    write_whole(path, html(contents, language, command).encode())
    return [path]


def write_latex(contents: Contents, language: str, path: Path, command: Sequence[str]) -> list[Path]:
    from charmlp.report.handin import blocks_of
    from charmlp.report.latex import latex

    figures = draw_beside(contents, language, path)
    write_whole(path, latex(blocks_of(contents, language, named(figures)), language).encode())
    return [path, *figures.values()]


def write_markdown(contents: Contents, language: str, path: Path, command: Sequence[str]) -> list[Path]:
    from charmlp.report.handin import blocks_of
    from charmlp.report.markdown import markdown

    figures = draw_beside(contents, language, path)
    write_whole(path, markdown(blocks_of(contents, language, named(figures)), language).encode())
    return [path, *figures.values()]


def write_pdf(contents: Contents, language: str, path: Path, command: Sequence[str]) -> list[Path]:
    """By xelatex, twice: in a folder of its own, so that nothing but the PDF stays."""
    with tempfile.TemporaryDirectory(prefix="charmlp-") as folder:
        source = Path(folder) / "report.tex"
        write_latex(contents, language, source, command)
        for _ in range(2):
            run_tex(source)
        write_whole(path, source.with_suffix(".pdf").read_bytes())
    return [path]


def run_tex(source: Path) -> None:
    """Typeset once; raises `CharmlpError` with TeX's first complaint."""
    flags = ("-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape")
    try:
        done = subprocess.run(
            [TEX, *flags, source.name], cwd=source.parent, stdin=subprocess.DEVNULL, capture_output=True,
            encoding="utf-8", errors="replace", timeout=SECONDS,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CharmlpError(f"{TEX}: {printable(error)}") from None
    if done.returncode:
        complaints = [line for line in done.stdout.splitlines() if line.startswith("!")]
        raise CharmlpError(
            f"{TEX}: {printable(next(iter(complaints), 'failed'))}; --format latex writes its source"
        )


def draw_beside(contents: Contents, language: str, path: Path) -> dict[str, Path]:
    from charmlp.report.handin import draw_figures

    return draw_figures(contents, language, path.parent / FIGURES)


def named(figures: dict[str, Path]) -> dict[str, str]:
    """The pictures as the report calls them."""
    return {name: f"{FIGURES}/{path.name}" for name, path in figures.items()}


FORMATS: dict[str, Write] = {"html": write_html, "latex": write_latex, "md": write_markdown, "pdf": write_pdf}


def check_form(form: str, path: Path) -> None:
    """Raise `CharmlpError` where such a report could not be written there, before long work starts."""
    require_extra("jinja2" if form == "html" else "markdown_it", "report", "a report")
    if form == "pdf" and shutil.which(TEX) is None:
        raise CharmlpError(NO_TEX)
    check_writable(path)
    if form in ("latex", "md"):
        check_writable(path.parent / FIGURES / "report_map.png")


def write_report(
    contents: Contents, form: str, language: str, path: Path, command: Sequence[str]
) -> list[Path]:
    """Write the report; returns its file and, after it, what was written beside it.

    form      html, latex, md or pdf
    language  en or zh
    command   the arguments behind `charmlp` that write it again
    """
    check_form(form, path)
    return FORMATS[form](contents, language, path, command)
