"""A problem, or its solution, as text, Markdown, LaTeX or JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from charmlp.course.exercises.kind import Problem
from charmlp.doctor.mathtext import math_text
from charmlp.doctor.words.layout import WIDTH, columns, wrapped
from charmlp.report import latex as tex
from charmlp.report import markdown as md
from charmlp.report.blocks import Block, Code, Figure, Formula, Heading, Inline, Items, Paragraph, Table
from charmlp.text import printable

PREAMBLE = r"""% xelatex FILE.tex. Written by charmlp; yours to change.
\PassOptionsToPackage{quiet}{fontspec}
\documentclass[11pt,a4paper]{article}
\usepackage[UTF8,fontset=fandol,scheme=SCHEME]{ctex}
\usepackage[margin=2.5cm]{geometry}
\usepackage{amsmath,amssymb,booktabs,longtable,graphicx,xcolor,listings,caption}
\newcommand{\fitted}[1]{% what is wider than the line, made smaller
  \sbox0{#1}\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi}
\setlength{\emergencystretch}{4em}
\setcounter{secnumdepth}{0}
\allowdisplaybreaks
\begin{document}
"""


def as_json(problem: Problem, language: str, *, solution: bool) -> str:
    found = {"answers": problem.answers()} if solution else problem.data(language)
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def as_markdown(problem: Problem, language: str, *, solution: bool) -> str:
    blocks = blocks_of(problem, language, solution=solution)
    return "\n\n".join([f"# {md.escaped(problem.title(language))}", *md.pieces(blocks)]) + "\n"


def as_latex(problem: Problem, language: str, *, solution: bool) -> str:
    """A whole file, for xelatex with ctex."""
    preamble = PREAMBLE.replace("SCHEME", "chinese" if language == "zh" else "plain")
    title = rf"\section*{{{tex.escaped(problem.title(language))}}}"
    body = "\n".join(tex.lines(blocks_of(problem, language, solution=solution)))
    return f"{preamble}{title}\n{body}\n\\end{{document}}\n"


def as_text(problem: Problem, language: str, *, solution: bool) -> str:
    """For a terminal: formulas as text, indented."""
    title = problem.title(language)
    parts = [title, *map(text_of, blocks_of(problem, language, solution=solution))]
    return "\n\n".join(parts) + "\n"


def blocks_of(problem: Problem, language: str, *, solution: bool) -> Sequence[Block]:
    return problem.solution(language) if solution else problem.task(language)


def text_of(block: Block) -> str:
    match block:
        case Heading(_, text) | Paragraph(text, _):
            return "\n".join(wrapped(line(text), "", "", WIDTH))
        case Formula(latex):
            return "\n".join(f"    {math_text(row)}" for row in rows_of(latex))
        case Items(items):
            return "\n".join(f"- {line(item)}" for item in items)
        case Table(head, rows, _, _):
            return table([[line(cell) for cell in row] for row in (head, *rows)])
        case Code(text):
            return "\n".join(f"    {row}" for row in text.splitlines())
        case Figure(_, caption, _):
            return caption


def line(spans: Inline) -> str:
    return "".join(math_text(text) if kind == "math" else printable(text) for kind, text in spans)


def rows_of(latex: str) -> list[str]:
    """The rows of an `aligned`, or the one formula that it is."""
    inside = re.fullmatch(r"\\begin\{aligned\}(.*)\\end\{aligned\}", latex.strip(), re.DOTALL)
    if inside is None:
        return [latex]
    return [row.replace("&", "", 1).strip() for row in re.split(r"\\cr\n", inside[1])]


def table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )


WRITERS: dict[str, Callable[..., str]] = {
    "text": as_text, "md": as_markdown, "latex": as_latex, "json": as_json,
}  # fmt: skip
