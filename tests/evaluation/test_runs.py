"""Runs compared on the same images: what differs, who reads what, and what cannot be compared."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from charmlp.config import from_toml, to_toml
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.evaluation.comparison import mcnemar
from charmlp.evaluation.runs import Comparison, compare
from charmlp.rendering.fonts.font import Font
from charmlp.training import Callback
from tests.evaluation.making_runs import make_class_folders, make_images, make_run, write_image

COUNTS = {"train": 6, "validation": 9, "test": 12}


class Listener(Callback):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def message(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data() -> Path:
    return make_images(Path("data"), COUNTS)


def right(found: Comparison) -> list[int]:
    return [int(run.right.sum()) for run in found.runs]


def test_two_runs(data: Path) -> None:
    make_run(Path("a"), data)
    make_run(Path("b"), data, "BAC", lr=0.25, hidden_size=(7,))
    found = compare(["a", "b"])
    assert (found.split, len(found.letters), right(found)) == ("test", 12, [12, 4])
    assert found.differences == {"hidden_size": [(32,), (7,)], "lr": [5e-4, 0.25]}
    (named,) = found.pairs
    assert (named.a, named.b, named.pair.only_a, named.pair.only_b) == ("a", "b", 8, 0)
    assert named.pair.p == named.p_holm == mcnemar(8, 0) and not named.same_setting
    assert found.runs[0].interval[1] == 1 and found.runs[1].interval[0] < 1 / 3 < found.runs[1].interval[1]


def test_json(data: Path) -> None:
    for name, reads, settings in (("a", "ABC", {}), ("b1", "BAC", {"lr": 1.0}), ("b2", "ACB", {"lr": 1.0})):
        make_run(Path(name), data, reads, seed=int(name[1:] or 1), **settings)
    found = json.loads(json.dumps(compare(["a", "b1", "b2"]).to_dict()))
    assert set(found) == {"data", "split", "n", "runs", "settings", "differences", "pairs"}
    assert [run["run"] for run in found["runs"]] == ["a", "b1", "b2"] and found["n"] == 12
    assert found["differences"]["lr"] == {"a": 5e-4, "b1": 1.0, "b2": 1.0}
    assert [(each["name"], each["runs"]) for each in found["settings"]] == [("a", ["a"]), ("b", ["b1", "b2"])]
    (pair,) = found["pairs"]
    assert {"a", "b", "only_a", "only_b", "p", "p_holm", "difference", "detectable"} <= set(pair)
    assert (pair["a"], pair["b"], pair["only_a"]) == ("a", "b", 8.0)


def test_other_order_and_other_size(data: Path) -> None:
    """Each run has its own preprocessing, and its own order of the classes."""
    make_run(Path("a"), data, "BAC")
    make_run(Path("b"), data, "BAC", classes="CAB")
    make_run(Path("c"), data, "BAC", wide=4)
    found = compare(["a", "b", "c"])
    assert right(found) == [4, 4, 4]
    assert all((run.right == found.runs[0].right).all() for run in found.runs)
    assert found.differences["norm_size"] == [(1, 3), (1, 3), (1, 12)]


def test_seeds_are_one_setting(data: Path) -> None:
    for seed in range(3):
        make_run(Path(f"runs/a/{seed}"), data, seed=seed)
        make_run(Path(f"runs/b-seed{seed}"), data, "BAC", seed=seed, optimizer="adam")
    runs = [f"runs/{name}{seed}" for seed in range(3) for name in ("a/", "b-seed")]
    found = compare(runs)
    assert [(setting.name, len(setting.runs)) for setting in found.settings] == [("runs/a", 3), ("runs/b", 3)]
    assert found.settings[1].accuracy == pytest.approx(1 / 3) and found.settings[1].deviation == 0
    assert found.differences["seed"] == [0, 0, 1, 1, 2, 2] and len(found.pairs) == 1
    low, high = found.settings[1].interval
    assert (low, high) == pytest.approx(compare(["runs/b-seed0", "runs/a/0"]).runs[0].interval)  # no narrower
    alone = compare(["runs/a/0", "runs/a/2"])
    (named,) = alone.pairs
    assert named.same_setting and (named.a, named.b) == ("runs/a/0", "runs/a/2")
    assert list(alone.differences) == ["seed"]


def test_settings_with_names_of_their_own(data: Path) -> None:
    make_run(Path("first"), data, seed=1)
    make_run(Path("second"), data, seed=2)
    assert [setting.name for setting in compare(["first", "second"]).settings] == ["first +1"]
    for name, seed in (("a1", 1), ("a-2", 2), ("a", 3)):  # what is left of two names is another run's
        make_run(Path(name), data, seed=seed, lr=1.0 + (name == "a"))
    assert [setting.name for setting in compare(["a1", "a-2", "a"]).settings] == ["a1 +1", "a"]
    assert [setting.name for setting in compare(["a1", "a-2", "first"]).settings] == ["a", "first"]


def test_updates_settle_the_epochs(data: Path) -> None:
    make_run(Path("a"), data, epochs=3, updates=30)
    make_run(Path("b"), data, epochs=4, updates=30, lr=1.0)
    make_run(Path("c"), data, epochs=4)
    assert list(compare(["a", "b"]).differences) == ["lr"]
    assert list(compare(["a", "c"]).differences) == ["epochs", "updates"]


def test_the_split(data: Path) -> None:
    for name in "ab":
        make_run(Path(name), data, lr=float(ord(name)))
    assert len(compare("ab", split="val").letters) == 9
    shutil.copytree(data, "elsewhere")
    (Path("elsewhere") / "test.json").unlink()
    assert len(compare("ab", "elsewhere").letters) == 9
    with pytest.raises(DataError, match="no test images"):
        compare("ab", "elsewhere", split="test")


def test_data_beside_that_of_the_runs(data: Path) -> None:
    """Without `data`, it must be known and the same; with it, it is not looked for."""
    make_run(Path("a"), data)
    make_run(Path("b"), None)
    make_run(Path("c"), make_images(Path("others"), COUNTS), lr=1.0)
    make_run(Path("also"), Path("others/../data"), lr=3.0)
    assert list(compare(["a", "also"]).differences) == ["lr"]
    with pytest.raises(DataError, match="b does not say what it was trained on; give --data"):
        compare(["a", "b"])
    with pytest.raises(
        DataError, match=r"a and c were trained on different data \(.*data; .*others\): give --data"
    ):
        compare(["a", "c"])
    found = compare(["a", "b", "c"], data)
    assert right(found) == [12, 12, 12]
    assert found.differences["data"] == ["data", None, "others"]
    data.rename("moved")
    make_run(Path("d"), Path("moved"), lr=2.0)
    with pytest.raises(DataError, match=r"the data of a: .*no such file.* give --data"):
        compare(["a", copy_of("a")])
    assert right(compare(["a", "d"], "moved")) == [12, 12]


def copy_of(run: str) -> str:
    shutil.copytree(run, f"{run}-copy")
    return f"{run}-copy"


def test_images_that_are_new_to_all() -> None:
    """Where seeds hold out different images, a run is never judged by those that it was trained on."""
    data = make_class_folders(Path("data"), 40)
    for seed in (1, 2, 3):
        make_run(Path(f"a{seed}"), data, seed=seed)
    listener = Listener()
    found = compare(["a1", "a2"], callbacks=listener)
    assert len(found.settings) == 1 and 0 < len(found.letters) < 18
    assert any(f"{len(found.letters)} are new to all" in line for line in listener.lines)
    assert len(compare(["a1", copy_with("a1", lr=1.0)]).letters) == 18  # the control: one seed, all of them
    few = make_class_folders(Path("few"), 4)
    for seed in (1, 2, 3, 4, 5):
        make_run(Path(f"b{seed}"), few, seed=seed)
    with pytest.raises(DataError, match="none is new to all: give --data"):
        compare([f"b{seed}" for seed in (1, 2, 3, 4, 5)])


def copy_with(run: str, **settings: Any) -> str:
    """The same run, said to have other settings."""
    copy = copy_of(run)
    text = Path(copy, "config.toml").read_text("utf-8")
    config = dataclasses.replace(from_toml(text), **settings)
    Path(copy, "config.toml").write_text(to_toml(config), "utf-8")
    return copy


def test_data_that_has_changed_is_told() -> None:
    data = make_class_folders(Path("data"), 20)
    make_run(Path("a"), data)
    make_run(Path("b"), data, lr=1.0)
    listener = Listener()
    compare("ab", callbacks=listener)
    assert not any("changed" in line for line in listener.lines)
    write_image(data / "A" / "new.png", 0)
    compare("ab", callbacks=listener)
    assert sum("have changed since" in line for line in listener.lines) == 2


def test_rendered_letters_are_the_first_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each seed renders letters of its own; those of one seed are new to all, and the same for all."""
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    fonts = [Font("DejaVu Sans", "Book", str(path))]
    monkeypatch.setattr("charmlp.rendering.source.find_fonts", lambda *arguments: fonts)
    for seed in (1, 2):
        make_run(Path(f"s{seed}"), "synth:60", seed=seed)
    found = compare(["s1", "s2"])
    assert (found.split, len(found.letters), len(found.settings)) == ("test", 6, 1)
    assert len(compare(["s1", "s2"], split="val").letters) == 6
    make_run(Path("s3"), "synth:70", lr=1.0)
    with pytest.raises(DataError, match="different data"):
        compare(["s1", "s3"])


