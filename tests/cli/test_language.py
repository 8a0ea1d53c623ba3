"""A command line in Chinese: what people read is, what programs read is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]
ENGLISH = re.compile(r"(?<![\w./*<>=+-])[a-z]{2,}(?: [a-z]{2,}){2,}")  # three words on end
TRAINING = (
    "--recipe",
    "slides",
    "--epoch",
    "2",
    "--valInterval",
    "1",
    "--pictures",
    "off",
    "--overwrite",
    "--out",
    "runs/a",
)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--lang", "zh"], "charmlp help 子命令"),
        (["help", "--lang", "zh"], "charmlp help 子命令"),
        (["help", "train", "--lang", "zh"], "层间的激活函数"),
        (["--lang", "zh", "train", "--help"], "层间的激活函数"),
        (["--lang=zh", "--mode", "train", "--help"], "课程的写法"),
    ],
)
def test_help(run: Run, arguments: list[str], words: str) -> None:
    assert words in run(*arguments).out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("trian", "没有子命令 'trian'；是不是 'train'？"),
        ("test --topk 3", "没有参数 --topk（见“charmlp test --help”）"),
        ("synth --count 5", "缺少参数：--out（见“charmlp synth --help”）"),
        ("cache -q -v", "-v/--verbose：不能与 -q/--quiet 同用（见“charmlp cache --help”）"),
        ("train nothing", "nothing：没有这个文件或文件夹；应为图像文件夹或列表"),
        ("train --lr high", "--lr：应为大于 0 的数，而不是 'high'"),
        ("test photos --model nothing", "nothing：没有这个文件；应为模型或运行文件夹"),
    ],
)
def test_errors(run: Run, arguments: str, said: str) -> None:
    result = run(*arguments.split(), "--lang", "zh")
    assert result.err == f"charmlp: 错误：{said}\n" and result.status in (1, 2)


@pytest.mark.parametrize(
    "arguments", [("--lang", "fr"), ("--lang",), ("--lang=fr", "train"), ("train", "--lang", "fr")]
)
def test_a_language_that_is_not_known(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert (
        result.status == 2 and "--lang: expected one of en, zh" in result.err and result.err.count("\n") == 1
    )


def test_a_run_from_its_training_to_its_test(run: Run, course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARMLP_LANG", "zh")
    trained = run("train", course, *TRAINING)
    assert "验证准确率 " in trained.out and "模型      runs" in trained.out
    assert "张训练图像" in trained.err and "第 1/2 轮  损失 " in trained.err
    tested = run("test", course, "--model", "runs/a", "--tsne", "off")
    assert "\n准确率 " in tested.out and "最常见的错认" in tested.out
    checked = run("check", course, "--suspects", "off")
    for result in (trained, tested, checked, run("info", "runs/a"), run("cache")):
        assert result.status == 0 and not ENGLISH.search(result.out + result.err)


def test_english_is_seen(run: Run, course: Path) -> None:
    """Else the test above could not fail."""
    assert ENGLISH.search(run("train", course, *TRAINING).err)


def test_what_programs_read_is_the_same_in_both(run: Run, course: Path) -> None:
    logs = []
    for language in ("en", "zh"):
        run("train", course, *TRAINING, "--lang", language)
        logs.append(
            re.sub(r"\d\S* s$|^\S+ \S+", "", Path("runs/a/log.txt").read_text("utf-8"), flags=re.MULTILINE)
        )
    assert logs[0] == logs[1]
    for arguments in (
        ("check", course, "--suspects", "off", "--format", "json"),
        ("test", course, "--model", "runs/a", "--tsne", "off", "--format", "json"),
        ("predict", course / "new_images", "--model", "runs/a", "--format", "csv"),
        ("cache", "--format", "json"),
    ):
        english, chinese = (run(*arguments, "--lang", language) for language in ("en", "zh"))
        assert english.out == chinese.out and english.status == chinese.status == 0
    given = ("--mode", "train", "--data", course, "--epoch", "1", "--valInterval", "1")
    english, chinese = (run(*given, "--lang", language) for language in ("en", "zh"))
    lines = [re.sub(r"runs/\S+", "", result.out) for result in (english, chinese)]
    assert lines[0] == lines[1] and lines[0].startswith("Epoch 01: loss = ")
