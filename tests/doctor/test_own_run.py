"""Where no usual inputs fit, the file's own run shows them: it leaves no trace, and it ends."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from charmlp.doctor import examine
from charmlp.doctor.operation import own_run
from charmlp.doctor.operation.own_run import OwnRun
from tests.doctor.test_survey import examined

# Patches that only a kernel of one shape takes, which nothing but its use tells
PATCHES = """
import torch
from torch.autograd import Function


class Patches(Function):
    @staticmethod
    def forward(ctx, image, table, width):
        assert table.shape[1] == width * width == 9 and image.shape[0] == table.shape[0]
        ctx.save_for_backward(image, table)
        return (image[:, None] * table).sum(1)

    @staticmethod
    def backward(ctx, upstream):
        image, table = ctx.saved_tensors
        return upstream * table.sum(1), upstream[:, None] * image[:, None].expand_as(table), None
"""
USE = """

if __name__ == "__main__":
    print(Patches.apply(torch.randn(2, 4), torch.randn(2, 9, 4), 3))
"""
LAYERS = """
import numpy as np


class Dense:
    def __init__(self, inputs, outputs):
        self.weights = np.random.randn(outputs, inputs)
        self.biases = np.zeros((outputs, 1))

    def forward(self, x):
        self.x = x
        return np.tanh(self.weights @ x + self.biases)


class Network:
    def __init__(self):
        self.layers = []

    def add(self, inputs, outputs):
        self.layers.append(Dense(inputs, outputs))
        return self

    def feed_forward(self, x):
        self.outputs = []
        for layer in self.layers:
            x = layer.forward(x)
            self.outputs.append(x)
        return x

    def loss(self, x, targets):
        return 0.5 * np.sum((self.feed_forward(x) - targets) ** 2)

    def back_propagate(self, x, targets):
        errors = self.feed_forward(x) - targets
        gradients = []
        for layer, y in zip(reversed(self.layers), reversed(self.outputs)):
            local = errors * (1 - y**2)
            gradients.insert(0, (local @ layer.x.T, local.sum(axis=1, keepdims=True)))
            errors = layer.weights.T @ local
        return gradients


if __name__ == "__main__":
    net = Network().add(2, 4).add(4, 1)
    print(net.back_propagate(np.random.randn(2, 5), np.random.randn(1, 5)))
"""


CLASSIFIER = """
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(7, 3)

    def forward(self, x):
        return torch.softmax(self.layer(x), dim=1)

    def letters(self, x):
        return self.layer(x)


def train(model, criterion, steps):
    for _ in range(steps):
        x, labels = torch.randn(8, 7), torch.randint(3, (8,))
        loss = criterion(model(x), labels)
        loss.backward()


if __name__ == "__main__":
    train(Classifier(), nn.CrossEntropyLoss(), 3)
"""


def names(folder: Path, source: str) -> list[list[str]]:
    return [[m.name for m in found.mistakes] or [found.verdict] for found in examined(folder, source)]


def test_inputs_that_only_its_use_tells(tmp_path: Path) -> None:
    (found,) = examined(tmp_path, PATCHES + USE)
    assert found and "own-run" in {note.key for note in found.notes}
    wrong = PATCHES.replace("upstream * table.sum(1), ", "upstream, ") + USE
    assert names(tmp_path, wrong) != [["healthy"]] and names(tmp_path, wrong) != [["unknown"]]


def test_without_leave_a_file_is_not_run(tmp_path: Path) -> None:
    assert [found.verdict for found in examined(tmp_path, PATCHES + USE, own_run=False)] == ["unknown"]


def test_control_without_its_use_nothing_tells(tmp_path: Path) -> None:
    assert names(tmp_path, PATCHES) == [["unknown"]]


def test_an_object_that_is_built_step_by_step(tmp_path: Path) -> None:
    assert names(tmp_path, LAYERS)[0] == ["healthy"]


@pytest.mark.full
def test_a_slip_in_an_object_that_is_built_step_by_step(tmp_path: Path) -> None:
    wrong = LAYERS.replace("local = errors * (1 - y**2)", "local = errors * y**2")
    assert not {"healthy", "unknown"} & set(names(tmp_path, wrong)[0])
    built = LAYERS.partition("\n\nif __name__")[0]
    assert names(tmp_path, built)[0] == ["unknown"]


def test_a_loss_of_logits_that_is_given_probabilities(tmp_path: Path) -> None:
    assert names(tmp_path, CLASSIFIER) == [["softmax-twice"]]
    logits = CLASSIFIER.replace("criterion(model(x)", "criterion(model.letters(x)")
    of_logs = CLASSIFIER.replace("nn.CrossEntropyLoss()", "lambda p, t: nn.functional.nll_loss(p.log(), t)")
    assert names(tmp_path, logits) == names(tmp_path, of_logs) == [["unknown"]]


ROWS = """
import numpy as np


def loss_fn(y, t):
    return ((y - t) ** 2).mean()


def dloss_fn(y, t):
    return 2 * (y - t) / y.shape[0]
"""
OF_ROWS = """

