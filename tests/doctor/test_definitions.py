"""Notebooks, and files that cannot be imported: their definitions are run, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from charmlp.cli import main
from charmlp.doctor.isolation.definitions import notebook
from charmlp.doctor.mistake import CannotExamineError

PAIR = """
def relu_forward(x):
    return np.maximum(x, 0), x

def relu_backward(dout, cache):
    return dout * (cache > 0)
"""
WRONG = (
    PAIR.replace("relu", "cube").replace("np.maximum(x, 0)", "x ** 3").replace("(cache > 0)", "cache ** 2")
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def written(path: Path, cells: Sequence[str], **others: Any) -> Path:
    code = [{"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []} for cell in cells]
    text = {"cell_type": "markdown", "source": ["# Homework"]}
    path.write_text(json.dumps({"cells": [text, *code], "nbformat": 4, **others}), encoding="utf-8")
    return path


CELLS = {
    "imports": ("import numpy as np\ndef f(x): return np.exp(x)\nclass A: pass", {"f", "A", "np"}, True),
    "constants": ("N, D = 5, 2 * 3\nnames = ['a']\neps: float = -1e-5\ng = lambda x: x",
                  {"N", "D", "names", "eps", "g"}, True),
    "arrays": ("import numpy as np\nx = np.linspace(0, 1, 5).reshape(-1, 1)\nnp.random.seed(3)",
               {"x"}, True),
    "magics": ("%matplotlib inline\nimport math\n!ls\nfiles = !ls\nmath?", {"math"}, True),
    "a timed cell": ("%%time\ndef f(): pass", {"f"}, True),
    "a magic inside": ("def f():\n    %time 3\n    return 4", {"f"}, True),
    "an optional import": ("try:\n    import no_such_module\nexcept ImportError:\n    no_such_module = None",
                           {"no_such_module"}, True),
    "another language": ("%%bash\nrm -rf everything", set(), None),
    "a call": ("open('started', 'w')", set(), None),
    "no Python": ("def f(:", set(), None),
    "a call among definitions": ("def f(): pass\nopen('started', 'w')\nf()", {"f"}, False),
    "a loop": ("import math\nfor i in range(3):\n    open('started', 'w')", {"math"}, False),
    "a file that is read": ("import numpy as np\nx = np.loadtxt('data.csv')", {"np"}, False),
    "a value of a call": ("def f(): open('started', 'w')\nx = f()", {"f"}, False),
    "an import that fails": ("import math\nimport no_such_module", {"math"}, False),
    "a decorator that ends it": ("def d(f): raise SystemExit\n@d\ndef g(): pass", {"d"}, False),
    "only run as a script": ("if __name__ == '__main__':\n    open('started', 'w')", set(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", CELLS)
def test_what_is_run_of_a_cell(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cell, names, whole = CELLS[name]
    found = notebook(written(tmp_path / "one.ipynb", [cell]))
    defined = {key for key in vars(found.module) if not key.startswith("__")}
    assert names <= defined and not Path("started").exists()
    assert (found.whole, found.in_part) == ([1] if whole else [], [1] if whole is False else [])


@pytest.mark.full
def test_the_report_says_which_cells_were_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = ["import numpy as np", PAIR, WRONG + "\nprint('never')", "open('never', 'w')", "N = 3"]
    path = written(tmp_path / "homework.ipynb", cells)
    assert main(["doctor", str(path)]) == 1
    out = capsys.readouterr().out
    assert "homework.ipynb:relu_forward (as relu): healthy" in out and "homework.ipynb:cube_forward" in out
    assert " ".join(out.split()).count("cells 1, 2, 5 were run; of cells 3 the definitions only") == 1
    assert main(["doctor", f"{path}:relu_backward"]) == 0
    assert main(["doctor", f"{path}:absent"]) == 2
    assert "there is no absent in it; it has relu_forward, cube_forward" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"cells": 3}',
        '{"cells": [3]}',
        '{"cells": [{"cell_type": "code", "source": 3}]}',
    ],
)
def test_a_broken_notebook_is_one_clear_error(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CannotExamineError) as caught:
        notebook(path)
    assert caught.value.reason.key == "broken-notebook"


def test_an_old_notebook_keeps_its_cells_in_worksheets(tmp_path: Path) -> None:
    path = tmp_path / "old.ipynb"
    cell = {"cell_type": "code", "input": ["import math\n", "x = 3"]}
    path.write_text(json.dumps({"worksheets": [{"cells": [cell]}]}), encoding="utf-8")
    assert notebook(path).whole == [1]


def test_a_file_that_cannot_be_imported_is_read_by_its_definitions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "script.py"
    path.write_text(f"import numpy as np\n{WRONG}\ndata = np.loadtxt('missing.csv')\n", encoding="utf-8")
    assert main(["doctor", str(path)]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "script.py:cube_forward" in out and "functions, classes and constants of the file were run" in out
    assert "missing.csv" in out
    path.write_text("import numpy as np\ndata = np.loadtxt('missing.csv')\n", encoding="utf-8")
    assert main(["doctor", str(path)]) == 2
    assert "it cannot be imported" in capsys.readouterr().out
