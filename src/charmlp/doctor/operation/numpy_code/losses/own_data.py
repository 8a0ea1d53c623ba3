"""What a file itself hands to its functions, in its `if __name__ == "__main__":` block or at its top."""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from charmlp.doctor.operation.numpy_code.function import Function
from charmlp.doctor.operation.source import behind

MAKES = re.compile(r"(np|numpy)\.(?!.*(load|save|from|gen|memmap|open|test))[\w.]+")


def handed_over(functions: Sequence[Function]) -> dict[str, Any]:
    """What the file's first call of one of these hands over, by the names of parameters; nothing for no call.

    Of the statements before the call only those run that make arrays of numbers.
    """
    around = dict(behind(functions[0].call).__globals__)
    by_name = {function.name: function for function in functions}
    for statement in statements_of(str(around.get("__file__") or "")):
        for call in ast.walk(statement):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in by_name:
                return arguments_of(call, by_name[call.func.id], around)
        if isinstance(statement, ast.Assign) and makes_arrays(statement.value):
            try:
                exec(compile(ast.Module([statement], []), "<own data>", "exec"), around)
            except Exception:
                return {}
    return {}


def statements_of(file: str) -> Iterator[ast.stmt]:
    """A file's statements outside its functions and classes, with those that run where it is the program."""
    if not file.endswith(".py"):
        return
    for statement in ast.parse(Path(file).read_text(encoding="utf-8", errors="replace")).body:
        if isinstance(statement, ast.If) and "__name__" in ast.unparse(statement.test):
            yield from statement.body
        elif not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement


def makes_arrays(value: ast.expr) -> bool:
    """Whether an expression calls nothing but what makes arrays of numbers."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
    return all(MAKES.fullmatch(ast.unparse(call.func)) for call in calls)


def arguments_of(call: ast.Call, function: Function, around: dict[str, Any]) -> dict[str, Any]:
    """The values of a call's arguments, by the names of parameters; nothing where one cannot be told."""
    named = [*zip(function.required, call.args, strict=False), *((k.arg, k.value) for k in call.keywords)]
    if any(isinstance(node, ast.Call | ast.Starred) for _, node in named):
        return {}
    try:
        return {
            name: eval(compile(ast.Expression(node), "<own data>", "eval"), around)
            for name, node in named
            if name is not None
        }
    except Exception:
        return {}
