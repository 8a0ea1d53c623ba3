"""The definitions of a notebook, or of a file that cannot be imported: run without the rest.

Of each piece of code (a notebook's cell) the imports, functions, classes and constants are run: numbers,
texts, what NumPy makes of them, and random seeds. Nothing else is: no training, no plot, no download.
"""

import ast
import json
import linecache
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from charmlp.doctor.mistake import CannotExamineError, Phrase, phrase
from charmlp.doctor.survey.parts import Piece

MAGIC = re.compile(r"^(\s*)(?:[\w, ]+=\s*)?[%!?].*$|^(\s*)[\w.]+\?{1,2}\s*$", re.MULTILINE)
PYTHON_MAGICS = (
    "time",
    "timeit",
    "capture",
    "prun",
    "matplotlib",
)  # above a cell that is Python all the same
ARRAYS = re.compile(r"(np|numpy)\.(?!.*(load|save|from|gen|memmap|open|test))[\w.]+")
PLAIN_CALLS = (
    "int",
    "float",
    "list",
    "tuple",
    "dict",
    "set",
    "len",
    "range",
    "min",
    "max",
    "sum",
    "abs",
    "round",
)

DRAWS = (
    "normal",
    "uniform",
    "random",
    "integers",
    "standard_normal",
    "permutation",
    "choice",
)  # of a generator
METHODS = ("reshape", "astype", "copy", "transpose", "ravel", "flatten", "sum", "mean", "dot", "cumsum")


@dataclass
class Definitions:
    """A module of definitions, and which pieces were run: all of them, or their definitions only."""

    module: ModuleType
    whole: list[int] = field(default_factory=list)
    in_part: list[int] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    @property
    def note(self) -> Phrase:
        """Which cells were run."""
        if not self.in_part:
            return phrase("cells", whole=ranges(self.whole))
        if not self.whole:
            return phrase("cells-in-part-only", part=ranges(self.in_part))
        return phrase("cells-in-part", whole=ranges(self.whole), part=ranges(self.in_part))


def notebook(path: Path) -> Definitions:
    """The definitions of a notebook's cells; raises `CannotExamineError` where it is none."""
    return run(path, list(cells_of(path)), [f"{path.name}[{number}]" for number in range(1, 10_000)])


def file_definitions(path: Path) -> ModuleType:
    """Those of a Python file; raises `SyntaxError` where it is none."""
    source = path.read_text(encoding="utf-8", errors="replace")
    ast.parse(source)
    return run(path, [source], [str(path)]).module


def cells_of(path: Path) -> Iterator[str]:
    """The source of each code cell; nbformat 3 keeps them in worksheets."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        cells = content["cells"] if "cells" in content else content["worksheets"][0]["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        sources = [cell.get("source", cell.get("input", "")) for cell in code]
        yield from ("".join(source) for source in sources)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise CannotExamineError("broken-notebook", reason=type(error).__name__) from None


def run(path: Path, pieces: Sequence[str], names: Sequence[str]) -> Definitions:
    """Run the definitions of each piece in one module; a statement that fails is left out."""
    name = path.stem if path.stem.isidentifier() and path.stem not in sys.modules else "examined_file"
    found = Definitions(ModuleType(name))
    found.module.__file__ = str(path)
    sys.modules[name] = found.module
    sys.path.insert(0, str(path.parent))
    for number, (source, file) in enumerate(zip(pieces, names, strict=False), 1):
        statements = parsed(source)
        if statements is None:
            continue
        code = without_magics(source) if not is_python(source) else source
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        found.pieces.append(Piece(file, code, number))
        ran = [run_one(statement, found.module, file) for statement in statements]
        if ran and any(ran):
            (found.whole if all(ran) else found.in_part).append(number)
    return found


def is_python(source: str) -> bool:
    try:
        ast.parse(source)
    except (SyntaxError, ValueError):
        return False
    return True


def parsed(source: str) -> list[ast.stmt] | None:
    """The statements of a cell, magics left out; None where it is no Python."""
    magic = re.match(r"\s*%%(\w+)", source)
    if magic and magic[1] not in PYTHON_MAGICS:
        return None
    for text in (source, without_magics(source)):
        if is_python(text):
            return ast.parse(text).body
    return None


def without_magics(source: str) -> str:
    """The same number of lines, `pass` for each magic."""
    return MAGIC.sub(lambda line: f"{line[1] or line[2] or ''}pass", source)


def run_one(statement: ast.stmt, module: ModuleType, file: str) -> bool:
    """Run a statement if it is a definition; whether it was, and did not fail."""
    if isinstance(statement, ast.Pass) or is_docstring(statement):
        return True
    if not is_definition(statement):
        return False
    try:
        exec(compile(ast.Module([statement], []), file, "exec"), vars(module))
    except BaseException:  # a decorator, an import or a base class may do anything
        return False
    return True


def is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def is_definition(statement: ast.stmt) -> bool:
    """Whether running a statement only defines something."""
    if isinstance(
        statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    ):
        return True
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        plain = all(isinstance(node, ast.Name | ast.Tuple | ast.List) for node in targets)
        return plain and statement.value is not None and is_constant(statement.value)
    if isinstance(statement, ast.Expr):
        return ast.unparse(statement.value).startswith(
            ("np.random.seed(", "random.seed(", "np.set_printoptions(")
        )
    if isinstance(statement, ast.Try):
        inner = [
            *statement.body,
            *(s for handler in statement.handlers for s in handler.body),
            *statement.orelse,
        ]
        return all(isinstance(s, ast.Pass) or is_definition(s) for s in inner) and not statement.finalbody
    return False


def is_constant(value: ast.expr) -> bool:
    """Whether an expression is made of literals, names, arithmetic, lambdas and what makes arrays."""
    if isinstance(value, ast.Lambda):
        return True
    allowed = (
        ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.BinOp, ast.UnaryOp, ast.Attribute,
        ast.Subscript, ast.Slice, ast.Starred, ast.Compare, ast.BoolOp, ast.IfExp, ast.keyword,
        ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context,
    )  # fmt: skip
    if isinstance(value, ast.Call):
        called = ast.unparse(value.func)
        makes = bool(ARRAYS.fullmatch(called)) or called in PLAIN_CALLS
        if isinstance(value.func, ast.Attribute) and value.func.attr in METHODS + DRAWS:
            makes = makes or is_constant(value.func.value)
        inner: list[Any] = [*value.args, *value.keywords]
        return makes and all(
            is_constant(node.value if isinstance(node, ast.keyword) else node) for node in inner
        )
    if not isinstance(value, allowed):
        return False
    return all(is_constant(node) for node in ast.iter_child_nodes(value) if isinstance(node, ast.expr))


def ranges(numbers: Sequence[int]) -> str:
    """Numbers with their runs joined.

    >>> ranges([1, 2, 3, 5, 7, 8])
    '1–3, 5, 7, 8'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [f"{r[0]}–{r[-1]}" if len(r) > 2 else ", ".join(map(str, r)) for r in runs]
    return ", ".join(texts)
