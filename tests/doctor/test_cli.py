"""`charmlp doctor`: what it prints, its exit status, and targets that misbehave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from rich.cells import cell_len

from charmlp.cli import main
from charmlp.doctor.isolation import supervisor
from tests.sampling import in_full, one_in

HEADER = "import torch\n"
RELU = """
class {name}(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)
    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return {gradient}
"""
GOOD = RELU.format(name="ReLU", gradient="g * (x > 0)")
BAD = RELU.format(name="BadReLU", gradient="g")


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


def write(folder: Path, name: str, *parts: str) -> str:
    path = folder / name
    path.write_text("".join((HEADER, *parts)), encoding="utf-8")
    return str(path)


def entries(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, object]]]:
    status = main(["doctor", *arguments, "--format", "json"])
    out = capsys.readouterr().out
    found = json.loads(out)
    assert isinstance(found, list)
    return status, found


@pytest.mark.full
def test_a_whole_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of the file; not what it imports, nor functions that use no Function of its own."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "neighbour.py", BAD.replace("BadReLU", "Neighbour"))
    target = write(
        tmp_path, "whole.py", "from neighbour import Neighbour\n", GOOD, BAD,
        "def relu(x):\n    return ReLU.apply(x)\n", "def dangerous(x):\n    raise SystemExit(7)\n",
        "def main(epochs=3):\n    open('started', 'w')\n    return ReLU.apply(torch.ones(epochs))\n",
    )  # fmt: skip
    status, found = entries(capsys, target)
    assert status == 1 and not Path("started").exists()
    assert [entry["target"] for entry in found] == [
        f"{target}:{name}" for name in ("ReLU", "BadReLU", "relu")
    ]
    assert [entry["verdict"] for entry in found] == ["healthy", "mistaken", "healthy"]
    (mistake,) = found[1]["mistakes"]  # type: ignore[misc]
    assert set(mistake) == {
        "row", "name", "text", "confidence", "line", "evidence", "hint", "fix", "hints", "page", "explain",
        "alternatives",
    }  # fmt: skip
    assert (mistake["row"], mistake["name"]) == (15, "relu-mask")
    assert (mistake["page"], mistake["explain"]) == ("docs/derivations/activations.md", "relu")
    place, *others = mistake["hints"]
    assert place == "The gradient is wrong."
    assert others == [mistake[part] for part in ("evidence", "hint", "text", "fix")]
    assert [entry["framework"] for entry in found] == ["torch"] * 3


def remember(monkeypatch: pytest.MonkeyPatch) -> None:
    """Targets are examined by a process once; what is asked for again is what it found."""
    examine, found = supervisor.examine_targets, {}  # type: ignore[var-annotated]

    def known(texts: list[str], *settings: object) -> list[supervisor.Conversation]:
        asked = (tuple(texts), *settings)
        if asked not in found:
            found[asked] = list(examine(texts, *settings))  # type: ignore[arg-type]
        return found[asked]

    monkeypatch.setattr(supervisor, "examine_targets", known)


def test_text(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    remember(monkeypatch)
    target = write(tmp_path, "two.py", BAD)
    assert main(["doctor", f"{target}:BadReLU"]) == 1
    short = capsys.readouterr()
    assert short.out.splitlines()[0].endswith("two.py:BadReLU (as relu): 1 mistake")
    assert "passes everything on." in short.out and "charmlp doctor --explain relu\n" in short.out
    assert "mask of the ReLU" not in short.out and "[x > 0]" not in short.out and short.err == ""
    assert "--hint 4" in short.out
    assert main(["doctor", f"{target}:BadReLU", "--show-fix", "--lang", "zh"]) == 1
    chinese = capsys.readouterr().out
    assert (
        "缺少 ReLU 的掩码" in chinese and "g * (x > 0)" in chinese and "--explain relu --lang zh" in chinese
    )
    assert all(width(line) <= 110 for line in chinese.splitlines()[1:])


LEVELS = [
    ("1", ["The gradient is wrong."], ["off by", "What is its slope", "passes", "g * (x > 0)", "--explain"]),
    ("2", ["The gradient is wrong.", "off by"], ["What is its slope", "passes", "g * (x > 0)"]),
    ("3", ["off by", "What is its slope", "--explain"], ["passes", "g * (x > 0)"]),
    ("4", ["off by", "What is its slope", "the mask of the ReLU is missing"], ["g * (x > 0)", "--hint"]),
    ("5", ["off by", "What is its slope", "the mask of the ReLU is missing", "g * (x > 0)"], ["--hint"]),
]


@pytest.mark.full
def test_levels_of_hints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(monkeypatch)
    target = write(tmp_path, "two.py", BAD)
    for level, said, kept_back in LEVELS:
        assert main(["doctor", target, "--hint", level]) == 1
        report = " ".join(capsys.readouterr().out.split())  # lines are as wide as the terminal
        assert [words for words in said if words not in report] == [], level
        report = report.replace("note: at the kink", "")
        assert [words for words in kept_back if words in report] == [], level


NUMPY = """
import numpy as np
def relu_forward(x):
    return np.maximum(0, x), x