def test_what_is_no_finished_run(data: Path) -> None:
    make_run(Path("runs/first"), data)
    make_run(Path("bare"), data)
    Path("bare/config.toml").unlink()
    make_run(Path("early"), data)
    Path("early/model.safetensors").unlink()
    Path("empty").mkdir()
    Path("link").mkdir()
    make_run(Path("digits"), None, "ABD", classes="ABD")
    cases: list[tuple[list[str], type[CharmlpError], str]] = [
        (["runs/first"], UsageError, "at least two runs are needed"),
        (["runs/first", "runs/frist"], CharmlpError, "runs/frist: no such folder.*did you mean 'runs/first'"),
        (["runs/first", "empty"], CharmlpError, "empty: no run: there is no config.toml in it"),
        (["runs/first", "bare"], CharmlpError, "bare: no run: there is no config.toml in it"),
        (["runs/first", "early"], CharmlpError, "early: this run has no model: it is not over yet"),
        (["runs/first/model.safetensors", "empty"], CharmlpError, "model.safetensors: a file; the folder of"),
        (["runs/first", "runs/first"], UsageError, "runs/first: given twice; a run is as good as itself"),
        (["runs/first", "runs/../runs/first"], UsageError, "given twice, as runs/first too"),
        (["runs/first", "digits"], DataError, "runs/first reads the classes A B C, digits A B D"),
    ]
    for runs, error, words in cases:
        with pytest.raises(error, match=words) as caught:
            compare(runs)
        assert "\n" not in str(caught.value)


def test_a_spoilt_run_is_named(data: Path) -> None:
    make_run(Path("a"), data)
    for name, content in (("config.toml", "lr = "), ("metrics.csv", "epoch\nx"), ("model.safetensors", "x")):
        make_run(Path(f"b-{name}"), data, lr=1.0)
        Path(f"b-{name}", name).write_text(content, "utf-8")
        with pytest.raises(CharmlpError, match=f"b-{name}.{name}: "):
            compare(["a", f"b-{name}"])
