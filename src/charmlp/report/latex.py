"""A report as LaTeX, for xelatex with ctex: `report.tex`, with its pictures in figures/."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from charmlp.report.blocks import Block, Code, Figure, Formula, Heading, Inline, Items, Paragraph, Table
from charmlp.report.words import Words

LEVELS = {1: "section", 2: "subsection", 3: "subsubsection", 4: "paragraph", 5: "paragraph"}
KEPT_TOGETHER = (
    "\\begin{center}\n\\begin{minipage}{\\linewidth}\n\\centering",
    "\\end{minipage}\n\\end{center}",
)
LONG = 16  # rows of a table that may go on on the next page

PREAMBLE = r"""% xelatex report.tex, twice. Written by charmlp; yours to change.
\PassOptionsToPackage{quiet}{fontspec} % else it notes that Fandol names no script
\documentclass[11pt,a4paper]{article}
\usepackage[UTF8,fontset=fandol,scheme=SCHEME]{ctex}
\usepackage[margin=2.5cm]{geometry}
\usepackage{amsmath,amssymb,booktabs,longtable,graphicx,xcolor,listings,caption}
\lstset{basicstyle=\small\ttfamily,breaklines=true,breakatwhitespace=false,columns=fullflexible,keepspaces=true,
  frame=single,rulecolor=\color{black!25},xleftmargin=1ex,xrightmargin=1ex}
\newcommand{\fillin}[1]{{\color{blue!55!black}\itshape #1}}
\newcommand{\fitted}[1]{% what is wider than the line, made smaller
  \sbox0{#1}\ifdim\wd0>\linewidth\resizebox{\linewidth}{!}{\usebox0}\else\usebox0\fi}
\setlength{\emergencystretch}{4em}
\renewcommand{\arraystretch}{1.3}
\raggedbottom
\title{TITLE}
\author{AUTHOR}
\date{\today}
\begin{document}
\maketitle
"""

SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#",
    "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}",
    ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    "\u00a0": "~", "→": r"$\to$", "−": r"$-$", "×": r"$\times$", "η": r"$\eta$", "–": r"\textendash{}",
}  # fmt: skip


def latex(blocks: Iterable[Block], language: str) -> str:
    """The whole file."""
    say = Words(language)
    preamble = PREAMBLE.replace("SCHEME", "chinese" if language == "zh" else "plain")
    preamble = preamble.replace("TITLE", escaped(say("hand.title"))).replace(
        "AUTHOR", r"\fillin{" + escaped(say("hand.author")) + "}"
    )
    return preamble + "\n".join(lines(blocks)) + "\n\\end{document}\n"


def lines(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Heading(level, text):
                yield f"\n\\{LEVELS[level]}{{{inline(text)}}}"
            case Paragraph(text, fill):
                yield f"\n\\fillin{{{inline(text)}}}\n" if fill else f"\n{inline(text)}\n"
            case Formula(formula):
                yield f"\\[\n{mathematics(formula)}\n\\]"
            case Items(items):
                yield "\\begin{itemize}"
                yield from (f"\\item {inline(item)}" for item in items)
                yield "\\end{itemize}"
            case Table():
                yield from table(block)
            case Figure(file, caption, width):
                yield "\\begin{figure}[htbp]\n\\centering"
                size = f"width={width:g}\\linewidth,height=0.8\\textheight,keepaspectratio"
                yield f"\\includegraphics[{size}]{{{file}}}"
                yield f"\\caption{{{escaped(caption)}}}\n\\end{{figure}}"
            case Code(text):
                yield f"\\begin{{lstlisting}}\n{only_typeable(text)}\n\\end{{lstlisting}}"


def table(block: Table) -> Iterator[str]:
    """A table of its own, which may go on on the next page where it is long."""
    rows = [" & ".join(map(inline, row)) + r" \\" for row in (block.head, *block.rows)]
    align = f"{{{block.align}}}"
    long = len(rows) > LONG
    yield f"\\begin{{longtable}}{align}" if long else KEPT_TOGETHER[0]
    if block.caption:
        caption = escaped(block.caption)
        yield f"\\caption{{{caption}}}\\\\" if long else f"\\captionof{{table}}{{{caption}}}"
    if not long:
        yield f"\\fitted{{\\begin{{tabular}}{align}"
    yield f"\\toprule\n{rows[0]}\n\\midrule" + ("\n\\endhead" if long else "")
    yield from rows[1:]
    yield "\\bottomrule" + ("\n\\end{longtable}" if long else f"\n\\end{{tabular}}}}\n{KEPT_TOGETHER[1]}")


def inline(spans: Inline) -> str:
    forms = {"code": r"\texttt{%s}", "strong": r"\textbf{%s}", "emph": r"\emph{%s}", "text": "%s"}
    return "".join(
        f"${mathematics(text)}$" if kind == "math" else forms[kind] % escaped(text) for kind, text in spans
    )


def mathematics(formula: str) -> str:
    """A formula as the pages have it, in LaTeX's own words."""
    for theirs, ours in ((r"\gt", ">"), (r"\lt", "<"), (r"\cr", r"\\")):
        formula = formula.replace(theirs, ours)
    return formula


def escaped(text: str) -> str:
    """A text of others, so that TeX sets each character as it is; one that the fonts lack, by its number."""
    signs = (SPECIAL.get(sign) or (sign if has_glyph(sign) else rf"U+{ord(sign):04X}") for sign in text)
    return "{}".join(re.split("(?<=-)(?=-)", "".join(signs))) if "--" in text else "".join(signs)


def only_typeable(text: str) -> str:
    """What stands in a listing is set as it is; it cannot end the listing."""
    return "\n".join(
        "".join(sign if has_glyph(sign) else "?" for sign in line)
        for line in text.replace("\\end{lstlisting}", "\\end {lstlisting}").splitlines()
    )


def has_glyph(sign: str) -> bool:
    """Whether Latin Modern or Fandol, which come with TeX, have it."""
    if ord(sign) < 0x180:
        return sign.isprintable()
    if not ("\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" or sign in "“”‘’—…"):
        return False
    try:
        return len(sign.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False