def relu_backward(dout, cache):
    return {gradient}
"""


def test_numpy_needs_no_torch(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where torch cannot be imported, NumPy code is examined, and torch code says what it lacks."""
    absent = tmp_path / "absent"
    absent.mkdir()
    (absent / "torch.py").write_text("raise ModuleNotFoundError('No module named torch', name='torch')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(absent), os.environ.get("PYTHONPATH", "")]))
    good = tmp_path / "layers.py"
    good.write_text(NUMPY.format(gradient="dout * (cache > 0)"), encoding="utf-8")
    status, found = entries(capsys, str(good))
    assert (status, found[0]["verdict"], found[0]["framework"]) == (0, "healthy", "numpy")
    status, found = entries(capsys, write(tmp_path, "torch_code.py", GOOD))
    assert status == 2 and "torch, which is not installed" in str(found[0]["error"])


@pytest.mark.full
def test_what_is_not_written_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One calm line, status 1; what else is in the file is examined."""
    target = tmp_path / "homework.py"
    empty = NUMPY.replace("relu", "tanh").replace("return {gradient}", "pass  # TODO")
    target.write_text(NUMPY.format(gradient="dout * (cache > 0)") + empty, encoding="utf-8")
    status, found = entries(capsys, str(target))
    assert status == 1
    assert [entry["verdict"] for entry in found] == ["healthy", "unwritten"]
    assert found[1]["error"] == "tanh_backward is not written yet" and found[1]["mistakes"] == []
    skeleton = """
class {name}(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        {forward}
    @staticmethod
    def backward(ctx, g):
        # TODO
        {backward}
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
    def forward(self, x):
        raise NotImplementedError
"""
    halves = {"Half": ("return x.tanh()", "pass"), "Empty": ("pass", "return None")}
    parts = [skeleton.format(name=n, forward=f, backward=b) for n, (f, b) in halves.items()]
    status, found = entries(capsys, write(tmp_path, "skeleton.py", *parts))
    assert status == 1
    assert [
        (str(entry["target"]).rpartition(":")[2], entry["verdict"], entry["error"]) for entry in found
    ] == [
        ("Half", "unwritten", "backward is not written yet"),
        ("Net", "unwritten", "forward is not written yet"),
        ("Empty", "unwritten", "forward and backward are not written yet"),
    ]
    main(["doctor", str(target)])
    assert capsys.readouterr().out.splitlines()[1:] == [
        f"{target}:tanh_forward: tanh_backward is not written yet"
    ]


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [("en", "Softmax and cross-entropy", "an example"), ("zh", "softmax 与交叉熵", "一个样本")],
)
def test_a_derivation_is_printed(
    language: str, title: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same for a mistake's name, its row and the kind; as text, without LaTeX or links."""
    pages = []
    for topic in ("target-forgotten", "20", "cross_entropy"):
        assert main(["doctor", "--explain", topic, "--lang", language]) == 0
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1] == pages[2]
    assert pages[0].startswith(title)
    assert "∂L/∂z = 1/N (q − y*)" in pages[0] and "](" not in pages[0] and "$" not in pages[0]
    assert "\\" not in pages[0] and "\n\n\n" not in pages[0] and " \n" not in pages[0]
    assert all(width(line) <= 110 for line in pages[0].splitlines())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_kind_with_its_own_section_gets_that(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--explain", "leaky_relu", "--lang", language]) == 0
    page = capsys.readouterr().out
    assert "LeakyReLU" in page and "∂L/∂z = ∂L/∂h ⊙ ([z > 0] + a [z ≤ 0])" in page and "tanh" not in page


def width(line: str) -> int:
    return cell_len(line)


def test_healthy_is_0_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", write(tmp_path, "good.py", GOOD)]) == 0
    assert capsys.readouterr().out.endswith("good.py:ReLU (as relu): healthy\n")


@pytest.mark.full
def test_a_package(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative imports work from a file, and the current folder's packages by name."""
    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    write(package, "base.py", GOOD)
    target = write(
        package, "net.py", "from .base import ReLU\n", "def act(x):\n    return ReLU.apply(x)\n", BAD
    )
    monkeypatch.chdir(tmp_path)
    status, found = entries(
        capsys, f"{target}:act", "pack.net:act", "pack.base", "torch.nn.functional:relu", "torch:relu"
    )
    assert status == 0
    assert [entry["verdict"] for entry in found] == ["healthy"] * 5


MISBEHAVING = {
    "syntax.py": ("def f(:\n", "syntax error in line 2"),
    "imports.py": ("import no_such_module\n", "No module named 'no_such_module' (line 2)"),
    "exits.py": ("import sys; sys.exit(4)\n", "ends the program when it is imported (exit status 4)"),
    "dies.py": (
        "import os; print('last words'); os._exit(0)\n",
        "ended unexpectedly (exit status 0): last words",
    ),
    "raises.py": ("raise KeyboardInterrupt\n", "cannot be imported: KeyboardInterrupt"),
    "empty.py": ("", "defines no autograd.Function"),
    "hangs.py": ("while True: pass\n", "no answer within 6 s"),
    "asks.py": ("input('name? ')\n", "EOFError"),
    "patches.py": ("import json; json.dumps = lambda *a, **k: 'oops'\n", "defines no autograd.Function"),
    "garbles.py": (
        "import sys; sys.modules['charmlp.doctor.isolation.worker'].dumps = lambda *a, **k: 'oops'\n",
        "so that no answer came through",
    ),
    "closes.py": ("import os; os.close(1); os.close(2); raise ValueError('x' * 9999)\n", "ValueError: xxx"),
}


@pytest.mark.full  # waits for what hangs: half a minute
def test_files_that_misbehave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One clear line each, exit status 2, and the others are examined all the same."""
    targets = [write(tmp_path, name, source) for name, (source, _) in MISBEHAVING.items()]
    noisy = write(
        tmp_path, "noisy.py", GOOD, "import os\nprint('[]')\nos.write(1, b'{}\\n')\nprint('x' * 100000)\n"
    )
    targets += [str(tmp_path / "absent.py"), str(tmp_path), "no.such.module:f", "9bad", noisy]
    status, found = entries(capsys, *targets, "--timeout", "6")
    assert status == 2
    assert len(found) == len(targets)
    for entry, (_, words) in zip(found, MISBEHAVING.values(), strict=False):
        assert entry["verdict"] == "unknown" and words in str(entry["error"]), entry
        assert "\n" not in str(entry["error"]) and len(str(entry["error"])) < 400
    assert [entry["verdict"] for entry in found[-5:]] == ["unknown"] * 4 + ["healthy"]


@pytest.mark.full  # waits for what hangs
def test_one_that_misbehaves_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where forward kills or hangs the process, the file's others are still examined."""
    parts = [
        RELU.format(name="Killer", gradient="g").replace("return x.clamp(min=0)", "import os; os._exit(3)"),
        GOOD,
        RELU.format(name="Sleeper", gradient="g").replace(
            "return x.clamp(min=0)", "import time; time.sleep(99)"
        ),
        RELU.format(name="Leaver", gradient="g").replace("return x.clamp(min=0)", "raise SystemExit"),
        BAD,
    ]
    target = write(tmp_path, "some.py", *parts)
    status, found = entries(capsys, target, "--timeout", "6")
    verdicts = {str(entry["target"]).rpartition(":")[2]: entry["verdict"] for entry in found}
    assert status == 1  # a mistake was found
    assert verdicts == {"Killer": "unknown", "ReLU": "healthy", "Sleeper": "unknown", "Leaver": "unknown",
                        "BadReLU": "mistaken"}  # fmt: skip


NET = """
class Net(torch.nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
"""


@pytest.mark.parametrize(
    ("parts", "status", "verdicts"),
    [
        in_full(([NET], 2, ["unknown"])),
        in_full(([GOOD, NET], 2, ["healthy", "unknown"])),
        ([NET, BAD], 1, ["unknown", "mistaken"]),
        in_full(([GOOD], 0, ["healthy"])),
    ],
)
def test_a_module_that_cannot_be_built_has_its_entry(
    parts: list[str], status: int, verdicts: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found_status, found = entries(capsys, write(tmp_path, "net.py", *parts))
    assert (found_status, [entry["verdict"] for entry in found]) == (status, verdicts)
    reasons = [str(entry["error"]) for entry in found if entry["verdict"] == "unknown"]
    assert all("Net could not be built with guessed arguments" in reason for reason in reasons)


@pytest.mark.full
def test_a_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = write(tmp_path, "drawn.py", GOOD, BAD)
    assert main(["doctor", target, "--figure", str(tmp_path / "new" / "out.png")]) == 1
    with Image.open(tmp_path / "new" / "out.png") as picture:
        assert picture.format == "PNG" and picture.width > 800
    assert "out.png" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "TARGET"),
        (["a.py", "--as", "conv"], "conv"),
        (["a.py", "--timeout", "soon"], "--timeout: expected seconds"),
        (["a.py", "--timeout", "-1"], "--timeout: expected seconds"),
        (["a.py", "--timeout", "nan"], "--timeout: expected seconds"),
        (["a.py", "--lang", "fr"], "fr"),
        (["a.py", "--hint", "6"], "6"),
        (["--explain", "conv"], "--explain: unknown 'conv'"),
        (["--explain", "relus"], "did you mean 'relu'?"),
        (["--explain", "99"], "1 to 34"),
        (["a.py", "--explain", "relu"], "a.py"),
    ],
)
def test_a_wrong_command_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error and error.startswith("charmlp: error: ") and error.count("\n") == 1


def test_a_figure_that_cannot_be_written_is_told_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "absent.py", "--figure", str(tmp_path)]) == 1
    assert "a folder" in capsys.readouterr().err


