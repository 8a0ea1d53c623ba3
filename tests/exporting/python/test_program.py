"""The program of plain Python computes what the integer model does, here and in MicroPython."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from charmlp.calculus import ACTIVATIONS
from charmlp.errors import CharmlpError
from charmlp.exporting import export, python
from charmlp.exporting.python import program, run, shares
from charmlp.exporting.quantised import quantise
from charmlp.modelfile import Model
from tests.exporting.nets import CLASSES, letters, net

LETTERS = letters(30)
SOME = [
    *LETTERS[:5],
    np.zeros((1, 1), np.uint8),
    *(letters(1, size)[0] for size in ((60, 20), (20, 40))),
]
MODULES = Path(os.environ.get("CHARMLP_NODE_MODULES") or Path(__file__).parents[3] / ".venv" / "node_modules")
MICROPYTHON = MODULES / "@micropython" / "micropython-webassembly-pyscript" / "micropython.mjs"
PLAIN = {"abs", "divmod", "enumerate", "len", "max", "min", "range", "sum", "zip", "ValueError"}


@pytest.mark.parametrize(
    ("model", "bits"),
    [
        *((net(act_type=act_type), 8) for act_type in ACTIVATIONS),
        (net(), 4),
        (net(preprocessing="scale"), 4),
        (net(preprocessing="light_ink"), 8),
        (net(()), 8),
        (net((), "leaky_relu"), 8),
        (net((), "none", "scale"), 4),
    ],
    ids=repr,
)
def test_it_computes_what_the_integer_model_does(model: Model, bits: int) -> None:
    whole = quantise(model, bits, LETTERS)
    made = run(program(model, whole, None))
    for picture in SOME:
        expected = whole.scores_of(picture)
        found = made["scores"](picture.tobytes(), *picture.shape)
        assert found == expected.tolist() and made["probabilities"](found) == shares(whole, expected)
        name = made["predict"](picture.ravel().tolist(), *picture.shape)
        assert name == model.classes[int(expected.argmax())]
    assert made["classes"] == CLASSES


def test_it_takes_nothing_that_is_not_there_everywhere() -> None:
    tree = ast.parse(program(net(), quantise(net(), 8, LETTERS), None))
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)
    ]
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert called - own <= PLAIN | {"activation"}
    assert not [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]


def test_pictures_that_are_none() -> None:
    predict = run(program(net(), quantise(net(), 8, LETTERS), None))["predict"]
    for grey, height, width in ((b"", 0, 0), (b"12", 1, 1), (b"12", -1, -2)):
        with pytest.raises(ValueError, match=r"height \* width pixels are expected"):
            predict(grey, height, width)


def test_it_is_exported_and_compared(tmp_path: Path) -> None:
    out = tmp_path / "net.py"
    done = export(net(crop="auto"), "python", bits=4, out=out, max_loss=100)
    assert done.compared == "run here, number for number with the model of 4 bits on 64 pictures"
    text = out.read_text("utf-8")
    assert "was not measured" in text and "crop them before" in text
    compile(text, "net.py", "exec")


def test_other_numbers_are_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python, "shares", lambda *_: [])
    with pytest.raises(CharmlpError, match="not written: run here, it computes other numbers"):
        export(net(), "python", out=tmp_path / "net.py", max_loss=100)
    assert not (tmp_path / "net.py").exists()


SCRIPT = """
import {{ loadMicroPython }} from {module};
const stdout = (line) => console.log(line);
const micropython = await loadMicroPython({{ heapsize: 16 * 1024 * 1024, stdout }});
micropython.runPython({text});
for (const [grey, height, width] of {pictures})
    micropython.runPython(`print(scores(${{JSON.stringify(grey)}}, ${{height}}, ${{width}}))`);
"""


@pytest.mark.full
@pytest.mark.parametrize(
    ("model", "bits"), [(net((32,), sides=(32, 32)), 4), (net(act_type="gelu"), 8)], ids=repr
)
def test_by_micropython(model: Model, bits: int, tmp_path: Path) -> None:
    """As webassembly, under node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    if not MICROPYTHON.is_file():
        pytest.skip(f"no {MICROPYTHON}")
    whole = quantise(model, bits, letters(30, model.norm_size))
    script = SCRIPT.format(
        module=json.dumps(MICROPYTHON.resolve().as_uri()),
        text=json.dumps(program(model, whole, None)),
        pictures=json.dumps([[picture.ravel().tolist(), *picture.shape] for picture in SOME]),
    )
    (tmp_path / "run.mjs").write_text(script, "utf-8")
    done = subprocess.run([node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found == [whole.scores_of(picture).tolist() for picture in SOME]
