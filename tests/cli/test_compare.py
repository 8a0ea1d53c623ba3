"""`charmlp compare`: the words, the tables and the picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from charmlp.cli.compare import WIDTH, aligned, columns, detectable, short_names, wrapped
from tests.cli.conftest import Result
from tests.evaluation.making_runs import make_images, make_run

Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return make_images(Path("data"), {"train": 6, "validation": 9, "test": 12})


def test_two_runs(run: Run, data: Path) -> None:
    make_run(Path("runs/a"), data)
    make_run(Path("runs/b"), data, "BAC", lr=0.25)
    Path("runs/latest").write_text("b\n")
    answer = run("compare", *sorted(Path("runs").iterdir()))
    assert answer.status == 0
    assert answer.out == (
        "run  accuracy, %  95 % interval\n"
        "a    100.00       75.8 to 100.0\n"
        "b    33.33        13.8 to 60.9\n"
        "\n"
        "differs  a       b\n"
        "lr       0.0005  0.25\n"
        "\n"
        "a reads 8 images that b misreads, b 0 that a misreads: p = 0.008: a is better,\n"
        "by 66.7 points on these 12 images.\n"
        "p speaks of these models. Whether their settings differ, only several runs of\n"
        "each tell, with different seeds.\n"
    )
    assert answer.err == "6 training, 9 validation, 12 test images in 3 classes, lists in data/\n"


def test_nothing_shown(run: Run, data: Path) -> None:
    make_run(Path("a"), data, "BAC")
    make_run(Path("b"), data, "ACB", lr=0.25)
    answer = run("compare", "a", "b", "-q")
    text = " ".join(answer.out.split())
    assert "a reads 4 images that b misreads, b 4 that a misreads: p = 1.00: no difference is shown" in text
    assert "by these 12 images. So few show hardly any." in text and answer.err == ""
    make_run(Path("c"), data, "BAC", momentum=0.5)
    assert "read the same of these 12 images: nothing" in run("compare", "a", "c").out


def test_how_large_a_difference_would_be_shown() -> None:
    words = "would be shown four times in five."
    assert detectable([0.0312]) == f"A true difference of 3.1 points {words}"
    assert detectable([0.0312, 0.05, 0.04]) == f"A true difference of 3.1 to 5.0 points {words}"


def test_seeds(run: Run, data: Path) -> None:
    for seed in (1, 2, 3):
        make_run(Path(f"a-{seed}"), data, "ABC" if seed < 3 else "BAC", seed=seed)
        make_run(Path(f"b-{seed}"), data, "BAC", seed=seed, lr=1.0)
    answer = run("compare", *(f"{name}-{seed}" for name in "ab" for seed in (1, 2, 3)))
    head, first, *_ = answer.out.splitlines()
    assert head.split() == ["setting", "accuracy,", "%", "95", "%", "interval", "seeds"]
    assert first.split() == ["a", "77.78", "±", "38.49", "49.5", "to", "92.6", "3"]
    assert "a reads 5.3 images that b misreads" in answer.out and "seed " not in answer.out
    alone = run("compare", "a-1", "a-2", "a-3")
    assert "seed     1, 2, 3" in alone.out and "mean  77.78 ± 38.49" in alone.out
    assert "one setting, and what one reads better than another is the luck" in " ".join(alone.out.split())
    mixed = run("compare", "a-1", "a-2", "b-1")
    assert "Of a setting with one run, what its seed adds is taken from the others." in mixed.out


def test_many_runs_are_numbered(run: Run, data: Path) -> None:
    for number in range(15):
        name = f"a/rather/long/name/of/{'an experiment ' * 3}{number}"
        make_run(Path(name), data, ("ABC", "BAC", "ACB")[number % 3], lr=1.0 + number)
    runs = sorted(Path("a/rather/long/name/of").iterdir())
    for count in (4, 15):
        answer = run("compare", *runs[:count])
        assert answer.status == 0 and max(map(columns, answer.out.splitlines())) <= WIDTH
        assert f"\n{count}" in answer.out and "p counts among" in answer.out
    assert "p of every two" in run("compare", *runs[:4]).out
    assert "* a difference, · none" in answer.out


def test_json_is_alone_on_stdout(run: Run, data: Path) -> None:
    make_run(Path("a"), data)
    make_run(Path("b"), data, lr=0.25)
    answer = run("compare", "a", "b", "--format", "json", "--figure", "curves.png")
    found = json.loads(answer.out)
    assert found["pairs"][0]["p"] == 1 and list(found["differences"]) == ["lr"]
    with Image.open("curves.png") as picture:
        assert min(picture.size) > 600


@pytest.mark.parametrize(
    ("flags", "status", "words"),
    [
        (["a"], 2, "at least two runs are needed"),
        (["a", "a/"], 2, "given twice"),
        (["a", "nowhere"], 1, "nowhere: no such folder"),
        (["a", "b", "--figure", "curves.jpg"], 2, "--figure: a name that ends in .png or .svg"),
        (["a", "b", "--figure", "data/test.json/x.png"], 1, "is not a folder"),
        (["a", "b", "--im_dir", "data"], 2, "go with --data"),
        (["a", "b", "--label_column", "x"], 2, "go with --data"),
        (["a", "b", "--data", "nowhere"], 1, "nowhere: no such file or folder"),
        ([], 2, "RUN"),
    ],
)
def test_refusals_are_one_line(run: Run, data: Path, flags: list[str], status: int, words: str) -> None:
    make_run(Path("a"), data)
    make_run(Path("b"), data, lr=0.25)
    answer = run("compare", *flags)
    assert (answer.status, answer.out) == (status, "")
    assert answer.err.count("\n") == 1 and answer.err.startswith("charmlp: error: ") and words in answer.err


@pytest.mark.parametrize(
    ("names", "short"),
    [
        (["runs/a", "runs/b"], ["a", "b"]),
        (["x/a/1", "x/b/1", "x/b"], ["a/1", "b/1", "b"]),
        (["one"], ["one"]),
        (["a" * 30 + "/lr=0.1", "b/lr=0.2"], ["…/lr=0.1", "b/lr=0.2"]),
        (["z" * 40, "b"], ["…" + "z" * 27, "b"]),
        (["a" + "z" * 40, "b" + "z" * 40], ["1 …" + "z" * 24, "2 …" + "z" * 24]),
        (["字" * 20, "b"], ["…" + "字" * 13, "b"]),
        (["a\x1b[31m", "b"], [r"a\x1b[31m", "b"]),
    ],
)
def test_names(names: list[str], short: list[str]) -> None:
    assert list(short_names(names).values()) == short


def test_wide_characters_are_aligned() -> None:
    lines = list(aligned([("run", "x"), ("运行", "10"), ("e\u0301", "5")], left=1))
    assert lines == ["run    x", "运行  10", "e\u0301      5"]
    assert next(wrapped("字 " * 50)).count("字") == 27


def test_help_has_an_example(run: Run) -> None:
    answer = run("compare", "--help")
    assert answer.status == 0 and "charmlp compare runs/first runs/second" in answer.out