def test_help_tells_that_the_target_is_executed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--help"]) == 0
    assert "executed" in " ".join(capsys.readouterr().out.split())


def test_nothing_of_torch_is_imported_to_print_help() -> None:
    modules = "sys, charmlp.cli.doctor, charmlp.doctor.isolation.supervisor, charmlp.doctor.figure"
    code = f"import {modules}; sys.exit('torch' in sys.modules)"
    path = os.pathsep.join(
        filter(None, [str(Path(main.__code__.co_filename).parents[2]), os.environ.get("PYTHONPATH")])
    )
    assert subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}).returncode == 0


@pytest.mark.parametrize(
    ("page", "locale"), one_in(2, [("doctor.md", "C.UTF-8"), ("doctor.zh-CN.md", "zh_CN.UTF-8")])
)
def test_the_manual_shows_what_is_printed(
    page: str,
    locale: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its file layers.py, and the report of it."""
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    manual = (Path(__file__).resolve().parents[2] / "docs" / page).read_text(encoding="utf-8")
    source = manual.split("```python\n")[1].split("```")[0]
    shown = manual.split("$ charmlp doctor layers.py\n")[1].split("```")[0]
    Path("layers.py").write_text(f"import numpy as np\n\n{source}", encoding="utf-8")
    assert main(["doctor", "layers.py"]) == 1
    assert capsys.readouterr().out == shown
