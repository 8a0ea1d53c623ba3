"""The page of exports runs, in both languages, and knows every format."""

from __future__ import annotations

import string
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import charmlp
from charmlp.exporting import FORMATS
from charmlp.modelfile import Model
from tests.docs.pages import DOCS, read

PAGES = ("export.md", "export.zh-CN.md")


@pytest.mark.parametrize("name", PAGES)
def test_the_page_prints_what_it_says(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    sees_a = np.eye(26, 64, dtype=np.float32), np.eye(1, 26, dtype=np.float32)[0] * 9
    model = Model(tuple(string.ascii_uppercase), (8, 8), "scale", "none", (sees_a[0],), (sees_a[1],))
    charmlp.export(model, "onnx", out="letters.onnx")
    Image.linear_gradient("L").convert("RGB").save("letter.png")
    read(DOCS / name).run()


def test_both_languages_have_the_same_code() -> None:
    ours, theirs = (
        [block.text for block in read(DOCS / name).blocks if block.language != "text"] for name in PAGES
    )
    assert ours == theirs and len(ours) >= 2


@pytest.mark.parametrize("name", PAGES)
def test_every_format_is_on_the_page_with_its_bits(name: str) -> None:
    rows = [line.split("|") for line in read(DOCS / name).text.splitlines() if line.startswith("| `")]
    stated = {row[1].strip(" `"): row[3].strip() for row in rows if len(row) == 5}
    for form, kind in FORMATS.items():
        assert stated[form].replace("、", ", ") == ", ".join(map(str, kind.bits))
