"""zh.txt: every text of the code has its Chinese, with the same blanks, and is known as itself."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
from collections import Counter

import pytest

from charmlp.cli import VERBS, main
from charmlp.language import layout, speaking, translated, translation
from charmlp.language.translation import entries, in_chinese
from tests.language import texts
from tests.language.texts import argparse_texts, bare, is_text, sentences, sentences_of

PAIRS = list(entries())
KNOWN = {bare(english) for english, _ in PAIRS}
AT_RUN_TIME = "# Put together when charmlp runs"
ENGLISH = re.compile(r"(?<![\w./*<>=+-])[a-z]{2,}(?: [a-z]{2,}){2,}")  # three words on end


@pytest.fixture(autouse=True)
def chinese_is_spoken(english: None) -> None:
    with speaking("zh"):
        yield  # type: ignore[misc]


def test_every_text_of_the_code_has_its_chinese() -> None:
    missing = {text: name for text, name in texts.texts().items() if bare(text) not in KNOWN}
    assert not missing


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('raise DataError(f"{path}: no such letter")', "no such letter"),
        ('parser.add_argument("--x", help="how many letters")', "how many letters"),
        ('words = f"{n} letters{end} are there"', "{n} letters{end} are there"),
        ('hint = f" and {n} more"', "{before} and {n} more"),
        ('"""A docstring says nothing."""', None),
        ('def __repr__(self):\n    return f"Model({n} classes of letters)"', None),
        ('parser.takes = "--out DIR"', None),
    ],
)
def test_texts_are_found(code: str, text: str | None) -> None:
    assert [*filter(is_text, sentences_of(code))] == ([] if text is None else [text])


def test_no_text_is_here_that_the_code_no_longer_has() -> None:
    lines = (texts.PACKAGE / "language" / "zh.txt").read_text(encoding="utf-8")
    at_run_time = lines.partition(AT_RUN_TIME)[2].partition("\n# ")[0]
    there = {bare(text) for found in sentences().values() for text in found} | argparse_texts()
    stale = [
        english for english, _ in PAIRS if f"\n{english}\n" not in at_run_time and bare(english) not in there
    ]
    assert not stale


def test_both_have_the_same_blanks_and_no_text_is_here_twice() -> None:
    for english, chinese in PAIRS:
        blanks, own = ([name for name, _ in translation.BLANK.findall(text)] for text in (english, chinese))
        assert len(set(blanks)) == len(blanks), english
        assert sorted(set(own)) == sorted(blanks), english
        assert "*" not in "".join(star for _, star in translation.BLANK.findall(english)), english
    assert not [english for english, count in Counter(bare(text) for text, _ in PAIRS).items() if count > 1]


def test_each_is_known_as_itself_when_its_blanks_are_filled() -> None:
    for english, chinese in PAIRS:
        texts = {name for name, star in translation.BLANK.findall(chinese) if star}
        for name, _ in translation.BLANK.findall(english):
            english = english.replace(f"{{{name}}}", "loss" if name in texts else f"⟨{name}⟩")
            chinese = chinese.replace(f"{{{name}}}", f"⟨{name}⟩").replace(f"{{{name}*}}", "损失")
        assert in_chinese(english).strip() == chinese.strip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("photos: no such file or folder; a folder of images or a list is expected",
         "photos：没有这个文件或文件夹；应为图像文件夹或列表"),
        ("unknown verb 'trian'; did you mean 'train'?", "没有子命令 'trian'；是不是 'train'？"),
        ("--lr: expected a number above 0, not 'x' (see 'charmlp train --help')",
         "--lr：应为大于 0 的数，而不是 'x'（见“charmlp train --help”）"),
        ("1,200 training, 400 validation images in 26 classes, lists in photos/",
         "1,200 张训练图像，400 张验证图像，26 个类别，photos/ 中的列表"),
        ("2 of 9 training images cannot be read: a.png: the file is empty; an image is expected; "
         "b.png: not an image (JPEG, PNG are read); --skip-bad goes on without them",
         "9 张训练图像中有 2 张无法读取：a.png：文件为空；应为图像；b.png：不是图像（可读取 JPEG, PNG）；"
         "加 --skip-bad 可跳过它们继续"),
        ("blank, so no letters: 1 of 9 test images; remove them",
         "空白，没有字母：9 张测试图像中的 1 张；请删除"),
        ("the output: No space left on device", "输出：磁盘空间不足"),
        # names of others stay, whatever they are
        ("test images: no such image in cats and dogs/", "test images：cats and dogs/ 中没有这张图像"),
    ],
)  # fmt: skip
def test_texts_put_together(text: str, said: str) -> None:
    assert translated(text) == said


def test_what_is_no_text_of_ours_stays() -> None:
    for text in ("", "g · y", "runs/first", "\n", "photos/cats and dogs.png", "a: b: c", "x; y, z"):
        assert translated(text) == text
    assert translated(": ".join("ab" for _ in range(5000))).startswith("ab: ab")


def test_it_is_translated_where_chinese_is_spoken_only() -> None:
    with speaking("en"):
        assert translated("learning rate") == "learning rate"


@pytest.mark.parametrize("verb", [*VERBS, "--mode"])
def test_no_english_is_left_in_the_help(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        main([verb, *(["train"] if verb == "--mode" else []), "--lang", "zh", "--help"])
    help_, _, example = printed.getvalue().partition("示例")
    assert example and not ENGLISH.search(help_)


def test_english_that_is_left_would_be_seen() -> None:
    assert ENGLISH.search("  --out DIR   the folder that is written") and not ENGLISH.search(
        "charmlp train --out x"
    )


@pytest.mark.parametrize("module", [translation, layout, texts])
def test_examples_in_docstrings(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted and not result.failed
