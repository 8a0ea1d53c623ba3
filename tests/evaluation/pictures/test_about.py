"""What stands below a picture, and its words in two languages."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from charmlp.drawing.canvas import Canvas
from charmlp.evaluation.pictures import about as module
from charmlp.evaluation.pictures.about import CHINESE, NOTHING, About
from charmlp.letters.splits import SPLITS

FOLDER = Path(module.__file__).parent


def test_it_names_run_data_and_split() -> None:
    assert About("first", "photos", "test").caption() == ["run first · data photos · test images"]
    assert About(run="a\x1b[31m").caption() == ["run a\\x1b[31m"]
    assert NOTHING.caption() == [] and not NOTHING.finish(Canvas(10, 10)).texts


def test_it_speaks_chinese_where_a_font_does(monkeypatch: pytest.MonkeyPatch) -> None:
    chinese = About("first", "photos", "test", "zh")
    monkeypatch.setattr(module, "has_chinese", lambda: True)
    assert chinese.caption() == ["运行 first · 数据 photos · 测试图像"]
    assert About("first").caption() == ["run first"]
    monkeypatch.setattr(module, "has_chinese", lambda: False)
    assert chinese.caption() == ["run first · data photos · test images"]


@pytest.mark.parametrize("english", CHINESE)
def test_both_languages_tell_the_same_values(english: str) -> None:
    def values(text: str) -> list[str]:
        return sorted(re.findall(r"\{[^}]*\}", text))

    assert values(english) == values(CHINESE[english]) and CHINESE[english]


def test_no_word_is_kept_that_no_picture_uses() -> None:
    """Each is a whole text of some picture's file, or begins or ends with one."""
    trees = [ast.parse(file.read_text("utf-8")) for file in FOLDER.glob("*.py") if file.name != "about.py"]
    found = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    texts = {text for text in found if isinstance(text, str)}
    parts = tuple(text for text in texts if len(text) > 20)
    told = {*parts, *texts, "run {name}", "data {name}", *(f"{split} images" for split in SPLITS.values())}
    unused = [english for english in CHINESE if english not in told and not english.endswith(parts)]
    assert unused == []
    assert "nobody says this" not in told and not "nobody says this".endswith(parts)
