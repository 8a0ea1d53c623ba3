"""The texts of charmlp that may reach a person, in its source: sentences with blanks, as in zh.txt."""

from __future__ import annotations

import argparse
import ast
import functools
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import charmlp

PACKAGE = Path(charmlp.__file__).parent

# Rooms whose words are elsewhere, both languages side by side, or are no sentences: markup, formulas.
OWN_WORDS = (
    "course/exercises/kinds", "course/exercises/operations.py", "course/exercises/network.py",
    "course/exercises/writing.py", "course/tasks.py", "doctor", "evaluation/pictures", "explanation",
    "exporting/page/library.py", "exporting/page/worked.py",
    "report/charts.py", "report/handin.py", "report/latex.py", "report/page.py", "report/sections.py",
)  # fmt: skip
BUT = (
    "server/running.py",
    "doctor/figure.py",
    "doctor/pages.py",
    "explanation/explanation.py",
    "explanation/nearest.py",
)
# Rooms that speak to programmers only.
PROGRAMMERS = (
    "nn",
    "estimator",
    "exporting/c/floating.py",
    "exporting/c/header.py",
    "exporting/c/integer.py",
    "exporting/c/text.py",
    "exporting/onnx/network.py",
    "exporting/page/bundling.py",
    "html.py",
    "server",  # whose answers programs read; what its page says is beside it
    "calculus",
    "drawing/marks.py",
    "training/showing.py",
    "evaluation/showing.py",
)
NOT_SAID = (
    r".*</?(svg|path|text|image|span|div|table|t[hrd]|img|g|line|circle|rect)\b.*|.*\\.*",  # markup, patterns
    r".*\[(str|int|tuple|Any)\b.*",  # types
    r".*(PingFang|Sans|Micro Hei|Zen Hei|YaHei|Unicode|Hiragino).*|Dancing Script|Permanent Marker",  # fonts
    r"charmlp [a-z_]+|module .* has no attribute .*|import sys; .*",
    r"can't start new thread|unexpected end of data",  # of Python's
    r"(charmlp|python|find) [a-z].*|curl .*",  # examples of commands, and purposes that are commands
    r"Expecting .*|Unterminated string|Invalid control character|Extra data",  # of Python's json
    r"pip install .*|--index-url .*|Raw profile type exif|system volume information|[A-Z_]+ [A-Z_ …]+",
    r".*\.(json|jpg|png) {3,}.*",  # folders, drawn
    r"charmlp:? \{.*|charmlp --mode .* \[FLAG …\]|argument \{.*|.*\x1b.*|Glyph .*|JPEG, PNG, .*",
    r".* --index-url .*|--hsize, .*",
    r"(report|idx|x)\{\w+\}.*|.*-suspects\{.*|(--)?(recipe|reject): \{\w*\}",
    r"listening on .*|open to others|--token-file lets only some ask",  # for programs too
    r"course [a-z]+|(value-not-class|all-scores) .*|(gradient|parameter|system call) .*|predict\{.*",  # names
    r"# What each task is worth.*|# \[kept\].*",  # of a file that is written
    r"\{before\} set|\{before\} (to|and|or) \{behind\}",  # ends of folders' names; words between texts
    r"(glyph|xx|before_x|weight|shadow_x|ground|ground_grain|relief|blur_x) .*",  # columns of a table
    r"(line_x|slant|pen) .*",  # of another
    r"--?[a-z_]+( [A-Zc{}|a-z]+)?( --count N)?|\{\w*\}[ ,;:/×\-{}]*",
    r"(Epoch|Model saved in|Pictures and figures saved in|\[Info\]|Prediction:) .*",  # the course's lines
)
WORDS = re.compile(r"[A-Za-z]{2,}[,;:)]? +[A-Za-z(\"'{-]|\} [a-z]{2}|[a-z]{3}: \{|, [a-z]{2}|[a-z]\{|^an? \w")
ASIDE = re.compile(r"|".join(f"(?:{pattern})" for pattern in NOT_SAID))
UNSPOKEN = ("__repr__", "_repr_html_", "__getattr__")  # functions whose texts programmers read


@functools.cache
def sentences() -> dict[str, list[str]]:
    """All texts of each module, of one word or many."""
    modules = {file.relative_to(PACKAGE).as_posix(): file for file in sorted(PACKAGE.rglob("*.py"))}
    return {name: [*sentences_of(file.read_text(encoding="utf-8"))] for name, file in modules.items()}


def sentences_of(source: str) -> Iterator[str]:
    """Every line of every string of a module, but docstrings, as a sentence with blanks."""
    for text in strings(ast.parse(source)):
        yield from map(sentence_of, text.split("\n"))


def texts() -> dict[str, str]:
    """What a person may read, and the module that says it."""
    return {
        text: name
        for name, found in sentences().items()
        if name in BUT or not name.startswith((*OWN_WORDS, *PROGRAMMERS))
        for text in filter(is_text, found)
    }


def is_text(sentence: str) -> bool:
    """Whether it has two words or more, and is none of those that are said to nobody."""
    return bool(WORDS.search(sentence)) and not ASIDE.fullmatch(sentence)


def strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr):
        return  # a docstring
    if isinstance(node, ast.FunctionDef) and node.name in UNSPOKEN:
        return
    if isinstance(node, ast.Assert):
        return
    if isinstance(node, ast.JoinedStr):
        parts = (
            (part.value, "") if isinstance(part, ast.Constant) else ("", name_of(part))
            for part in node.values
        )
        yield "".join(f"{{{name}}}" if name else str(text) for text, name in parts)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from strings(child)


def name_of(node: ast.AST) -> str:
    """A name for what fills a blank: the last one in it."""
    names = [each.attr if isinstance(each, ast.Attribute) else each.id for each in ast.walk(node)
             if isinstance(each, ast.Attribute | ast.Name)]  # fmt: skip
    return names[-1] if names else "x"


def sentence_of(line: str) -> str:
    """A line as a sentence of its own: what is put before or behind it is a blank; of several in a row one.

    >>> sentence_of("; did you mean '{meant}'?"), sentence_of("{path}: no such file{hint}{more}")
    ("{before}; did you mean '{meant}'?", 'no such file{hint}')
    """
    text = line.strip()
    if re.match(r" ?[;,(:]| [^ ]", line):
        text = ("{before} " if line.startswith(" ") else "{before}") + text
    if re.search(r"[^ ] $", line):
        text += " {behind}"
    text = re.sub(r"(\{\w*\})\{[\w{}]*\}", r"\1", text)
    return re.sub(r"^\{\w*\}: (?=.*[a-z]{2})", "", text)


def bare(sentence: str) -> str:
    """The sentence without the names of its blanks."""
    return re.sub(r"\{\w*\*?\}", "{}", sentence)


def argparse_texts() -> set[str]:
    """What argparse says by itself."""
    found = re.findall(r"_\((['\"])(.*?)\1\)", inspect.getsource(argparse))
    return {re.sub(r"%(\(\w+\))?[rs]", "{}", text) for _, text in found}