if __name__ == "__main__":
    y, t = np.linspace(0, 9, 11), np.linspace(30, 20, 11)
    for step in range(20):
        y = y - 0.1 * dloss_fn(y, t)
    print(loss_fn(y, t))
"""


def test_a_loss_that_the_file_takes_of_one_row_only(tmp_path: Path) -> None:
    """Of a table it would divide by too little."""
    assert names(tmp_path, ROWS + OF_ROWS) == [["healthy"]]
    assert names(tmp_path, ROWS) == [["wrong-divisor"]]
    halved = (ROWS + OF_ROWS).replace("return 2 * (y", "return (y")
    assert names(tmp_path, halved) not in ([["healthy"]], [["unknown"]])
    of_tables = OF_ROWS.replace(", 11)", ", 12).reshape(4, 3)")
    assert names(tmp_path, ROWS + of_tables) == [["wrong-divisor"]]


TRACES = [
    "open(r'{there}', 'w').write('x')",
    "import pathlib; pathlib.Path(r'{there}').mkdir()",
    "import os; os.rename(r'{here}', r'{there}')",
    "import os; os.remove(r'{here}')",
    "import shutil; shutil.rmtree(r'{folder}')",
    "import subprocess, sys; subprocess.run([sys.executable, '-c', r'''open(r\"{there}\", \"w\")'''])",
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import numpy; numpy.save(r'{there}', numpy.ones(3))",
    "import torch; torch.save(torch.ones(3), r'{there}')",
    "input('a name? ')",
    "import threading; threading.Thread(target=print).start()",
    "import os; os._exit(3)",
    "raise SystemExit(3)",
]


def test_what_is_written_beside_the_audit_lies_in_no_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = "import os\ndef at(x): pass\nat(os.getcwd())\n"
    ((call,),) = OwnRun([("a.py", source)]).calls.values()
    assert Path(call.arguments["x"]) != tmp_path and not Path(call.arguments["x"]).exists()
    assert Path.cwd() == tmp_path


@pytest.mark.parametrize("trace", TRACES)
def test_it_leaves_no_trace_and_ends_there(tmp_path: Path, trace: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.write_text("is there", encoding="utf-8")
    line = trace.format(here=here, there=there, folder=tmp_path)
    source = f"def first(x): pass\ndef last(x): pass\nfirst(1)\n{line}\nlast(2)\n"
    calls = OwnRun([("a.py", source)]).calls
    assert [name for _, name, _ in calls] == ["first"]
    assert here.read_text(encoding="utf-8") == "is there"
    assert [path.name for path in tmp_path.iterdir()] == ["here"]


def test_what_reads_goes_on(tmp_path: Path) -> None:
    """The control: a file may be read, and afterwards everything may be written."""
    here = tmp_path / "here"
    np.savetxt(here, np.arange(3.0))
    source = f"import numpy\ndef use(x): pass\nuse(numpy.loadtxt(r'{here}'))\n"
    ((call,),) = OwnRun([("a.py", source)]).calls.values()
    np.testing.assert_array_equal(call.arguments["x"], np.arange(3.0))
    (tmp_path / "there").write_text("x", encoding="utf-8")


def test_it_does_not_sleep() -> None:
    began, sleep = time.monotonic(), time.sleep
    calls = OwnRun([("a.py", "import time\ndef step(x): pass\ntime.sleep(60)\nstep(0)\n")]).calls
    assert len(calls) == 1 and time.monotonic() - began < 5
    assert time.sleep is sleep


CAUGHT = "while True:\n    try:\n        step(1)\n    except Exception:\n        pass"


@pytest.mark.parametrize("endless", ["while True:\n    pass", "while True:\n    step(1)", CAUGHT])
def test_it_ends(monkeypatch: pytest.MonkeyPatch, endless: str) -> None:
    monkeypatch.setattr(own_run, "SECONDS", 0.3)
    began = time.monotonic()
    calls = OwnRun([("a.py", f"def step(x): pass\nstep(0)\n{endless}\n")]).calls
    assert time.monotonic() - began < 5
    assert [call.arguments for (call,) in calls.values()] == [{"x": 0}]


def test_arguments_are_as_they_were_and_who_has_them_is_told() -> None:
    source = (
        "class A:\n"
        "    def __init__(self, n): self.n = n\n"
        "    def m(self, x, *more, k=1, **rest):\n"
        "        x += 1\n"
        "import numpy\n"
        "x = numpy.zeros(2)\n"
        "A(3).m(x, 4, k=5, z=6)\n"
    )
    *_, (call,) = OwnRun([("a.py", source)]).calls.values()
    given = dict(call.arguments)
    assert call.owner.n == given.pop("self").n == 3
    assert given.pop("x").tolist() == [0, 0]
    assert given == {"more": (4,), "k": 5, "rest": {"z": 6}}


def test_from_python_nothing_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever examines an object has imported its file, and did not ask to have it run as a program."""
    own_run.remember([], None)
    names: dict[str, object] = {"__name__": "homework"}
    exec(compile(PATCHES + USE, str(tmp_path / "a.py"), "exec"), names)
    assert examine(names["Patches"]).verdict == "unknown"
    assert capsys.readouterr().out == ""
